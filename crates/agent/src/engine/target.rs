//! A file that an action works on, from being found to being gone.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use quell_model::Timestamp;
use rustix::fs::fstat;
use uuid::Uuid;

use super::capture_dir::CaptureDir;
use super::hold::Hold;
use super::seal::Attributes;
use crate::find::{FileId, Found, Nature};
use crate::hash::Digests;
use crate::journal::{NameRow, Place, TargetRow};
use crate::plan::obstacle::Obstacle;
use crate::sys::file;

/// A file whose content was the wanted one when it was found.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) id: FileId,
    /// What it is to whoever maps it.
    pub(super) nature: Nature,
    /// Held open from here on: of a deleted file it is the only hold.
    pub(super) content: OwnedFd,
    /// Where it was found below the roots.
    pub(super) links: Vec<Found>,
    /// Where the kernel says that it runs from, if it runs.
    pub(super) runs_from: Option<Vec<u8>>,
    /// The processes that execute it.
    pub(super) running: Vec<u32>,
    /// What is known of it from an earlier round, before it was touched.
    pub(super) attributes: Option<Attributes>,
    /// Whether an earlier round has kept it.
    pub(super) is_kept: bool,
    /// What keeps its content from being changed.
    pub(super) hold: Hold,
}

impl Candidate {
    /// How many links the file has; 0 when it was deleted.
    pub(super) fn link_count(&self) -> u64 {
        link_count(&self.content)
    }

    pub(super) fn add_link(&mut self, found: Found) {
        let path = found.path();
        if self.links.iter().all(|link| link.path() != path) {
            self.links.push(found);
        }
    }
}

/// How many links an open file has.
pub(super) fn link_count(content: &OwnedFd) -> u64 {
    fstat(content).map_or(0, |stat| file::link_count(&stat))
}

/// A file whose content was read again while its processes were stopped.
#[derive(Debug)]
pub(super) struct Target {
    /// The vault item that it will be.
    pub(super) item: Uuid,
    pub(super) id: FileId,
    /// What it is to whoever maps it.
    pub(super) nature: Nature,
    pub(super) content: OwnedFd,
    pub(super) digests: Digests,
    pub(super) attributes: Attributes,
    /// What keeps the content from being changed meanwhile.
    pub(super) hold: Hold,
    pub(super) captured_at: Timestamp,
    pub(super) names: Vec<Name>,
    /// Where the kernel says that it runs from, if it runs.
    pub(super) runs_from: Option<Vec<u8>>,
    /// Whether an earlier round of the action has kept the same file.
    pub(super) is_kept: bool,
    pub(super) sealed: bool,
}

/// One name of a file.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) path: Vec<u8>,
    /// Where it was found; nothing when the name was gone before.
    pub(super) origin: Option<Found>,
    pub(super) spot: Spot,
    /// What else the result should say of it once it is taken.
    pub(super) note: Option<String>,
}

/// Where a name is now.
#[derive(Debug, Clone)]
pub(super) enum Spot {
    /// At its path, and nothing was decided yet.
    Found,
    /// About to be moved to there.
    Intended(Slot),
    /// Moved to there.
    Captured(Slot),
    /// Gone from everywhere but the vault; this many links were not found.
    Released(u64),
    /// Still at its path.
    Left(Obstacle, String),
    /// It was not there any more.
    Vanished,
}

/// A name in a capture directory.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) dir: Arc<CaptureDir>,
    pub(super) name: String,
    /// The file that is there: the target itself, or a copy of one that was deleted.
    pub(super) holds: FileId,
}

impl From<Found> for Name {
    /// A name that is to be moved; where to is decided later.
    fn from(found: Found) -> Self {
        Self {
            path: found.path(),
            note: found.directory.view.as_deref().map(str::to_owned),
            origin: Some(found),
            spot: Spot::Found,
        }
    }
}

impl Target {
    /// What the journal holds of it.
    pub(super) fn row(&self) -> TargetRow {
        TargetRow {
            item: self.item,
            id: self.slots().next().map_or(self.id, |slot| slot.holds),
            of_this_boot: true,
            size: self.digests.size,
            sha256: self.digests.sha256,
            attributes: self.attributes.clone(),
            captured_at: self.captured_at,
            sealed: self.sealed,
            is_interpreted: self.nature == Nature::Interpreted,
        }
    }

    /// The paths that were taken; none of a file that had no path any more.
    pub(super) fn taken_paths(&self) -> Vec<Vec<u8>> {
        self.names
            .iter()
            .filter(|name| name.is_captured())
            // A path in another's mounts is not that path here: nothing may be put back there.
            .filter(|name| {
                name.origin
                    .as_ref()
                    .is_some_and(|found| found.directory.view.is_none())
            })
            .map(|name| name.path.clone())
            .collect()
    }

    fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.names.iter().filter_map(|name| match &name.spot {
            Spot::Intended(slot) | Spot::Captured(slot) => Some(slot),
            Spot::Found | Spot::Released(_) | Spot::Left(..) | Spot::Vanished => None,
        })
    }

    /// Whether at least one of its names, or a copy of it, is in a capture directory.
    pub(super) fn is_captured(&self) -> bool {
        self.names.iter().any(Name::is_captured)
    }
}

impl Name {
    /// The name that a file had before it was deleted, as far as the kernel tells.
    pub(super) fn lost(target: &Target, spot: Spot) -> Self {
        Self {
            path: without_mark(target.runs_from.clone().unwrap_or_default()),
            origin: None,
            spot,
            note: None,
        }
    }

    pub(super) fn is_captured(&self) -> bool {
        matches!(self.spot, Spot::Captured(_))
    }

    /// What the journal holds of it; nothing of a name that was not there.
    pub(super) fn row(&self) -> Option<NameRow> {
        let note = self.note.clone();
        let (place, slot, obstacle, detail, residual) = match &self.spot {
            Spot::Intended(slot) => (Place::Intended, Some(slot), None, note, 0),
            Spot::Captured(slot) => (Place::Captured, Some(slot), None, note, 0),
            Spot::Released(residual) => (Place::Released, None, None, note, *residual),
            Spot::Left(obstacle, detail) => {
                (Place::Left, None, Some(*obstacle), Some(detail.clone()), 0)
            }
            Spot::Found | Spot::Vanished => return None,
        };
        Some(NameRow {
            path: self.path.clone(),
            was_deleted: self.origin.is_none() && place != Place::Left,
            capture_dir: slot
                .map(|slot| slot.dir.path().to_vec())
                .unwrap_or_default(),
            capture_name: slot.map(|slot| slot.name.clone()).unwrap_or_default(),
            place,
            obstacle,
            detail,
            residual,
        })
    }
}

/// The kernel marks the path of a file that has no link any more.
pub(super) fn without_mark(mut path: Vec<u8>) -> Vec<u8> {
    if let Some(length) = path.strip_suffix(b" (deleted)").map(<[u8]>::len) {
        path.truncate(length);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mark_of_a_deleted_file_is_taken_off_once() {
        assert_eq!(without_mark(b"/a (deleted)".to_vec()), b"/a");
        assert_eq!(
            without_mark(b"/a (deleted) (deleted)".to_vec()),
            b"/a (deleted)"
        );
        assert_eq!(without_mark(b"/a".to_vec()), b"/a");
    }
}
