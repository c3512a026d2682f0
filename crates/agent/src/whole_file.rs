//! A file that appears whole or not at all.
//!
//! Whoever crashes half-way must not leave half an item, half a key or half a restored file under
//! a name that somebody trusts. So the content goes into a file without a name (`O_TMPFILE`; where
//! a file system has none, into one with a random name), and the name comes last, in one step.

use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use uuid::Uuid;

/// How the name of a file begins that is not whole yet.
const TEMPORARY: &str = ".quell-";

/// A file that nobody can see yet. Dropped without a name, it never was.
#[derive(Debug)]
pub(crate) struct WholeFile {
    directory: OwnedFd,
    file: File,
    /// The random name, where the file system insists on one.
    temporary: Option<CString>,
}

impl WholeFile {
    /// Makes the file in `directory`, readable and writable by its owner alone.
    pub(crate) fn create(directory: BorrowedFd<'_>) -> io::Result<Self> {
        let owner_only = Mode::RUSR | Mode::WUSR;
        let flags = OFlags::RDWR | OFlags::CLOEXEC;
        let unnamed = rustix::fs::openat(directory, ".", flags | OFlags::TMPFILE, owner_only);
        let (file, temporary) = match unnamed {
            Ok(file) => (file, None),
            // EISDIR is how a kernel or file system without O_TMPFILE reads the flags.
            Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => {
                let name = random_name()?;
                let new = flags | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
                let file = rustix::fs::openat(directory, name.as_c_str(), new, owner_only)?;
                (file, Some(name))
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            directory: directory.try_clone_to_owned()?,
            file: File::from(file),
            temporary,
        })
    }

    /// A file that has a name somewhere already, to be given one in `directory`.
    pub(crate) fn of(directory: BorrowedFd<'_>, file: BorrowedFd<'_>) -> io::Result<Self> {
        Ok(Self {
            directory: directory.try_clone_to_owned()?,
            file: File::from(file.try_clone_to_owned()?),
            temporary: None,
        })
    }

    /// The name that [`Self::exchange`] leaves the other file under.
    pub(crate) fn hidden_name(&self) -> io::Result<CString> {
        self.temporary.clone().map_or_else(random_name, Ok)
    }

    /// Lets the file and the one that bears `name` change places, in one step; the other one has
    /// the name `hidden` after that. The caller makes both durable.
    pub(crate) fn exchange(&mut self, hidden: &CStr, name: &OsStr) -> io::Result<()> {
        self.file.sync_all()?;
        if self.temporary.is_none() {
            let visible = std::os::unix::ffi::OsStrExt::from_bytes(hidden.to_bytes());
            self.link_to(self.directory.as_fd(), visible)?;
            self.temporary = Some(hidden.to_owned());
        }
        crate::crash_point::here("exchange-hidden");
        let (directory, flags) = (self.directory.as_fd(), RenameFlags::EXCHANGE);
        rustix::fs::renameat_with(directory, hidden, directory, name, flags)?;
        self.temporary = None;
        Ok(())
    }

    /// Whether a name is one that only a file bears that is not whole.
    pub(crate) fn is_temporary(name: &str) -> bool {
        let digits = name.strip_prefix(TEMPORARY).unwrap_or_default();
        digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    /// The file, for writing.
    pub(crate) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Gives the file its name, unless that name is taken (`AlreadyExists`), and makes both durable.
    pub(crate) fn publish(&mut self, name: &OsStr) -> io::Result<()> {
        self.file.sync_all()?;
        match &self.temporary {
            None => self.link_to(self.directory.as_fd(), name)?,
            Some(temporary) => {
                let directory = self.directory.as_fd();
                let from = temporary.as_c_str();
                rustix::fs::renameat_with(
                    directory,
                    from,
                    directory,
                    name,
                    RenameFlags::NOREPLACE,
                )?;
                self.temporary = None;
            }
        }
        Ok(rustix::fs::fsync(&self.directory)?)
    }

    /// Gives the file its name, in place of whatever bears it now, and makes both durable.
    pub(crate) fn replace(mut self, name: &OsStr) -> io::Result<()> {
        self.file.sync_all()?;
        let temporary = match self.temporary.take() {
            Some(temporary) => temporary,
            None => {
                let temporary = random_name()?;
                let visible = std::os::unix::ffi::OsStrExt::from_bytes(temporary.to_bytes());
                self.link_to(self.directory.as_fd(), visible)?;
                temporary
            }
        };
        let renamed =
            rustix::fs::renameat(&self.directory, temporary.as_c_str(), &self.directory, name);
        self.temporary = renamed.is_err().then_some(temporary);
        renamed?;
        Ok(rustix::fs::fsync(&self.directory)?)
    }

    /// Gives the file one more name; never replaces.
    pub(crate) fn link_to(&self, directory: BorrowedFd<'_>, name: &OsStr) -> io::Result<()> {
        // By way of /proc, because AT_EMPTY_PATH asks for a capability.
        let own = format!("/proc/self/fd/{}", self.file.as_raw_fd());
        Ok(rustix::fs::linkat(
            CWD,
            own,
            directory,
            name,
            AtFlags::SYMLINK_FOLLOW,
        )?)
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(name) = &self.temporary {
            // Nobody else knows the name; if this fails, an unreadable stray file stays behind.
            let _ = rustix::fs::unlinkat(&self.directory, name.as_c_str(), AtFlags::empty());
        }
    }
}

fn random_name() -> io::Result<CString> {
    CString::new(format!("{TEMPORARY}{}", Uuid::new_v4().simple())).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::path::Path;

    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    fn written(directory: &Path, content: &[u8]) -> WholeFile {
        let handle = File::open(directory).unwrap();
        let mut file = WholeFile::create(handle.as_fd()).unwrap();
        file.file().write_all(content).unwrap();
        file
    }

    #[test]
    fn a_file_without_a_name_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        drop(written(directory.path(), b"half"));
        assert!(names(directory.path()).is_empty());
    }

    #[test]
    fn publishing_never_replaces() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("x"), "old").unwrap();
        let error = written(directory.path(), b"new")
            .publish(OsStr::new("x"))
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(directory.path().join("x")).unwrap(), b"old");
        assert_eq!(names(directory.path()), ["x"]);
    }

    #[test]
    fn replacing_leaves_one_file_with_the_new_content() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("x"), "old").unwrap();
        written(directory.path(), b"new")
            .replace(OsStr::new("x"))
            .unwrap();
        assert_eq!(fs::read(directory.path().join("x")).unwrap(), b"new");
        assert_eq!(names(directory.path()), ["x"]);
    }
}
