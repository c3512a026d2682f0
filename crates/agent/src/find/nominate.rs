//! From a path that somebody told to the file that is meant.

use std::ffi::CString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::directory::{Directory, Found};
use super::identity::{FileId, Stamp};
use crate::sys::file;

/// The file that `path` names, if it lies below one of the roots and is `id`.
///
/// A process tells by its executable's link where its file probably is; this is how that is made
/// certain.
pub(crate) fn nominated(roots: &[PathBuf], path: &[u8], id: FileId) -> Option<Found> {
    found_at(roots, path).filter(|found| found.stamp.id == id)
}

/// The regular file that `path` names, if it lies below one of the roots.
pub(crate) fn found_at(roots: &[PathBuf], path: &[u8]) -> Option<Found> {
    roots.iter().find_map(|root| below(root, path))
}

fn below(root: &Path, path: &[u8]) -> Option<Found> {
    found_in(&Directory::root(root).ok()?, path)
}

/// The regular file that `path` names, if it lies below `root`.
pub(super) fn found_in(root: &Directory, path: &[u8]) -> Option<Found> {
    let relative = path.strip_prefix(root.path())?.strip_prefix(b"/")?;
    let (parent, name) = match relative.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (relative.get(..slash)?, relative.get(slash + 1..)?),
        None => (&b""[..], relative),
    };
    let name = CString::new(name).ok()?;
    let directory = root.below(parent).ok()?;
    let stat = file::look(&directory, &name).ok()?;
    file::is_regular(&stat).then(|| Found {
        directory: Arc::new(directory),
        name,
        stamp: Stamp::of(&stat),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn nomination_holds_only_below_a_root_and_for_that_inode() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/b/deep"), b"333").unwrap();
        let roots = [root];
        let path = roots[0].join("a/b/deep");
        let id = FileId::of(&rustix::fs::stat(&path).unwrap());
        let bytes = path.as_os_str().as_bytes();
        assert!(nominated(&roots, bytes, id).is_some());
        assert!(nominated(&[roots[0].join("a/b")], bytes, id).is_some());
        let other = FileId {
            dev: id.dev,
            ino: 1,
        };
        assert!(nominated(&roots, bytes, other).is_none());
        assert!(nominated(&[PathBuf::from("/usr")], bytes, id).is_none());
        let dotted = roots[0].join("a/../a/../../x");
        assert!(nominated(&roots, dotted.as_os_str().as_bytes(), id).is_none());
    }
}
