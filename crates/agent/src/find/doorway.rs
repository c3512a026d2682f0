//! Entering directories, and none that might never be left again.

use std::ffi::CStr;

use quell_protocol::Barrier;
use rustix::fs::{AtFlags, StatxFlags, statx};
use rustix::io::Errno;

use super::directory::Directory;
use super::look::Look;
use crate::sys::mounts::{FileSystem, Mounts};

/// Looks before it opens: even opening a directory of a hung file server may never return.
#[derive(Debug, Default)]
pub(super) struct Doorway {
    mounts: Mounts,
}

/// What opening a directory came to.
#[derive(Debug)]
pub(super) enum Opened {
    Directory(Directory),
    Barred(Barrier),
}

impl Doorway {
    /// Into directories that another process sees, through its mounts.
    pub(super) fn of_process(pid: u32) -> Self {
        Self {
            mounts: Mounts::of_process(pid),
        }
    }

    /// Whether a root holds files. One that is served by another machine is walked: somebody named it.
    pub(super) fn admits_root(&mut self, root: &Directory) -> bool {
        self.mounts.file_system(root.mount) != FileSystem::Pseudo
    }

    /// Whether a mount is one of this machine's own file systems.
    pub(super) fn is_local(&mut self, mount: u64) -> bool {
        self.mounts.file_system(mount) == FileSystem::Local
    }

    /// Opens a directory in another one.
    pub(super) fn open(&mut self, parent: &Directory, name: &CStr) -> Result<Opened, Errno> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC;
        let mount = statx(parent, name, flags, StatxFlags::TYPE | StatxFlags::MNT_ID)?.stx_mnt_id;
        match self.bars(parent, mount) {
            Some(why) => Ok(Opened::Barred(why)),
            None => parent.child(name).map(Opened::Directory),
        }
    }

    /// Looks at the regular file that bears `name` in a directory. It is not opened; it may have been
    /// mounted there by itself.
    ///
    /// # Errors
    /// `EREMOTE` for one that is served, `EINVAL` for what is no regular file.
    pub(super) fn look(&mut self, directory: &Directory, name: &CStr) -> Result<Look, Errno> {
        let look = Look::at(directory, name)?;
        if !look.is_regular() {
            return Err(Errno::INVAL);
        }
        match self.bars(directory, look.mount) {
            Some(_) => Err(Errno::REMOTE),
            None => Ok(look),
        }
    }

    /// Why nobody goes from a directory into another mount. Within one mount everything is one
    /// file system's.
    fn bars(&mut self, from: &Directory, mount: u64) -> Option<Barrier> {
        if mount == from.mount {
            return None;
        }
        match self.mounts.file_system(mount) {
            FileSystem::Local => None,
            FileSystem::Served => Some(Barrier::Served),
            FileSystem::Pseudo => Some(Barrier::Pseudo),
        }
    }
}
