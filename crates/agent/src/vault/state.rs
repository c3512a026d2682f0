//! What became of an item: a small note beside it, because the item itself never changes.
//!
//! The note is for people. Nothing is decided by it.

use std::ffi::OsStr;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};

use quell_model::Timestamp;
use rustix::fs::{AtFlags, Mode, OFlags};

use super::directory::is_ours_alone;
use super::{ItemId, ItemState, Vault, VaultError, hold, restore};
use crate::whole_file::WholeFile;

/// How the name of the note ends that says when an item was restored.
const RESTORED: &str = ".restored";
/// How the names of all notes end that go with their item.
const NOTES: [&str; 4] = [RESTORED, restore::GIVEN, restore::EXCHANGE, hold::NOTE];
/// The longest timestamp.
const MAX_NOTE: u64 = 40;

impl Vault {
    /// What became of the item since it was sealed.
    #[must_use]
    pub fn state(&self, id: ItemId) -> ItemState {
        self.read_note(id, RESTORED, MAX_NOTE)
            .ok()
            .and_then(|note| note.trim().parse().ok())
            .map_or(ItemState::Kept, |restored_at| ItemState::Restored {
                restored_at,
            })
    }

    /// Notes that the item was restored at `now`.
    pub(super) fn note_restored(&self, id: ItemId, now: Timestamp) -> Result<(), VaultError> {
        let _shared = self.shared()?;
        let folder = self.open_folder(&id.folder())?;
        let written = || -> io::Result<()> {
            let mut note = WholeFile::create(folder.as_fd())?;
            writeln!(note.file(), "{now}")?;
            note.replace(OsStr::new(&format!("{id}{RESTORED}")))
        };
        self.with_spare(written)
            .map_err(VaultError::io("note that an item was restored"))
    }

    /// Removes the notes of an item that is removed. That one lacks is no error.
    pub(super) fn forget_state(&self, folder: &OwnedFd, id: ItemId) {
        for ending in NOTES {
            let _ = rustix::fs::unlinkat(folder, format!("{id}{ending}"), AtFlags::empty());
        }
    }

    /// A note beside an item, if it is no longer than `longest` bytes.
    pub(super) fn read_note(&self, id: ItemId, ending: &str, longest: u64) -> io::Result<String> {
        let folder = self.open_folder(&id.folder()).map_err(io::Error::other)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let name = format!("{id}{ending}");
        let file = rustix::fs::openat(&folder, name, flags, Mode::empty())?;
        if !is_ours_alone(&rustix::fs::fstat(&file)?) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let mut note = String::new();
        std::fs::File::from(file)
            .take(longest)
            .read_to_string(&mut note)?;
        Ok(note)
    }
}
