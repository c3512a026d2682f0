//! The agent's directory: identity, journal, vault.
//!
//! Whoever can write here commands the agent, and whoever can read here can pass for the machine.
//! So a directory that anybody else could have written to is not used.

use std::fs::{DirBuilder, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;

const LOCK: &str = "agent.lock";

/// A directory that belongs to the agent's user and to nobody else.
#[derive(Debug)]
pub struct StateDir {
    path: PathBuf,
    directory: OwnedFd,
}

/// Held for as long as an agent runs on the directory.
#[derive(Debug)]
pub struct StateLock {
    _file: File,
}

/// Why the directory cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateDirError {
    /// The operating system refused.
    #[error("the state directory {} could not be {doing}", path.display())]
    Io {
        /// The directory.
        path: PathBuf,
        /// What was being done to it.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// It belongs to somebody else.
    #[error("the state directory {} belongs to user {owner}, not to the agent's user: it is not used", path.display())]
    Owner {
        /// The directory.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// Others may read or write it.
    #[error("the state directory {} is open to other users (mode {mode:04o}): set it to 0700", path.display())]
    Open {
        /// The directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Another agent works on it.
    #[error("another agent{} runs on the state directory {}", holder.map(|pid| format!(" (process {pid})")).unwrap_or_default(), path.display())]
    Held {
        /// The directory.
        path: PathBuf,
        /// The other agent's process id, if it wrote it down.
        holder: Option<u32>,
    },
}

impl StateDir {
    /// Opens the directory; makes it, mode 0700, if there is none.
    ///
    /// # Errors
    /// [`StateDirError::Owner`] and [`StateDirError::Open`] when others could reach into it.
    pub fn open(path: &Path) -> Result<Self, StateDirError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|source| failed(path, "made", source))?;
        Self::open_existing(path)
    }

    /// Opens the directory; makes nothing.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_existing(path: &Path) -> Result<Self, StateDirError> {
        // The search for the vault must not be confused by links: it is passed over by its path.
        let path = path
            .canonicalize()
            .map_err(|source| failed(path, "opened", source))?;
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory = rustix::fs::open(&path, flags, Mode::empty())
            .map_err(|error| failed(&path, "opened", error.into()))?;
        let stat = rustix::fs::fstat(&directory)
            .map_err(|error| failed(&path, "examined", error.into()))?;
        if stat.st_uid != rustix::process::geteuid().as_raw() {
            return Err(StateDirError::Owner {
                path,
                owner: stat.st_uid,
            });
        }
        let mode = Mode::from_raw_mode(stat.st_mode);
        if mode.intersects(Mode::RWXG | Mode::RWXO) {
            return Err(StateDirError::Open {
                path,
                mode: mode.as_raw_mode(),
            });
        }
        Ok(Self { path, directory })
    }

    /// Makes sure that no other agent works on the directory until the lock is dropped.
    ///
    /// # Errors
    /// [`StateDirError::Held`].
    pub fn lock(&self) -> Result<StateLock, StateDirError> {
        let failed = |error: io::Error| failed(&self.path, "locked", error);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.directory, LOCK, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|error| failed(error.into()))?;
        let mut file = File::from(file);
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                return Err(StateDirError::Held {
                    path: self.path.clone(),
                    holder: holder(file),
                });
            }
            Err(error) => return Err(failed(error.into())),
        }
        file.set_len(0).map_err(failed)?;
        file.rewind().map_err(failed)?;
        write!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(StateLock { _file: file })
    }

    /// Which agent works on the directory now, if one does.
    #[must_use]
    pub fn running_agent(&self) -> Option<u32> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.directory, LOCK, flags, Mode::empty()).ok()?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockShared) {
            Err(Errno::WOULDBLOCK) => holder(File::from(file)),
            _ => None,
        }
    }

    /// Where it is, links resolved.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory of the vault.
    #[must_use]
    pub fn vault(&self) -> PathBuf {
        self.path.join("vault")
    }

    /// The file of what the machine is to its server.
    #[must_use]
    pub fn identity(&self) -> PathBuf {
        self.path.join("identity.json")
    }

    /// The file of the protected files' hashes.
    #[must_use]
    pub fn protected(&self) -> PathBuf {
        self.path.join("protected.json")
    }

    /// The file of what the machine's files contained when they were last read.
    #[must_use]
    pub fn known(&self) -> PathBuf {
        self.path.join("known")
    }

    /// Writes a file of the directory, mode 0600, whole or not at all.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut file = crate::whole_file::WholeFile::create(self.directory.as_fd())?;
        file.file().write_all(content)?;
        file.replace(std::ffi::OsStr::new(name))
    }
}

fn failed(path: &Path, doing: &'static str, source: io::Error) -> StateDirError {
    StateDirError::Io {
        path: path.to_owned(),
        doing,
        source,
    }
}

fn holder(file: File) -> Option<u32> {
    let mut pid = String::new();
    file.take(20).read_to_string(&mut pid).ok()?;
    pid.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_new_directory_is_closed_to_others() {
        let root = tempfile::tempdir().unwrap();
        let state = StateDir::open(&root.path().join("a/b")).unwrap();
        let mode = fs::metadata(state.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o700);
        state.write("x", b"1").unwrap();
        let mode = fs::metadata(state.path().join("x"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o7777, 0o600);
    }

    #[test]
    fn a_directory_open_to_others_is_not_used() {
        for mode in [0o750, 0o705, 0o770, 0o707, 0o701] {
            let root = tempfile::tempdir().unwrap();
            fs::set_permissions(root.path(), fs::Permissions::from_mode(mode)).unwrap();
            let error = StateDir::open(root.path()).unwrap_err();
            assert!(
                matches!(error, StateDirError::Open { mode: m, .. } if m == mode),
                "{error}"
            );
        }
    }

    #[test]
    fn one_agent_at_a_time_and_the_other_is_named() {
        let root = tempfile::tempdir().unwrap();
        let state = StateDir::open(&root.path().join("s")).unwrap();
        assert_eq!(state.running_agent(), None);
        let lock = state.lock().unwrap();
        let error = state.lock().unwrap_err();
        let own = std::process::id();
        assert!(matches!(error, StateDirError::Held { holder: Some(pid), .. } if pid == own));
        assert_eq!(state.running_agent(), Some(own));
        drop(lock);
        state.lock().unwrap();
    }

    #[test]
    fn looking_makes_nothing() {
        let root = tempfile::tempdir().unwrap();
        assert!(StateDir::open_existing(&root.path().join("s")).is_err());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }
}
