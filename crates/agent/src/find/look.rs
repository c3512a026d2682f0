//! Looking at a file without opening it, and without asking whoever may serve it.

use std::ffi::CStr;
use std::os::fd::AsFd;

use rustix::fs::{AtFlags, CWD, FileType, Statx, StatxFlags, StatxTimestamp, makedev, statx};
use rustix::io::Errno;
use rustix::path::Arg;

use super::identity::{FileId, Stamp, nanoseconds};

/// Who may execute: the owner, the group, everybody.
const MAY_EXECUTE: u16 = 0o111;

/// What a look at a file told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) stamp: Stamp,
    pub(crate) kind: FileType,
    /// Whether anybody may execute it.
    pub(crate) is_executable: bool,
    /// The mount that it was reached through.
    pub(crate) mount: u64,
}

impl Look {
    /// At what `name` in `directory` is; a symbolic link is not followed, and a server is not asked.
    pub(crate) fn at(directory: impl AsFd, name: &CStr) -> Result<Self, Errno> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC;
        Self::seen(directory, name, flags)
    }

    /// At an open file, as it is now.
    pub(crate) fn of(file: impl AsFd) -> Result<Self, Errno> {
        Self::seen(file, c"", AtFlags::EMPTY_PATH)
    }

    /// At what a descriptor or a link below `/proc` leads to, from what the kernel knows of it.
    pub(crate) fn behind(directory: impl AsFd, link: impl Arg) -> Result<Self, Errno> {
        let flags = AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC | AtFlags::EMPTY_PATH;
        Self::seen(directory, link, flags)
    }

    /// At what a path leads to, symbolic links followed.
    pub(crate) fn along(path: impl Arg) -> Result<Self, Errno> {
        Self::seen(CWD, path, AtFlags::empty())
    }

    fn seen(directory: impl AsFd, path: impl Arg, flags: AtFlags) -> Result<Self, Errno> {
        let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME | StatxFlags::MNT_ID;
        let seen = statx(directory, path, flags, wanted)?;
        Ok(Self {
            stamp: stamp(&seen),
            kind: FileType::from_raw_mode(u32::from(seen.stx_mode)),
            is_executable: seen.stx_mode & MAY_EXECUTE != 0,
            mount: seen.stx_mnt_id,
        })
    }

    pub(crate) fn is_regular(&self) -> bool {
        self.kind == FileType::RegularFile
    }
}

fn stamp(seen: &Statx) -> Stamp {
    let tells_birth = seen.stx_mask & StatxFlags::BTIME.bits() != 0;
    Stamp {
        id: FileId {
            dev: makedev(seen.stx_dev_major, seen.stx_dev_minor),
            ino: seen.stx_ino,
        },
        size: seen.stx_size,
        modified_ns: moment(&seen.stx_mtime),
        changed_ns: moment(&seen.stx_ctime),
        born_ns: tells_birth.then(|| moment(&seen.stx_btime)),
    }
}

fn moment(time: &StatxTimestamp) -> i64 {
    nanoseconds(time.tv_sec, u64::from(time.tv_nsec))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    #[test]
    fn look_tells_what_the_file_is_and_not_what_a_link_to_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "abc").unwrap();
        symlink("file", directory.path().join("link")).unwrap();
        let opened = File::open(directory.path()).unwrap();
        let look = Look::at(&opened, c"file").unwrap();
        let metadata = fs::metadata(&path).unwrap();
        assert!(look.is_regular() && !look.is_executable);
        let id = FileId {
            dev: metadata.dev(),
            ino: metadata.ino(),
        };
        assert_eq!((look.stamp.id, look.stamp.size), (id, 3));
        let changed = metadata.ctime() * 1_000_000_000 + metadata.ctime_nsec();
        assert_eq!(look.stamp.changed_ns, changed);
        assert_eq!(look, Look::of(File::open(&path).unwrap()).unwrap());
        assert_eq!(look, Look::along(directory.path().join("link")).unwrap());
        assert!(!Look::at(&opened, c"link").unwrap().is_regular());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o010)).unwrap();
        assert!(Look::at(&opened, c"file").unwrap().is_executable);
    }

    #[test]
    fn stamp_of_a_file_made_anew_differs_by_its_birth() {
        let directory = tempfile::tempdir().unwrap();
        let stamp = |name: &str| {
            let path = directory.path().join(name);
            fs::write(&path, "x").unwrap();
            Look::along(&path).unwrap().stamp
        };
        let Some(born) = stamp("file").born_ns else {
            println!("skipped: the file system does not tell when a file was made");
            return;
        };
        assert!(born <= stamp("file").changed_ns);
        assert_eq!(stamp("file").born_ns, Some(born), "writing is no birth");
        // Two files may be made in one tick of the file system's clock.
        while stamp("file").born_ns == Some(born) {
            fs::remove_file(directory.path().join("file")).unwrap();
        }
    }
}
