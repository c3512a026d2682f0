//! Putting files back on order.
//!
//! An order names an action or a content, never a path: the vault knows where each item was taken
//! from. A path is written to the journal before the file appears at it, so that a run that died in
//! between is not taken for a conflict by the next one.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use quell_model::{ActionId, Sha1, Timestamp};
use quell_protocol::{
    ActionResult, Conflict, FailureReason, FileOutcome, FileResult, Phase, Verdict, WirePath,
};

use crate::causes::WithCauses;
use crate::crash_point;
use crate::journal::{Journal, JournalError, RestoreRow};
use crate::plan::State;
use crate::vault::{Destination, Item, RestoreError, Vault, VaultError, add_name};

/// How many names beside a path are tried.
const MOST_NAMES: u32 = 99;

/// One order to put files back.
#[derive(Debug)]
pub(crate) struct Restoration<'a> {
    pub(crate) journal: &'a Journal,
    pub(crate) vault: &'a Vault,
    pub(crate) action: &'a ActionId,
    pub(crate) sha1: Sha1,
    /// The action that took the file; none for whatever was taken with this content.
    pub(crate) taken_by: Option<&'a ActionId>,
    pub(crate) conflict: Conflict,
    pub(crate) now: Timestamp,
}

/// What became of one path.
struct Outcome {
    file: FileResult,
    failure: Option<FailureReason>,
}

impl Restoration<'_> {
    /// Carries the order out, from wherever an earlier run left it.
    ///
    /// # Errors
    /// When the journal cannot be used. The order goes on when it is carried out again.
    pub(crate) fn run(self) -> Result<Phase, JournalError> {
        let begun = self.journal.state(self.action)? != State::Accepted;
        if !begun && self.journal.is_cancelled(self.action)? {
            return self.conclude(Phase::Cancelled);
        }
        self.journal.set_state(self.action, State::Located)?;
        let result = match self.items() {
            Ok(items) => self.put_back_all(&items)?,
            Err(error) => {
                let reason = FailureReason::VaultUnavailable;
                self.result(Vec::new(), failed(reason, WithCauses(&error).to_string()))
            }
        };
        self.conclude(Phase::finished(result))
    }

    fn conclude(&self, phase: Phase) -> Result<Phase, JournalError> {
        self.journal.conclude(self.action, &phase)?;
        Ok(phase)
    }

    /// The items that are meant, the newest first.
    fn items(&self) -> Result<Vec<Item>, VaultError> {
        let is_meant = |item: &Item| {
            item.sha1 == self.sha1 && self.taken_by.is_none_or(|action| *action == item.action_id)
        };
        let listed = self.vault.list()?.into_iter();
        let mut items: Vec<Item> = listed
            .filter_map(|listed| listed.item.ok())
            .filter(is_meant)
            .collect();
        items.sort_by_key(|item| std::cmp::Reverse(item.captured_at));
        Ok(items)
    }

    fn put_back_all(&self, items: &[Item]) -> Result<ActionResult, JournalError> {
        let mut outcomes = Vec::new();
        // Of two items that were taken from one path only the newer goes back: they are the same.
        let mut settled = HashSet::new();
        for item in items {
            self.put_back(item, &mut settled, &mut outcomes)?;
        }
        let verdict = verdict(&outcomes);
        let files = outcomes.into_iter().map(|outcome| outcome.file).collect();
        Ok(self.result(files, verdict))
    }

    fn put_back(
        &self,
        item: &Item,
        settled: &mut HashSet<PathBuf>,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), JournalError> {
        if item.paths.is_empty() {
            outcomes.push(outcome(
                item,
                Path::new(""),
                Err(RestoreError::NoOriginalPath),
            ));
        }
        // The first name that the file gets; the others are links to it.
        let mut restored: Option<PathBuf> = None;
        for path in item.paths.iter().map(path_of) {
            if !settled.insert(path.clone()) {
                continue;
            }
            let row = self.put_back_to(item, &path, restored.as_deref())?;
            if let Ok(row) = &row {
                restored.get_or_insert_with(|| row.chosen.clone());
            }
            outcomes.push(outcome(item, &path, row));
        }
        if let (Some(restored), Some(last)) = (restored, outcomes.last_mut()) {
            last.file.detail = self.complete(item, &restored, last.file.detail.take());
        }
        Ok(())
    }

    /// Gives the file what no further name could be given after; adds to what is told of it.
    fn complete(&self, item: &Item, restored: &Path, told: Option<String>) -> Option<String> {
        let notes = match self.vault.complete(item, restored) {
            Ok(notes) => notes.iter().map(ToString::to_string).collect(),
            Err(error) => vec![WithCauses(&error).to_string()],
        };
        let all: Vec<String> = told.into_iter().chain(notes).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// Puts an item back to one path, or finds that an earlier run did.
    fn put_back_to(
        &self,
        item: &Item,
        path: &Path,
        restored: Option<&Path>,
    ) -> Result<Result<RestoreRow, RestoreError>, JournalError> {
        match self.journal.restore(self.action, item.id, path)? {
            Some(row) if row.is_done => return Ok(Ok(row)),
            Some(row) if self.vault.is_at(item, &row.chosen) => {
                return self.done(item, path, row.chosen, row.notes).map(Ok);
            }
            _ => {}
        }
        let mut taken = RestoreError::Path;
        for chosen in self.names(path) {
            let meant = RestoreRow {
                chosen: chosen.clone(),
                is_done: false,
                notes: None,
            };
            self.journal
                .note_restore(self.action, item.id, path, &meant)?;
            crash_point::here("restore-meant");
            match self.appear(item, &chosen, restored) {
                Ok(notes) => {
                    crash_point::here("restore-published");
                    return self.done(item, path, chosen, notes).map(Ok);
                }
                Err(error @ RestoreError::Exists { .. }) => taken = error,
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Err(taken))
    }

    /// Lets the item appear at `chosen`, as a link to where it is already, if it is.
    fn appear(
        &self,
        item: &Item,
        chosen: &Path,
        restored: Option<&Path>,
    ) -> Result<Option<String>, RestoreError> {
        if let Some(restored) = restored {
            return add_name(restored, chosen).map(|()| None);
        }
        let destination = Destination::As(chosen.to_owned());
        let given = self.vault.restore(item.id, &destination.into(), self.now)?;
        let notes: Vec<String> = given.notes.iter().map(ToString::to_string).collect();
        Ok((!notes.is_empty()).then(|| notes.join("; ")))
    }

    fn done(
        &self,
        item: &Item,
        path: &Path,
        chosen: PathBuf,
        notes: Option<String>,
    ) -> Result<RestoreRow, JournalError> {
        let row = RestoreRow {
            chosen,
            is_done: true,
            notes,
        };
        self.journal
            .note_restore(self.action, item.id, path, &row)?;
        Ok(row)
    }

    /// The names to try, in this order.
    fn names(&self, path: &Path) -> Vec<PathBuf> {
        let beside = (1..=MOST_NAMES).map(|number| {
            let mut name = path.as_os_str().as_bytes().to_vec();
            name.extend(format!(".restored-{number}").bytes());
            PathBuf::from(OsString::from_vec(name))
        });
        let further = match self.conflict {
            Conflict::Fail => 0,
            Conflict::Rename => MOST_NAMES as usize,
        };
        std::iter::once(path.to_owned())
            .chain(beside.take(further))
            .collect()
    }

    fn result(&self, files: Vec<FileResult>, verdict: Verdict) -> ActionResult {
        ActionResult {
            files,
            degraded: crate::engine::degraded(),
            ..ActionResult::new(self.sha1, verdict)
        }
    }
}

fn path_of(path: &WirePath) -> PathBuf {
    PathBuf::from(OsString::from_vec(path.to_bytes()))
}

fn outcome(item: &Item, path: &Path, row: Result<RestoreRow, RestoreError>) -> Outcome {
    let file = |path: &Path, outcome, detail| FileResult {
        vault_item: Some(item.id.to_string()),
        detail,
        ..FileResult::new(WirePath::from_bytes(path.as_os_str().as_bytes()), outcome)
    };
    match row {
        Ok(row) => Outcome {
            file: file(&row.chosen, FileOutcome::Restored, row.notes),
            failure: None,
        },
        Err(error) => Outcome {
            file: file(
                path,
                FileOutcome::NotRestored,
                Some(WithCauses(&error).to_string()),
            ),
            failure: Some(reason_of(&error)),
        },
    }
}

fn reason_of(error: &RestoreError) -> FailureReason {
    match error {
        RestoreError::Exists { .. } => FailureReason::Exists,
        RestoreError::Vault(_) => FailureReason::VaultUnavailable,
        RestoreError::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
            FailureReason::AccessDenied
        }
        _ => FailureReason::Incomplete,
    }
}

fn verdict(outcomes: &[Outcome]) -> Verdict {
    let failures: Vec<FailureReason> = outcomes.iter().filter_map(|each| each.failure).collect();
    match failures.first() {
        _ if outcomes.is_empty() => failed(
            FailureReason::FileNotFound,
            "the vault keeps no such file".to_owned(),
        ),
        None => Verdict::Succeeded,
        Some(reason) if failures.len() == outcomes.len() => {
            failed(*reason, "the file was not put back".to_owned())
        }
        Some(reason) => failed(
            *reason,
            format!(
                "{} of {} paths not restored",
                failures.len(),
                outcomes.len()
            ),
        ),
    }
}

fn failed(reason: FailureReason, message: String) -> Verdict {
    Verdict::Failed { reason, message }
}
