//! The stage's directory: private, and gone when the stage is.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use quell_terminal::Failure;
use rustix::fs::{FlockOperation, flock};
use tempfile::TempDir;

/// What every stage's directory begins with.
const PREFIX: &str = "quell-";
/// Locked for as long as the stage lives, so that a later stage can tell what a killed one left.
const LOCK: &str = "lock";

/// A private temporary directory.
#[derive(Debug)]
pub(crate) struct Directory {
    inner: TempDir,
    _lock: File,
}

impl Directory {
    /// Makes it, readable for nobody else, and removes what killed stages of this kind left behind.
    pub(crate) fn create(name: &str) -> Result<Self, Failure> {
        let prefix = format!("{PREFIX}{name}-");
        remove_left_behind(&prefix);
        make(&prefix).map_err(|error| {
            Failure::fault("no temporary directory can be made")
                .because(&error)
                .next("set TMPDIR to a directory in which you may write")
        })
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
        empty(&path);
        self.inner.close().map_err(|error| {
            Failure::fault(format!("{} cannot be removed", path.display())).because(&error)
        })
    }
}

fn make(prefix: &str) -> io::Result<Directory> {
    let inner = tempfile::Builder::new()
        .prefix(prefix)
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir()?;
    // Locked before it has its name: a directory whose lock is free has lost its stage.
    let unnamed = inner.path().join("locking");
    let lock = File::create(&unnamed)?;
    flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
    fs::rename(&unnamed, inner.path().join(LOCK))?;
    Ok(Directory { inner, _lock: lock })
}

/// Best effort: what cannot be looked at or removed stays for its owner to see.
fn remove_left_behind(prefix: &str) {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(prefix)
            && has_lost_its_stage(&entry.path())
        {
            empty(&entry.path());
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Removes everything but the lock: whoever is killed while removing leaves what a later stage still
/// recognises. What cannot be removed is met again, and told, when the directory itself goes.
fn empty(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten().filter(|entry| entry.file_name() != LOCK) {
        let _ = fs::remove_dir_all(entry.path()).or_else(|_| fs::remove_file(entry.path()));
    }
}

fn has_lost_its_stage(directory: &Path) -> bool {
    let ours = fs::symlink_metadata(directory)
        .is_ok_and(|found| found.is_dir() && found.uid() == rustix::process::geteuid().as_raw());
    ours && File::open(directory.join(LOCK))
        .is_ok_and(|lock| flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_directory_whose_stage_is_gone_counts_as_left_behind() {
        let alive = make("quell-test-").unwrap();
        assert!(!has_lost_its_stage(alive.path()));
        let Directory { inner, _lock } = alive;
        drop(_lock);
        assert!(has_lost_its_stage(inner.path()));
        fs::remove_file(inner.path().join(LOCK)).unwrap();
        assert!(
            !has_lost_its_stage(inner.path()),
            "a directory without our lock is somebody else's"
        );
    }
}
