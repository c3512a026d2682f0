//! What became of an item: a small note beside it, because the item itself never changes.
//!
//! The note is for people. Nothing is decided by it.

use std::ffi::OsStr;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};

use quell_model::Timestamp;
use rustix::fs::{AtFlags, Mode, OFlags};

use super::{ItemId, ItemState, Vault, VaultError};
use crate::whole_file::WholeFile;

/// The longest timestamp.
const MAX_NOTE: u64 = 40;

impl Vault {
    /// What became of the item since it was sealed.
    #[must_use]
    pub fn state(&self, id: ItemId) -> ItemState {
        self.read_note(id)
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
            note.replace(OsStr::new(&note_name(id)))
        };
        written().map_err(VaultError::io("note that an item was restored"))
    }

    /// Removes the note of an item that is removed. That it lacks is no error.
    pub(super) fn forget_state(&self, folder: &OwnedFd, id: ItemId) {
        let _ = rustix::fs::unlinkat(folder, note_name(id), AtFlags::empty());
    }

    fn read_note(&self, id: ItemId) -> io::Result<String> {
        let folder = self.open_folder(&id.folder()).map_err(io::Error::other)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = rustix::fs::openat(&folder, note_name(id), flags, Mode::empty())?;
        let mut note = String::new();
        std::fs::File::from(file)
            .take(MAX_NOTE)
            .read_to_string(&mut note)?;
        Ok(note)
    }
}

fn note_name(id: ItemId) -> String {
    format!("{id}.restored")
}
