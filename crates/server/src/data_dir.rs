//! The directory that holds all that a server keeps.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

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
    /// [`DataDirError::Io`].
    pub fn create(path: &Path) -> Result<Self, DataDirError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.create(path).map_err(|source| DataDirError::Io {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self(path.to_owned()))
    }

    /// The file of the store.
    #[must_use]
    pub fn store_file(&self) -> PathBuf {
        self.0.join("quell.db")
    }

    pub(crate) fn lock(&self) -> Result<ServerLock, DataDirError> {
        let path = self.0.join("server.lock");
        let failed = |source| DataDirError::Io {
            path: path.clone(),
            source,
        };
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(ServerLock(file)),
            Err(TryLockError::WouldBlock) => Err(DataDirError::InUse {
                path: self.0.clone(),
            }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
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
        crate::store::SqliteStore::open(&dir.store_file()).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&dir.store_file()), 0o600);
    }
}
