//! The stage's directory: private, and gone when the stage is.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use quell_terminal::Failure;
use tempfile::TempDir;

/// A private temporary directory.
#[derive(Debug)]
pub(crate) struct Directory {
    inner: TempDir,
}

impl Directory {
    /// Makes it, readable for nobody else.
    pub(crate) fn create(name: &str) -> Result<Self, Failure> {
        let inner = tempfile::Builder::new()
            .prefix(&format!("quell-{name}-"))
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir()
            .map_err(|error| {
                Failure::fault("no temporary directory can be made")
                    .because(&error)
                    .next("set TMPDIR")
            })?;
        Ok(Self { inner })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.inner.path()
    }

    /// Makes a directory in it.
    pub(crate) fn subdirectory(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.path().join(name);
        fs::create_dir(&path)
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o700)))
            .map_err(|error| {
                Failure::fault(format!("{} cannot be made", path.display())).because(&error)
            })?;
        Ok(path)
    }

    /// Removes it with everything in it.
    pub(crate) fn remove(self) -> Result<(), Failure> {
        let path = self.path().to_owned();
        self.inner.close().map_err(|error| {
            Failure::fault(format!("{} cannot be removed", path.display())).because(&error)
        })
    }
}
