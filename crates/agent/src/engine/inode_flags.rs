//! What binds an inode beyond its permissions: immutable and append-only.
//!
//! Not even root moves a file that is either, nor takes a name out of a directory that is.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};

/// The flags that keep a file from being moved and a directory from being changed.
const BINDING: IFlags = IFlags::IMMUTABLE.union(IFlags::APPEND);

/// A directory whose binding flags are off for as long as this lives.
#[derive(Debug)]
pub(super) struct Unbound<'a> {
    directory: BorrowedFd<'a>,
    flags: IFlags,
}

impl<'a> Unbound<'a> {
    /// Nothing when the directory was not bound, or cannot be unbound.
    pub(super) fn of(directory: &'a impl AsFd) -> Option<Self> {
        let directory = directory.as_fd();
        let flags = unbind(directory)?;
        Some(Self { directory, flags })
    }
}

impl Drop for Unbound<'_> {
    fn drop(&mut self) {
        bind(self.directory, self.flags.bits());
    }
}

/// Takes the binding flags off; the answer is what was there before, nothing when none was.
pub(super) fn unbind(inode: impl AsFd) -> Option<IFlags> {
    let inode = inode.as_fd();
    let flags = ioctl_getflags(inode).ok()?;
    if !flags.intersects(BINDING) {
        return None;
    }
    match ioctl_setflags(inode, flags.difference(BINDING)) {
        Ok(()) => Some(flags),
        Err(errno) => {
            tracing::debug!(%errno, "immutable or append-only, and it cannot be changed");
            None
        }
    }
}

/// Puts those of the binding flags back that are among `flags`.
pub(super) fn bind(inode: impl AsFd, flags: u32) {
    let inode = inode.as_fd();
    let binding = IFlags::from_bits_retain(flags).intersection(BINDING);
    if binding.is_empty() {
        return;
    }
    let bound = ioctl_getflags(inode).and_then(|now| ioctl_setflags(inode, now.union(binding)));
    if let Err(errno) = bound {
        tracing::warn!(%errno, "immutable or append-only before, and it cannot be made so again");
    }
}
