//! Read leases: a file that nobody can begin to write to without its holder knowing.
//!
//! The kernel grants one only while nobody has the file open for writing, a mapping whose
//! descriptor is long closed included. Whoever wants to write or truncate afterwards waits until
//! the lease is given up, at most `/proc/sys/fs/lease-break-time` seconds.

use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};

use rustix::io::Errno;

/// How the kernel tells that somebody waits. Its own choice, SIGIO, would end the process; this one
/// is ignored unless somebody handles it, and whoever holds a lease asks [`Lease::holds`].
const TOLD_BY: libc::c_int = libc::SIGURG;

/// `F_SETSIG`, which the `libc` crate does not name on every platform; the same number on all.
const SET_SIGNAL: libc::c_int = 10;

/// A read lease, given up when it is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    file: OwnedFd,
}

impl Lease {
    /// Takes a lease on a file that is open for reading alone.
    ///
    /// # Errors
    /// `EAGAIN` while somebody has the file open for writing; `EACCES` when it is another user's
    /// and this process lacks CAP_LEASE; `EINVAL` when its file system knows no leases.
    pub(crate) fn take(content: impl AsFd) -> Result<Self, Errno> {
        let file = content
            .as_fd()
            .try_clone_to_owned()
            .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
        control(file.as_raw_fd(), SET_SIGNAL, TOLD_BY)?;
        control(file.as_raw_fd(), libc::F_SETLEASE, libc::F_RDLCK)?;
        Ok(Self { file })
    }

    /// Whether nobody has asked for the lease to be given up: the content is then what it was when
    /// the lease was taken.
    pub(crate) fn holds(&self) -> bool {
        let held = control(self.file.as_raw_fd(), libc::F_GETLEASE, 0);
        held == Ok(libc::F_RDLCK)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let unlock = libc::F_UNLCK;
        if let Err(errno) = control(self.file.as_raw_fd(), libc::F_SETLEASE, unlock) {
            tracing::debug!(%errno, "a lease could not be given up; it ends with its descriptor");
        }
    }
}

/// `fcntl` with a command that takes a number.
#[allow(
    unsafe_code,
    reason = "rustix offers no leases; the block says why it is sound"
)]
fn control(file: RawFd, command: libc::c_int, argument: libc::c_int) -> Result<i32, Errno> {
    // SAFETY: the three commands used here take an integer and touch no memory of this process; the
    // descriptor is open, because its owner is borrowed for the length of the call.
    let answer = unsafe { libc::fcntl(file, command, argument) };
    if answer >= 0 {
        return Ok(answer);
    }
    let error = std::io::Error::last_os_error();
    Err(Errno::from_io_error(&error).unwrap_or(Errno::IO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{File, OpenOptions};
    use std::os::unix::fs::OpenOptionsExt;

    fn file() -> (tempfile::NamedTempFile, File) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (file, path) = file.into_parts();
        drop(file);
        let reading = File::open(&path).unwrap();
        let flags = OpenOptions::new().read(true).open(&path).unwrap();
        (tempfile::NamedTempFile::from_parts(flags, path), reading)
    }

    /// Asks for the file to be written to, without waiting for the answer.
    fn try_to_write(path: &std::path::Path) -> std::io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).custom_flags(libc::O_NONBLOCK);
        options.open(path)
    }

    #[test]
    fn lease_is_refused_while_somebody_may_write() {
        let (path, reading) = file();
        let writer = try_to_write(path.path()).unwrap();
        assert_eq!(Lease::take(&reading).unwrap_err(), Errno::AGAIN);
        drop(writer);
        assert!(Lease::take(&reading).unwrap().holds());
    }

    #[test]
    fn lease_that_is_asked_for_says_so_and_ends_nobody() {
        let (path, reading) = file();
        let lease = Lease::take(&reading).unwrap();
        let refused = try_to_write(path.path()).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::WouldBlock);
        assert!(!lease.holds());
        drop(lease);
        assert!(try_to_write(path.path()).is_ok());
    }
}
