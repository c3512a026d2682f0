//! Making names where the file system cannot write down who we are.
//!
//! A file system that was mounted in somebody's user namespace, or that is shown through a mapping
//! of identities, knows the users of that mapping only. Where root is not among them nothing of
//! root's can be made there and no name can be moved there, though root may still remove each. So
//! it is done as the owner of the directory, who is known there.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{AtFlags, Mode, fstat, mkdirat, unlinkat};
use rustix::io::Errno;
use uuid::Uuid;

use crate::sys::file_identity::Owner;

/// Does what puts a new name into `directory`: as ourselves, or, where we cannot be written down,
/// as the directory's owner.
pub(super) fn place_in<T: Send>(
    directory: BorrowedFd<'_>,
    place: impl Fn() -> Result<T, Errno> + Send,
) -> Result<T, Errno> {
    match place() {
        Err(Errno::OVERFLOW) => Owner::of(&fstat(directory)?).does(place),
        answer => answer,
    }
}

/// Whether nothing in `directory` can be ours.
pub(super) fn knows_us_not(directory: impl AsFd) -> bool {
    let directory = directory.as_fd();
    let probe = Uuid::new_v4().simple().to_string();
    match mkdirat(directory, &probe, Mode::RWXU) {
        Err(Errno::OVERFLOW) => true,
        Err(_) => false,
        Ok(()) => {
            if let Err(errno) = unlinkat(directory, &probe, AtFlags::REMOVEDIR) {
                tracing::warn!(%errno, "a directory made to see whether it can be could not be removed");
            }
            false
        }
    }
}
