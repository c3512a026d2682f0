//! The directory that holds all that a server keeps.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The file of the store.
const STORE: &str = "quell.db";
/// The file of the audit key.
const AUDIT_KEY: &str = "audit.key";

/// A server's directory. The server and the operators' commands open the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir(PathBuf);

/// The directory cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataDirError {
    /// It cannot be made or opened.
    #[error("the data directory {} cannot be used", path.display())]
    Io {
        /// The directory or the file in it.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Everyone may write into it.
    #[error("everyone may write into the data directory {}: close it to all but its owner (chmod 700)", path.display())]
    OpenToAll {
        /// The directory.
        path: PathBuf,
    },
    /// Another server runs on it.
    #[error("another server runs on the data directory {}", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
}

/// Held while a server runs, so that a second one on the same directory is refused rather than
/// answering beside the first.
#[derive(Debug)]
pub(crate) struct ServerLock(#[expect(dead_code, reason = "held for its lock alone")] File);

impl DataDir {
    /// Makes the directory, open to its owner alone, when it is not there.
    ///
    /// # Errors
    /// [`DataDirError::Io`]; [`DataDirError::OpenToAll`] for one that everyone may write into, for who
    /// exchanges the store orders actions.
    pub fn create(path: &Path) -> Result<Self, DataDirError> {
        let made = builder().recursive(true).create(path);
        made.map_err(|source| failed(path, source))?;
        Self::accept(path)
    }

    /// Tries whether a directory that is not there could be made, and leaves nothing of it.
    ///
    /// # Errors
    /// [`DataDirError::Io`]: it could not.
    pub(crate) fn try_to_create(path: &Path) -> Result<(), DataDirError> {
        let is_missing = |above: &&Path| !above.as_os_str().is_empty() && !above.exists();
        // Those below the first that is missing would be this user's own.
        let Some(first) = path.ancestors().take_while(is_missing).last() else {
            return Ok(());
        };
        let tried = builder().create(first).and_then(|()| fs::remove_dir(first));
        tried.map_err(|source| failed(first, source))
    }

    /// The directory as it is; `None` when it is not there. Makes nothing.
    ///
    /// # Errors
    /// As of [`create`](Self::create).
    pub fn look(path: &Path) -> Result<Option<Self>, DataDirError> {
        match path.try_exists() {
            Ok(false) => Ok(None),
            _ => Self::accept(path).map(Some),
        }
    }

    fn accept(path: &Path) -> Result<Self, DataDirError> {
        let metadata = path.metadata().map_err(|source| failed(path, source))?;
        if !metadata.is_dir() {
            return Err(failed(path, io::ErrorKind::NotADirectory.into()));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            if metadata.permissions().mode() & 0o002 != 0 {
                return Err(DataDirError::OpenToAll {
                    path: path.to_owned(),
                });
            }
        }
        Ok(Self(path.to_owned()))
    }

    /// Tries whether files can be made in it, and one of an earlier server be written; changes none.
    ///
    /// # Errors
    /// [`DataDirError::Io`] for the first that cannot.
    pub(crate) fn try_to_write(&self) -> Result<(), DataDirError> {
        let new = self.0.join(format!("check-{}", std::process::id()));
        let tried = File::create(&new).and_then(|_| fs::remove_file(&new));
        tried.map_err(|source| failed(&self.0, source))?;
        // Not the store's file: whoever closes one takes away the locks that SQLite has on it in this process.
        let lock = self.lock_file();
        match OpenOptions::new().append(true).open(&lock) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&lock, error)),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Whether a server runs on it. Makes nothing.
    pub(crate) fn is_locked(&self) -> Result<bool, DataDirError> {
        let path = self.lock_file();
        match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(failed(&path, source)),
            Ok(file) => Ok(matches!(file.try_lock(), Err(TryLockError::WouldBlock))),
        }
    }

    fn lock_file(&self) -> PathBuf {
        self.0.join("server.lock")
    }

    /// The file of the store.
    #[must_use]
    pub fn store_file(&self) -> PathBuf {
        self.0.join(STORE)
    }

    /// The file of the audit key, unless it stands elsewhere.
    #[must_use]
    pub fn audit_key_file(&self) -> PathBuf {
        self.0.join(AUDIT_KEY)
    }

    /// Whether a server has run on this directory.
    #[must_use]
    pub fn is_one(path: &Path) -> bool {
        path.join(STORE).is_file()
    }

    pub(crate) fn lock(&self) -> Result<ServerLock, DataDirError> {
        let path = self.lock_file();
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        {
            // Who can open the file can hold its lock, and so keep the server from starting.
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = options
            .open(&path)
            .map_err(|source| failed(&path, source))?;
        match file.try_lock() {
            Ok(()) => Ok(ServerLock(file)),
            Err(TryLockError::WouldBlock) => Err(DataDirError::InUse {
                path: self.0.clone(),
            }),
            Err(TryLockError::Error(source)) => Err(failed(&path, source)),
        }
    }
}

/// Makes directories that are open to their owner alone.
fn builder() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is no mode"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder
}

fn failed(path: &Path, source: io::Error) -> DataDirError {
    let path = path.to_owned();
    DataDirError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_server_is_refused_until_the_first_is_gone() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = DataDir::create(&temporary.path().join("a/b")).unwrap();
        let first = dir.lock().unwrap();
        assert!(matches!(dir.lock(), Err(DataDirError::InUse { .. })));
        drop(first);
        dir.lock().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn directory_and_store_are_the_owner_s_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("data");
        let dir = DataDir::create(&path).unwrap();
        crate::store::SqlStore::open(&dir.store_file()).unwrap();
        let _lock = dir.lock().unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&dir.store_file()), 0o600);
        assert_eq!(mode(&path.join("server.lock")), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn directory_that_everyone_may_write_into_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let temporary = tempfile::tempdir().unwrap();
        let open = |mode| {
            fs::set_permissions(temporary.path(), fs::Permissions::from_mode(mode)).unwrap();
            DataDir::create(temporary.path())
        };
        assert!(open(0o755).is_ok());
        for mode in [0o777, 0o1777, 0o702] {
            assert!(matches!(open(mode), Err(DataDirError::OpenToAll { .. })));
        }
    }

    #[cfg(unix)]
    #[test]
    fn store_that_was_put_back_with_a_loose_mode_is_closed() {
        use std::os::unix::fs::PermissionsExt as _;
        let temporary = tempfile::tempdir().unwrap();
        let file = DataDir::create(temporary.path()).unwrap().store_file();
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let _store = crate::store::SqlStore::open(&file).unwrap();
        for entry in temporary.path().read_dir().unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{}", entry.path().display());
        }
    }
}
