//! Entering directories, and none that might never be left again.

use std::ffi::CStr;

use quell_protocol::Barrier;
use rustix::fs::{AtFlags, StatxFlags, statx};
use rustix::io::Errno;

use super::directory::Directory;
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
    /// Whether a root holds files. One that is served by another machine is walked: somebody named it.
    pub(super) fn admits_root(&mut self, root: &Directory) -> bool {
        self.mounts.file_system(root.mount) != FileSystem::Pseudo
    }

    /// Opens a directory in another one.
    pub(super) fn open(&mut self, parent: &Directory, name: &CStr) -> Result<Opened, Errno> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC;
        let mount = statx(parent, name, flags, StatxFlags::TYPE | StatxFlags::MNT_ID)?.stx_mnt_id;
        if mount == parent.mount {
            return parent.child(name, mount).map(Opened::Directory);
        }
        match self.mounts.file_system(mount) {
            FileSystem::Local => parent.child(name, mount).map(Opened::Directory),
            FileSystem::Served => Ok(Opened::Barred(Barrier::Served)),
            FileSystem::Pseudo => Ok(Opened::Barred(Barrier::Pseudo)),
        }
    }
}
