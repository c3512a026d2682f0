//! A little room that the vault keeps back for a full disk.
//!
//! Whoever makes room removes items, which is written to the log first, and whoever brings items to
//! safety restores them, which is noted first. Neither could be done on a disk that is full to its
//! last block. So a file that nobody needs lies beside the items, and goes when those words find no
//! room.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;

use rustix::fs::AtFlags;

use super::Vault;
use crate::whole_file::WholeFile;

/// The file's name in the vault's directory.
const NAME: &str = "spare";
/// Its size in bytes: enough for a dozen notes, each of which takes a block.
const SIZE: usize = 64 * 1024;

impl Vault {
    /// Keeps the room back, where there is any. Without it the vault works as long as its disk does.
    pub(super) fn keep_spare(&self) {
        if rustix::fs::statat(&self.directory, NAME, AtFlags::SYMLINK_NOFOLLOW).is_ok() {
            return;
        }
        let kept = || -> io::Result<()> {
            let mut spare = WholeFile::create(self.directory.as_fd())?;
            spare.file().write_all(&vec![0; SIZE])?;
            spare.publish(OsStr::new(NAME))
        };
        if let Err(error) = kept() {
            tracing::debug!(%error, "the vault keeps no room back");
        }
    }

    /// Writes something small; on a full disk it gives up the room that was kept back, and tries once
    /// more.
    pub(super) fn with_spare<T>(&self, write: impl Fn() -> io::Result<T>) -> io::Result<T> {
        match write() {
            Err(error) if is_full(&error) && self.give_up_spare() => write(),
            written => written,
        }
    }

    fn give_up_spare(&self) -> bool {
        rustix::fs::unlinkat(&self.directory, NAME, AtFlags::empty()).is_ok()
    }
}

/// Whether there is no room for anything.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}
