//! After a crash: nobody stays stopped, and nothing stays half done.
//!
//! What is to be done is judged by [`crate::plan::remedy`]; here it is found out how things are, and
//! done.

use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use quell_model::ActionId;
use quell_protocol::ProcessOutcome;
use quell_terminal::printable;
use rustix::io::Errno;

use super::action::{Action, Fault, Known};
use super::freeze::{members_of, thaw_noted};
use super::frozen::Frozen;
use super::held::{Held, resume_bystander};
use super::leftover::Leftover;
use super::seal::{ItemDraft, SealError};
use super::target::link_count;
use crate::find::{Nature, ProcessIdentity, Scope, admitted};
use crate::journal::{Fate, Journal, NameRow, Place, ProcessRow, Settlement, TargetRow};
use crate::plan::State;
use crate::plan::obstacle::Obstacle;
use crate::plan::remedy::{
    CaptureRemedy, CapturedName, InCapture, ProcessRemedy, StoppedProcess, for_capture, for_process,
};
use crate::sys::process_stat::ProcessStat;

/// Lets the processes of an action go on that an earlier run left stopped, or finishes them if
/// their file is already taken. Answers how many there were. What fails for one of them is told
/// only when all have had their turn.
pub(super) fn settle_processes(
    journal: &Journal,
    scope: &Scope,
    action: &ActionId,
    patience: Duration,
) -> Result<usize, Fault> {
    let state = journal.state(action);
    // An action that does not say how far it was kills nobody.
    let known_state = state.as_ref().copied().unwrap_or(State::Accepted);
    let rows = journal.possibly_stopped(action)?;
    let count = rows.len();
    let mut settled = settle_each(rows, known_state);
    // Before anybody is killed: some kernels end nobody who is frozen.
    let thawed = thaw_noted(journal, action);
    settled.fates.extend(settled.to_kill.kill(patience));
    let groups = settle_groups(journal, scope, action);
    journal.set_fates(action, &settled.fates)?;
    thawed?;
    groups?;
    state?;
    match settled.failure {
        Some(errno) => Err(Fault::Processes(errno.into())),
        None => Ok(count),
    }
}

#[derive(Default)]
struct Settled {
    fates: Vec<(ProcessIdentity, Fate)>,
    to_kill: Frozen,
    failure: Option<Errno>,
}

fn settle_each(rows: Vec<ProcessRow>, state: State) -> Settled {
    let mut settled = Settled::default();
    for row in rows {
        let identity = row.identity;
        let held = match Held::again(row) {
            Ok(Some(held)) => held,
            Ok(None) => {
                let ended = Fate::Known(ProcessOutcome::AlreadyEnded);
                settled.fates.push((identity, ended));
                continue;
            }
            Err(errno) => {
                tracing::error!(pid = identity.pid, %errno, "a stopped process is out of reach");
                settled.failure = Some(errno);
                continue;
            }
        };
        let remedy = for_process(
            state,
            StoppedProcess {
                lives: true,
                executes_target: held.executes_the_same(),
                was_stopped: held.row.was_stopped,
            },
        );
        match remedy {
            ProcessRemedy::Kill => settled.to_kill.push(held),
            ProcessRemedy::Resume => {
                held.resume();
                settled.fates.push((identity, Fate::Resumed));
            }
            ProcessRemedy::Leave => settled.fates.push((identity, Fate::Resumed)),
        }
    }
    settled
}

fn settle_groups(journal: &Journal, scope: &Scope, action: &ActionId) -> Result<(), Fault> {
    for group in journal.possibly_stopped_groups(action)? {
        let in_scope = admitted(scope).map_err(Fault::Processes)?;
        for pid in members_of(group).map_err(Fault::Processes)? {
            let is_stopped = ProcessStat::of(pid).is_some_and(|stat| stat.is_stopped());
            if is_stopped && in_scope.contains(&pid) {
                resume_bystander(pid);
            }
        }
        journal.group_resumed(action, group)?;
    }
    Ok(())
}

impl Action<'_> {
    /// Settles what an earlier run of this action left behind.
    pub(super) fn settle_leftovers(&mut self) -> Result<(), Fault> {
        settle_processes(self.journal, self.scope, self.id, self.limits.kill)?;
        for (target, names) in self.journal.targets(self.id)? {
            self.settle_names(target, &names)?;
        }
        self.acted |= self.has_acted()?;
        Ok(())
    }

    fn has_acted(&self) -> Result<bool, Fault> {
        let ended = self
            .journal
            .process_outcomes(self.id)?
            .iter()
            .any(|(_, outcome)| *outcome == ProcessOutcome::Stopped);
        let taken = self.journal.targets(self.id)?.iter().any(|(_, names)| {
            names
                .iter()
                .any(|name| matches!(name.place, Place::Released | Place::Captured))
        });
        Ok(ended || taken)
    }

    fn settle_names(&mut self, mut target: TargetRow, names: &[NameRow]) -> Result<(), Fault> {
        let unsettled: Vec<_> = names
            .iter()
            .filter(|name| matches!(name.place, Place::Intended | Place::Captured))
            .map(|name| Leftover::of(name, &target))
            .collect();
        if unsettled.is_empty() {
            return Ok(());
        }
        let vault_has_it = self.bench.seal.contains(&target.item.to_string());
        if vault_has_it && !target.sealed {
            self.journal.set_sealed(target.item)?;
            target.sealed = true;
        }
        let content = self.content_of_leftover(&target, &unsettled);
        let needs_seal = !target.sealed
            && unsettled
                .iter()
                .any(|leftover| leftover.in_capture == InCapture::Target);
        let failure = if needs_seal {
            self.seal_leftover(&mut target, &unsettled, content.as_ref())?
        } else {
            None
        };
        let none_was_moved = unsettled
            .iter()
            .all(|leftover| leftover.in_capture == InCapture::Nothing);
        if none_was_moved && !target.sealed && target.of_this_boot {
            for leftover in &unsettled {
                leftover.restore_at_its_path(&target);
            }
        }
        for leftover in &unsettled {
            self.settle_name(&target, leftover, content.as_ref(), failure.as_ref())?;
        }
        if let Some(content) = content {
            let attributes = target.attributes.clone();
            self.known.insert(
                target.id,
                Known {
                    nature: Nature::of(&content),
                    content,
                    attributes,
                    is_kept: target.sealed,
                },
            );
        }
        Ok(())
    }

    /// Opens the captured file again; without root that takes a permission that it lost.
    fn content_of_leftover(
        &self,
        target: &TargetRow,
        leftovers: &[Leftover<'_>],
    ) -> Option<OwnedFd> {
        leftovers
            .iter()
            .filter(|leftover| leftover.in_capture == InCapture::Target)
            .find_map(|leftover| leftover.open(target))
    }

    /// Seals what an earlier run captured; the answer is why that failed, if it did.
    fn seal_leftover(
        &mut self,
        target: &mut TargetRow,
        leftovers: &[Leftover<'_>],
        content: Option<&OwnedFd>,
    ) -> Result<Option<SealError>, Fault> {
        let Some(content) = content else {
            let unreadable = SealError::Unavailable("the captured file cannot be read".into());
            return Ok(Some(unreadable));
        };
        let draft = self.draft_again(target, leftovers);
        match self.bench.seal.seal(&draft, content.as_fd()) {
            Ok(_) => {
                self.journal.set_sealed(target.item)?;
                target.sealed = true;
                Ok(None)
            }
            Err(error) => {
                tracing::error!(%error, "a captured file could not be sealed");
                Ok(Some(error))
            }
        }
    }

    fn draft_again(&self, target: &TargetRow, leftovers: &[Leftover<'_>]) -> ItemDraft {
        ItemDraft {
            id: target.item,
            action_id: self.id.clone(),
            sha1: self.sha1,
            sha256: target.sha256,
            size: target.size,
            paths: leftovers
                .iter()
                .filter(|one| one.in_capture == InCapture::Target && !one.row.was_deleted)
                .map(|one| one.row.path.clone())
                .collect(),
            attributes: target.attributes.clone(),
            requestor: self.requestor.map(str::to_owned),
            comment: self.comment.to_owned(),
            captured_at: target.captured_at,
        }
    }

    fn settle_name(
        &self,
        target: &TargetRow,
        leftover: &Leftover<'_>,
        content: Option<&OwnedFd>,
        failure: Option<&SealError>,
    ) -> Result<(), Fault> {
        let remedy = for_capture(CapturedName {
            in_capture: leftover.in_capture,
            sealed: target.sealed,
        });
        match remedy {
            CaptureRemedy::Forget => {
                self.journal.forget_name(target.item, &leftover.row.path)?;
            }
            CaptureRemedy::Finished => self.settled(target, leftover, Place::Released, None, 0)?,
            CaptureRemedy::Release => self.release_leftover(target, leftover, content)?,
            CaptureRemedy::SealThenRelease => self.keep_or_return(target, leftover, failure)?,
            CaptureRemedy::PutBack => self.return_leftover(target, leftover, false)?,
            CaptureRemedy::Wait => self.wait_for(target, leftover)?,
        }
        leftover.remove_directory();
        Ok(())
    }

    fn release_leftover(
        &self,
        target: &TargetRow,
        leftover: &Leftover<'_>,
        content: Option<&OwnedFd>,
    ) -> Result<(), Fault> {
        match leftover.remove(target) {
            Ok(()) => {
                let residual = content.map_or(0, link_count);
                self.settled(target, leftover, Place::Released, None, residual)
            }
            Err(errno) => {
                tracing::error!(%errno, "a captured original could not be removed");
                Ok(())
            }
        }
    }

    /// What could not be sealed waits for the vault, unless it is not what was asked for any more.
    fn keep_or_return(
        &self,
        target: &TargetRow,
        leftover: &Leftover<'_>,
        failure: Option<&SealError>,
    ) -> Result<(), Fault> {
        match failure {
            Some(SealError::ContentChanged) => self.return_leftover(target, leftover, true),
            _ => self.settled(
                target,
                leftover,
                Place::Captured,
                Some(Obstacle::VaultUnavailable),
                0,
            ),
        }
    }

    fn wait_for(&self, target: &TargetRow, leftover: &Leftover<'_>) -> Result<(), Fault> {
        let directory = String::from_utf8_lossy(&leftover.row.capture_dir);
        let shown = printable(&directory);
        tracing::error!(
            directory = shown,
            "a captured file cannot be looked at; it is remembered"
        );
        self.journal.settle(&[Settlement {
            item: target.item,
            path: leftover.row.path.clone(),
            place: Place::Captured,
            obstacle: Some(Obstacle::Failed),
            detail: Some(format!("it may be in {directory}, which cannot be opened")),
            residual: 0,
        }])?;
        Ok(())
    }

    /// Gives a file back where it came from, never over another one.
    fn return_leftover(
        &self,
        target: &TargetRow,
        leftover: &Leftover<'_>,
        is_target: bool,
    ) -> Result<(), Fault> {
        match leftover.give_back(is_target.then_some(target)) {
            Ok(()) => self
                .journal
                .forget_name(target.item, &leftover.row.path)
                .map_err(Fault::from),
            Err(errno) => {
                tracing::error!(%errno, "a captured file could not be given back");
                let obstacle = Some(Obstacle::RaceDetected);
                self.settled(target, leftover, Place::Captured, obstacle, 0)
            }
        }
    }

    fn settled(
        &self,
        target: &TargetRow,
        leftover: &Leftover<'_>,
        place: Place,
        obstacle: Option<Obstacle>,
        residual: u64,
    ) -> Result<(), Fault> {
        self.journal.settle(&[Settlement {
            item: target.item,
            path: leftover.row.path.clone(),
            place,
            obstacle,
            detail: leftover.row.detail.clone(),
            residual,
        }])?;
        Ok(())
    }
}
