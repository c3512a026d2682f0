//! Taking every name of the targets away.

use std::collections::{HashMap, HashSet};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use quell_protocol::{ProcessOutcome, Residual, WirePath};
use rustix::fs::fsync;
use rustix::io::Errno;
use uuid::Uuid;

use super::action::{Action, Fault};
use super::attributes;
use super::capture_dir::CaptureDir;
use super::copy;
use super::inode_flags::{self, Unbound};
use super::move_name::{self, NotMoved};
use super::target::{Name, Slot, Spot, Target, link_count};
use crate::crash_point;
use crate::find::{Directory, FileId, Found, Layers};
use crate::journal::Fate;
use crate::plan::Fact;
use crate::plan::obstacle::Obstacle;

impl Action<'_> {
    /// Takes the names away. What cannot be taken stays, with its obstacle; what turns out to have
    /// changed goes back.
    pub(super) fn capture(&mut self) -> Result<Fact, Fault> {
        let mut targets = std::mem::take(&mut self.targets);
        let captured = self.capture_all(&mut targets);
        // Whatever failed: what was captured must stay known, so that it can be put back.
        self.targets = targets;
        captured.map(|()| Fact::Captured)
    }

    fn capture_all(&mut self, targets: &mut Vec<Target>) -> Result<(), Fault> {
        let layers = Layers::of_machine();
        for target in targets.iter_mut() {
            self.choose_slots(target, &layers);
        }
        self.intend(targets)?;
        for target in targets.iter_mut() {
            take_names(target);
        }
        crash_point::here("during-capture");
        sync_directories(targets);
        let mut changed = HashSet::new();
        for target in targets.iter_mut() {
            if self.holds_true(target) {
                self.writers.extend(residual_writers(target));
                self.keep_what_has_no_name(target)?;
            } else {
                changed.insert(target.item);
                self.thaw_those_of(target.id)?;
            }
            self.note(target)?;
        }
        targets.retain(|target| !changed.contains(&target.item));
        Ok(())
    }

    fn choose_slots(&mut self, target: &mut Target, layers: &Layers) {
        for name in &mut target.names {
            let Some(found) = &name.origin else { continue };
            if layers.contain(&found.directory) {
                let detail = "other containers share it; rebuild the image without it".to_owned();
                name.spot = Spot::Left(Obstacle::ImageLayer, detail);
            } else {
                name.spot = self.slot_beside(&found.directory, target.id);
            }
        }
        if target.names.is_empty() && !target.is_kept && link_count(&target.content) > 0 {
            let path = target.runs_from.clone().unwrap_or_default();
            let detail = "it lies outside of the agent's roots".to_owned();
            let spot = Spot::Left(Obstacle::OutsideRoots, detail);
            target.names.push(Name {
                path,
                origin: None,
                spot,
                note: None,
            });
        }
    }

    fn slot_beside(&mut self, directory: &Directory, holds: FileId) -> Spot {
        let mut made = self.capture_dirs.beside(directory);
        if made.as_ref().is_err_and(|errno| *errno == Errno::PERM)
            && let Some(_unbound) = Unbound::of(directory)
        {
            made = self.capture_dirs.beside(directory);
        }
        match made {
            Ok(dir) => {
                self.passed_over.insert(dir.id());
                Spot::Intended(Slot {
                    dir,
                    name: Uuid::new_v4().simple().to_string(),
                    holds,
                })
            }
            Err(errno) => left(move_name::obstacle(errno)),
        }
    }

    pub(super) fn intend(&self, targets: &[Target]) -> Result<(), Fault> {
        let rows: Vec<_> = targets
            .iter()
            .map(|target| {
                let names = target.names.iter().filter_map(Name::row).collect();
                (target.row(), names)
            })
            .collect();
        self.journal.intend(self.id, &rows)?;
        Ok(())
    }

    /// Whoever could write to the file all along could have changed it until now; reading it once
    /// more tells. What changed goes back as it was.
    fn holds_true(&mut self, target: &mut Target) -> bool {
        if !target.is_captured() || target.hold.is_firm() {
            return true;
        }
        let budget = self.hash_budget(None);
        let hashed = self.bench.hasher.sha1(&target.content, &budget);
        let holds = hashed.is_ok_and(|hashed| hashed.sha1 == self.sha1);
        if !holds {
            put_names_back(
                target,
                Obstacle::ContentChanged,
                "it changed while it was taken",
            );
        }
        holds
    }

    /// A file that has no name any more lives only as long as it runs, so it is copied before its
    /// processes are killed. If that fails, they are left alone: their file would be lost.
    fn keep_what_has_no_name(&mut self, target: &mut Target) -> Result<(), Fault> {
        let has_name = target
            .names
            .iter()
            .any(|name| !matches!(name.spot, Spot::Vanished));
        if has_name || target.is_kept || link_count(&target.content) > 0 {
            return Ok(());
        }
        let spot = match copy::keep(self.state_dir, &target.content, target.digests.sha1) {
            Ok(slot) => Spot::Captured(slot),
            Err(error) => Spot::Left(Obstacle::VaultUnavailable, error.to_string()),
        };
        let failed = matches!(spot, Spot::Left(..));
        for vanished in &target.names {
            self.journal.forget_name(target.item, &vanished.path)?;
        }
        target.names = vec![Name::lost(target, spot)];
        self.intend(std::slice::from_ref(target))?;
        if failed {
            self.leave_alone(target.id)?;
        }
        Ok(())
    }

    /// Lets the processes of a file go on that will not be taken, and does not try them again.
    pub(super) fn leave_alone(&mut self, file: FileId) -> Result<(), Fault> {
        self.open_gate_for(file);
        let mut fates = self.frozen.thaw_those_of(file);
        for (identity, fate) in &mut fates {
            if *fate == Fate::Resumed {
                self.stuck_processes.insert(*identity);
                *fate = Fate::Known(ProcessOutcome::LeftAlone);
            }
        }
        self.journal.set_fates(self.id, &fates)?;
        Ok(())
    }

    /// Gives every captured name back.
    pub(super) fn put_back(&mut self) -> Result<Fact, Fault> {
        let mut targets = std::mem::take(&mut self.targets);
        for target in &mut targets {
            put_names_back(target, Obstacle::Failed, "the action was given up");
        }
        sync_directories(&targets);
        // Noted first: after a crash a directory that is gone says nothing about what was in it.
        let noted = targets.iter().try_for_each(|target| self.note(target));
        self.capture_dirs.clear();
        noted?;
        Ok(Fact::PutBack)
    }
}

fn take_names(target: &mut Target) {
    let mut disarmed = false;
    let note = target.hold.note();
    for name in &mut target.names {
        let (Some(found), Spot::Intended(slot)) = (&name.origin, &name.spot) else {
            continue;
        };
        name.spot = match take(found, slot, &target.content) {
            Ok(()) => {
                if !disarmed {
                    attributes::disarm(&target.content);
                    disarmed = true;
                }
                crash_point::here("between-names");
                let notes = [name.note.take(), note.clone()].into_iter().flatten();
                name.note = notes.reduce(|one, other| format!("{one}; {other}"));
                Spot::Captured(slot.clone())
            }
            Err(NotMoved::Vanished) => Spot::Vanished,
            Err(refused) => left(refused),
        };
    }
}

/// Whoever still has a file open for writing that was taken.
fn residual_writers(target: &Target) -> Vec<Residual> {
    let taken = target.names.iter().find(|name| name.is_captured());
    let Some(taken) = taken else {
        return Vec::new();
    };
    let at = WirePath::from_bytes(&taken.path);
    let mut residuals = target.hold.residuals();
    for residual in &mut residuals {
        residual.at = Some(at.clone());
    }
    residuals
}

/// Moves a name. What binds the file is taken off and stays off, for it is remembered; what binds
/// its directory is put back at once.
fn take(found: &Found, slot: &Slot, content: &OwnedFd) -> Result<(), NotMoved> {
    let directory = &*found.directory;
    let moved =
        || move_name::capture(directory, &found.name, slot.holds, &slot.dir, &slot.name).map(drop);
    let denied = match moved() {
        Err(NotMoved::Left(Obstacle::AccessDenied, detail)) => detail,
        answer => return answer,
    };
    let was_bound = inode_flags::unbind(content).is_some();
    crash_point::here("after-unbinding");
    let directory_was_bound = Unbound::of(directory);
    if was_bound || directory_was_bound.is_some() {
        moved()
    } else {
        Err(NotMoved::Left(Obstacle::AccessDenied, denied))
    }
}

fn left(refused: NotMoved) -> Spot {
    match refused {
        NotMoved::Vanished => Spot::Vanished,
        NotMoved::Left(obstacle, detail) => Spot::Left(obstacle, detail),
    }
}

/// Gives the captured names of a target back, with the file's own mode. A name that belongs to
/// another file by now stays captured.
pub(super) fn put_names_back(target: &mut Target, obstacle: Obstacle, detail: &str) {
    if !target.is_captured() {
        return;
    }
    target.hold.let_go();
    attributes::give_back(&target.content, &target.attributes);
    for name in &mut target.names {
        let Spot::Captured(slot) = &name.spot else {
            continue;
        };
        let Some(found) = &name.origin else {
            copy::discard(slot);
            name.spot = Spot::Vanished;
            continue;
        };
        match give_name_back(found, slot) {
            Ok(()) => name.spot = Spot::Left(obstacle, detail.to_owned()),
            Err(errno) => tracing::error!(%errno, "a captured name could not be given back"),
        }
    }
    inode_flags::bind(&target.content, target.attributes.flags);
}

fn give_name_back(found: &Found, slot: &Slot) -> Result<(), Errno> {
    let directory = &*found.directory;
    let put_back = || move_name::put_back(&slot.dir, &slot.name, directory, &found.name);
    let answer = put_back();
    if answer == Err(Errno::PERM)
        && let Some(_unbound) = Unbound::of(directory)
    {
        return put_back();
    }
    answer
}

/// After a power failure each name is to be found at its path or in the capture directory.
pub(super) fn sync_directories(targets: &[Target]) {
    let mut directories: HashMap<FileId, Arc<Directory>> = HashMap::new();
    let mut capture_dirs: HashMap<FileId, Arc<CaptureDir>> = HashMap::new();
    for name in targets.iter().flat_map(|target| &target.names) {
        if let Some(found) = &name.origin {
            directories.insert(found.directory.id(), Arc::clone(&found.directory));
        }
        if let Spot::Captured(slot) = &name.spot {
            capture_dirs.insert(slot.dir.id(), Arc::clone(&slot.dir));
        }
    }
    for dir in capture_dirs.values() {
        if let Err(errno) = dir.make_durable() {
            tracing::debug!(%errno, "a capture directory could not be synchronised");
        }
    }
    for directory in directories.values() {
        sync(&**directory);
    }
}

pub(super) fn sync(directory: impl AsFd) {
    if let Err(errno) = fsync(directory) {
        tracing::debug!(%errno, "a directory could not be synchronised");
    }
}
