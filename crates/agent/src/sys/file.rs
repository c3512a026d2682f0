//! Opening files without following, blocking or trusting anything.

use std::ffi::CStr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::Errno;

/// Pins what `name` in `directory` names now: never follows a link, never waits for a FIFO's other
/// end, never triggers a device.
pub(crate) fn pin(directory: impl AsFd, name: &CStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(directory, name, flags, Mode::empty())
}

/// Opens a pinned regular file for reading; anything else is `EINVAL`.
pub(crate) fn read_pinned(pinned: &OwnedFd) -> Result<(OwnedFd, Stat), Errno> {
    let stat = fstat(pinned)?;
    if !is_regular(&stat) {
        return Err(Errno::INVAL);
    }
    let reopened = reopen(pinned)?;
    Ok((reopened, stat))
}

/// Opens the very file behind a descriptor once more, for reading, without touching its access
/// time where the kernel lets us (only the owner and root may ask for that).
fn reopen(pinned: &OwnedFd) -> Result<OwnedFd, Errno> {
    let path = format!("/proc/self/fd/{}", pinned.as_raw_fd());
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    match openat(CWD, path.as_str(), flags | OFlags::NOATIME, Mode::empty()) {
        Err(Errno::PERM) => openat(CWD, path.as_str(), flags, Mode::empty()),
        opened => opened,
    }
}

/// Changes the mode of a pinned file. `fchmod` refuses such a descriptor; its entry below
/// `/proc/self/fd` names the same inode.
pub(crate) fn change_mode(pinned: &OwnedFd, mode: Mode) -> Result<(), Errno> {
    let path = format!("/proc/self/fd/{}", pinned.as_raw_fd());
    rustix::fs::chmod(path.as_str(), mode)
}

/// Where an open file is, as the kernel tells it; a hint, not an identity.
pub(crate) fn path_of(file: &OwnedFd) -> Option<Vec<u8>> {
    let link = std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()?;
    Some(link.into_os_string().into_vec())
}

/// Looks at `name` in `directory` without following it.
pub(crate) fn look(directory: impl AsFd, name: &CStr) -> Result<Stat, Errno> {
    statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)
}

/// How many names a file has.
#[allow(
    clippy::useless_conversion,
    reason = "the kernel's field has 64 bits on x86_64 and 32 on aarch64"
)]
pub(crate) fn link_count(stat: &Stat) -> u64 {
    stat.st_nlink.into()
}

pub(crate) fn is_regular(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::OwnedFd;

    fn directory() -> (tempfile::TempDir, OwnedFd) {
        let dir = tempfile::tempdir().unwrap();
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = openat(CWD, dir.path(), flags, Mode::empty()).unwrap();
        (dir, fd)
    }

    #[test]
    fn fifo_is_refused_without_waiting_for_a_writer() {
        let (_dir, fd) = directory();
        rustix::fs::mkfifoat(&fd, c"pipe", Mode::RUSR).unwrap();
        let pinned = pin(&fd, c"pipe").unwrap();
        assert_eq!(read_pinned(&pinned).unwrap_err(), Errno::INVAL);
    }

    #[test]
    fn symlink_is_pinned_itself_and_refused() {
        let (dir, fd) = directory();
        std::fs::write(dir.path().join("file"), b"x").unwrap();
        rustix::fs::symlinkat(c"file", &fd, c"link").unwrap();
        let pinned = pin(&fd, c"link").unwrap();
        assert_eq!(read_pinned(&pinned).unwrap_err(), Errno::INVAL);
    }

    #[test]
    fn pinned_file_stays_itself_when_its_name_is_given_away() {
        let (dir, fd) = directory();
        std::fs::write(dir.path().join("file"), b"first").unwrap();
        let pinned = pin(&fd, c"file").unwrap();
        std::fs::remove_file(dir.path().join("file")).unwrap();
        std::fs::write(dir.path().join("file"), b"second").unwrap();
        let (opened, _) = read_pinned(&pinned).unwrap();
        let mut content = [0; 16];
        let count = rustix::io::pread(&opened, content.as_mut_slice(), 0).unwrap();
        assert_eq!(&content[..count], b"first");
    }
}
