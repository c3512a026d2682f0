//! What a file and a process are, whatever they are called.

use std::os::fd::AsFd;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, Stat, StatxFlags, makedev, statx};
use rustix::io::Errno;
use rustix::path::Arg;
use serde::{Deserialize, Serialize};

use super::look::Look;

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

/// A file that is to be found again: its number is given to another one when it is gone, the moment
/// of its birth is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LastingId {
    pub(crate) file: FileId,
    /// When it was made, in nanoseconds since the Unix epoch. Not every file system tells.
    pub(crate) born_ns: Option<i64>,
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
    /// When the file was made, in nanoseconds since the Unix epoch: an inode number is given to
    /// another file when its own is gone. Not every file system tells.
    pub born_ns: Option<i64>,
}

/// A change leaves the stamp as it is if it comes in the same tick of the file system's clock as the
/// one before. Kernels before 6.13 have ticks of milliseconds, some file systems of two seconds.
const SETTLED_NS: i64 = 2_000_000_000;

impl Stamp {
    /// Which file it is, for whoever comes back to it.
    pub(crate) fn lasting_id(&self) -> LastingId {
        LastingId {
            file: self.id,
            born_ns: self.born_ns,
        }
    }

    /// The stamp of an open file, as it is now.
    ///
    /// # Errors
    /// The system's.
    pub fn of(file: impl AsFd) -> Result<Self, Errno> {
        Ok(Look::of(file)?.stamp)
    }

    /// Whether what was read, from `began_ns` since the Unix epoch on, is what a file has that looks
    /// like this: it looked the same before and after, and had been left alone for so long when the
    /// reading began that no later change could look the same. One that is dated ahead of the
    /// clock never was.
    #[must_use]
    pub fn vouches(&self, after: &Self, began_ns: i64) -> bool {
        self == after && began_ns.saturating_sub(self.changed_ns) > SETTLED_NS
    }
}

/// The time since the Unix epoch, in nanoseconds.
pub(crate) fn now_ns() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// Joins seconds and nanoseconds; a file's times may be anything, so it saturates.
pub(crate) fn nanoseconds(seconds: i64, nanoseconds: u64) -> i64 {
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(i64::try_from(nanoseconds).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Stamp = Stamp {
        id: FileId { dev: 1, ino: 2 },
        size: 3,
        modified_ns: 5,
        changed_ns: 7,
        born_ns: Some(1),
    };

    #[test]
    fn stamp_vouches_only_for_a_file_that_had_been_quiet_when_reading_began() {
        let quiet = STAMP.changed_ns + SETTLED_NS + 1;
        assert!(STAMP.vouches(&STAMP, quiet));
        assert!(!STAMP.vouches(&STAMP, quiet - 1));
        // The clock was set back.
        assert!(!STAMP.vouches(&STAMP, 0));
        assert!(!STAMP.vouches(&STAMP, i64::MIN));
    }

    #[test]
    fn stamp_does_not_vouch_for_a_file_that_looks_different_afterwards() {
        let others = [
            Stamp { size: 4, ..STAMP },
            Stamp {
                modified_ns: 6,
                ..STAMP
            },
            Stamp {
                changed_ns: 8,
                ..STAMP
            },
            Stamp {
                born_ns: Some(2),
                ..STAMP
            },
            Stamp {
                born_ns: None,
                ..STAMP
            },
        ];
        for other in others {
            assert!(!STAMP.vouches(&other, i64::MAX), "{other:?}");
        }
    }
}
