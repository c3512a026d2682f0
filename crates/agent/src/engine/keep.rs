//! Into the vault, and only then gone from where it was captured.

use std::ffi::CString;
use std::os::fd::AsFd;

use rustix::fs::{AtFlags, unlinkat};
use rustix::io::Errno;

use super::action::{Action, Fault, Known};
use super::attributes;
use super::capture::{put_names_back, sync, sync_directories};
use super::seal::{ItemDraft, SealError};
use super::target::{Name, Slot, Spot, Target, link_count};
use crate::crash_point;
use crate::find::FileId;
use crate::journal::{Place, Settlement};
use crate::plan::Fact;
use crate::plan::obstacle::Obstacle;
use crate::sys::file;

impl Action<'_> {
    /// Seals every captured target. What the vault does not take stays captured.
    pub(super) fn seal(&mut self) -> Result<Fact, Fault> {
        let mut targets = std::mem::take(&mut self.targets);
        let sealed = targets
            .iter_mut()
            .filter(|target| target.is_captured())
            .try_for_each(|target| self.seal_one(target));
        self.targets = targets;
        sealed.map(|()| Fact::Sealed)
    }

    fn seal_one(&mut self, target: &mut Target) -> Result<(), Fault> {
        target.hold.tighten(&target.content);
        let draft = self.draft(target);
        match self.bench.seal.seal(&draft, target.content.as_fd()) {
            Ok(_) => {
                crash_point::here("during-vault");
                self.journal.set_sealed(target.item)?;
                target.sealed = true;
                Ok(())
            }
            Err(error) => self.not_sealed(target, &error),
        }
    }

    fn draft(&self, target: &Target) -> ItemDraft {
        ItemDraft {
            id: target.item,
            action_id: self.id.clone(),
            sha1: target.digests.sha1,
            sha256: target.digests.sha256,
            size: target.digests.size,
            paths: target.taken_paths(),
            attributes: target.attributes.clone(),
            requestor: self.requestor.map(str::to_owned),
            comment: self.comment.to_owned(),
            captured_at: target.captured_at,
        }
    }

    /// A file that is not what was asked for any more goes back; any other waits for the vault.
    fn not_sealed(&mut self, target: &mut Target, error: &SealError) -> Result<(), Fault> {
        tracing::error!(%error, "a captured file could not be sealed");
        if matches!(error, SealError::ContentChanged) {
            put_names_back(
                target,
                Obstacle::ContentChanged,
                "it changed while it was sealed",
            );
            sync_directories(std::slice::from_ref(target));
            return self.note(target);
        }
        let held: Vec<_> = target
            .names
            .iter()
            .filter(|name| name.is_captured())
            .map(|name| held(target, name, error))
            .collect();
        self.journal.settle(&held)?;
        Ok(())
    }

    /// Removes the captured originals of what is in the vault.
    pub(super) fn release(&mut self) -> Result<Fact, Fault> {
        let mut targets = std::mem::take(&mut self.targets);
        for target in targets.iter_mut().filter(|target| target.sealed) {
            release_names(target);
        }
        crash_point::here("during-release");
        for target in targets {
            if target.sealed || !target.is_captured() {
                self.note(&target)?;
            }
            let is_kept = target.is_kept || target.sealed || target.is_captured();
            let known = Known {
                nature: target.nature,
                is_kept,
                content: target.content,
                attributes: target.attributes,
            };
            self.known.insert(target.id, known);
        }
        self.capture_dirs.clear();
        Ok(Fact::Released)
    }
}

fn held(target: &Target, name: &Name, error: &SealError) -> Settlement {
    Settlement {
        item: target.item,
        path: name.path.clone(),
        place: Place::Captured,
        obstacle: Some(Obstacle::VaultUnavailable),
        detail: Some(error.to_string()),
        residual: 0,
    }
}

fn release_names(target: &mut Target) {
    let mut removed = Vec::new();
    for (index, name) in target.names.iter().enumerate() {
        if let Spot::Captured(slot) = &name.spot {
            match remove(slot) {
                // Where the directory cannot be ours its owner may have been quicker; how many
                // names are left is counted below.
                Ok(()) | Err(Errno::NOENT) => removed.push(index),
                Err(errno) => tracing::error!(%errno, "a captured original could not be removed"),
            }
        }
    }
    let residual = link_count(&target.content);
    if residual > 0 {
        attributes::seize(&target.content);
    }
    for index in removed {
        if let Some(name) = target.names.get_mut(index) {
            name.spot = Spot::Released(residual);
        }
    }
}

/// Removes what was captured, and nothing else.
fn remove(slot: &Slot) -> Result<(), Errno> {
    remove_if(slot.dir.as_fd(), &slot.name, |id| id == slot.holds)
}

/// Removes a name in a capture directory if it is the expected file.
pub(super) fn remove_if(
    directory: impl AsFd,
    name: &str,
    expected: impl Fn(FileId) -> bool,
) -> Result<(), Errno> {
    let directory = directory.as_fd();
    let name = CString::new(name).map_err(|_| Errno::INVAL)?;
    if !expected(FileId::of(&file::look(directory, &name)?)) {
        return Err(Errno::STALE);
    }
    unlinkat(directory, &name, AtFlags::empty())?;
    sync(directory);
    Ok(())
}
