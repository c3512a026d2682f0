//! Removing a file together with what it held.

use std::ffi::CString;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, AsRawFd as _};

use rustix::fs::{AtFlags, Mode};
use rustix::io::Errno;

use crate::sys::file;

/// How much of a file is overwritten, in bytes: more than any key or wrapped key needs.
const OVERWRITTEN: usize = 8192;

/// Overwrites the beginning of a file, where its key is, and removes it. That it is gone already
/// is no error.
///
/// A file system or disk that writes elsewhere than it was told keeps the old bytes for a while;
/// nobody can do better from here.
pub(super) fn file(directory: impl AsFd, name: &str) -> io::Result<()> {
    let directory = directory.as_fd();
    let name = CString::new(name).map_err(io::Error::other)?;
    let pinned = match file::pin(directory, &name) {
        Err(Errno::NOENT) => return Ok(()),
        pinned => pinned?,
    };
    let stat = rustix::fs::fstat(&pinned)?;
    if file::is_regular(&stat) {
        // Who is not root may not write to a file of mode 0400, not even to his own.
        file::change_mode(&pinned, Mode::RUSR | Mode::WUSR)?;
        let path = format!("/proc/self/fd/{}", pinned.as_raw_fd());
        let mut open = OpenOptions::new().write(true).open(path)?;
        let length = usize::try_from(stat.st_size).unwrap_or(usize::MAX);
        open.write_all(&vec![0; length.min(OVERWRITTEN)])?;
        open.sync_all()?;
    }
    rustix::fs::unlinkat(directory, &name, AtFlags::empty())?;
    Ok(rustix::fs::fsync(directory)?)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::Read as _;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn what_is_destroyed_is_gone_and_was_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        fs::write(&path, "secret").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        let mut open = File::open(&path).unwrap();
        let handle = File::open(directory.path()).unwrap();
        super::file(&handle, "key").unwrap();
        super::file(&handle, "key").unwrap();
        assert!(!path.exists());
        let mut content = Vec::new();
        open.read_to_end(&mut content).unwrap();
        assert_eq!(content, [0; 6]);
    }

    #[test]
    fn a_link_is_removed_and_what_it_leads_to_stays() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("other"), "kept").unwrap();
        std::os::unix::fs::symlink("other", directory.path().join("key")).unwrap();
        super::file(File::open(directory.path()).unwrap(), "key").unwrap();
        assert!(!directory.path().join("key").exists());
        assert_eq!(fs::read(directory.path().join("other")).unwrap(), b"kept");
    }
}
