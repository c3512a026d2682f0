//! Whether a package manager works at this moment.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Whether somebody holds a record lock on the file, as package managers do while they work. The
/// kernel's list is read: trying for the lock would take it from them.
pub(super) fn is_locked(path: &Path) -> bool {
    let Ok(metadata) = fs::metadata(path) else {
        return false;
    };
    let (dev, ino) = (metadata.dev(), metadata.ino());
    let file = format!(
        "{:02x}:{:02x}:{ino}",
        rustix::fs::major(dev),
        rustix::fs::minor(dev)
    );
    fs::read_to_string("/proc/locks")
        .unwrap_or_default()
        .lines()
        .any(|line| line.split_ascii_whitespace().any(|word| word == file))
}

#[cfg(test)]
mod tests {
    use rustix::fs::{FlockOperation, fcntl_lock};

    use super::*;

    #[test]
    fn lock_is_seen_for_as_long_as_it_is_held() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let file = fs::File::create(&path).unwrap();
        assert!(!is_locked(&path));
        fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
        assert!(is_locked(&path));
        drop(file);
        assert!(!is_locked(&path));
        assert!(!is_locked(&directory.path().join("nothing")));
    }
}
