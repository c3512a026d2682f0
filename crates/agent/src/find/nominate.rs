//! From a path that somebody told to the file that is meant.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::directory::{Directory, Found};
use super::doorway::Doorway;
use super::identity::FileId;
use super::pointed::step_by_step;

/// The file that `path` names, if it lies below one of the roots and is `id`.
///
/// A process tells by its executable's link where its file probably is; this is how that is made
/// certain. What a process sees at a path may be something else here, so the way is as careful as
/// the walk's.
pub(crate) fn nominated(roots: &[PathBuf], path: &[u8], id: FileId) -> Option<Found> {
    found_at(roots, path).filter(|found| found.stamp.id == id)
}

/// The regular file that `path` names, if it lies below one of the roots.
pub(crate) fn found_at(roots: &[PathBuf], path: &[u8]) -> Option<Found> {
    roots.iter().find_map(|root| below(root, path).ok())
}

fn below(root: &Path, path: &[u8]) -> Result<Found, Errno> {
    let root = Directory::root(root)?;
    step_by_step(root, &HashSet::new(), path, &mut Doorway::default())
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
