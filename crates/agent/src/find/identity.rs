//! What a file and a process are, whatever they are called.

use std::os::fd::AsFd;

use rustix::fs::{AtFlags, Stat, StatxFlags, makedev, statx};
use rustix::io::Errno;
use rustix::path::Arg;
use serde::{Deserialize, Serialize};

/// A file: its device and inode number. A path is only where it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId {
    /// The device number, `st_dev`.
    pub dev: u64,
    /// The inode number, `st_ino`.
    pub ino: u64,
}

impl FileId {
    /// The file that was looked at.
    #[must_use]
    pub fn of(stat: &Stat) -> Self {
        Self {
            dev: stat.st_dev,
            ino: stat.st_ino,
        }
    }

    /// The file that a link below `/proc` leads to, from what the kernel knows of it: a file server
    /// or a program that serves files is not asked, and so cannot keep the agent waiting.
    pub(crate) fn behind(directory: impl AsFd, link: impl Arg) -> Result<Self, Errno> {
        Self::seen(directory, link, AtFlags::NO_AUTOMOUNT)
    }

    /// The file of a descriptor, likewise without asking anybody.
    pub(crate) fn behind_descriptor(file: impl AsFd) -> Result<Self, Errno> {
        Self::seen(file, c"", AtFlags::EMPTY_PATH)
    }

    fn seen(directory: impl AsFd, path: impl Arg, flags: AtFlags) -> Result<Self, Errno> {
        let flags = flags | AtFlags::STATX_DONT_SYNC;
        let seen = statx(directory, path, flags, StatxFlags::INO)?;
        Ok(Self {
            dev: makedev(seen.stx_dev_major, seen.stx_dev_minor),
            ino: seen.stx_ino,
        })
    }
}

/// A process: its id alone is given to another process later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProcessIdentity {
    /// The process id in the agent's namespace.
    pub pid: u32,
    /// When it started, in clock ticks since boot (`/proc/PID/stat`, field 22).
    pub start_time: u64,
}

/// What changes when a file's content changes, short of a store into a page that is already dirty.
/// It therefore nominates and never decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// Which file.
    pub id: FileId,
    /// Bytes.
    pub size: u64,
    /// Last modification, in nanoseconds since the Unix epoch.
    pub modified_ns: i64,
    /// Last change of content or attributes, in nanoseconds since the Unix epoch.
    pub changed_ns: i64,
}

impl Stamp {
    /// The stamp of the file that was looked at.
    #[must_use]
    pub fn of(stat: &Stat) -> Self {
        Self {
            id: FileId::of(stat),
            size: u64::try_from(stat.st_size).unwrap_or(0),
            modified_ns: nanoseconds(stat.st_mtime, stat.st_mtime_nsec),
            changed_ns: nanoseconds(stat.st_ctime, stat.st_ctime_nsec),
        }
    }
}

/// Joins seconds and nanoseconds; a file's times may be anything, so it saturates.
pub(crate) fn nanoseconds(seconds: i64, nanoseconds: u64) -> i64 {
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(i64::try_from(nanoseconds).unwrap_or(0))
}
