//! From a path that somebody far away named to the file that lies there, if one does.

use std::collections::HashSet;
use std::ffi::CString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::io::Errno;

use super::directory::{Directory, Found};
use super::doorway::{Doorway, Opened};
use super::identity::FileId;

/// The regular file at `path`, if it lies below one of the roots.
///
/// The path is hostile: no link is followed, no step leads back, no directory in `passed_over` and
/// no file system that might hang is entered. Every way in which it is no use is the same: nothing
/// is there.
pub(crate) fn pointed_at(
    roots: &[PathBuf],
    passed_over: &HashSet<FileId>,
    path: &[u8],
) -> Option<Found> {
    let mut doorway = Doorway::default();
    roots
        .iter()
        .find_map(|root| below(root, passed_over, path, &mut doorway).ok())
}

fn below(
    root: &Path,
    passed_over: &HashSet<FileId>,
    path: &[u8],
    doorway: &mut Doorway,
) -> Result<Found, Errno> {
    let root = Directory::root(root)?;
    match doorway.admits_root(&root) {
        true => step_by_step(root, passed_over, path, doorway),
        false => Err(Errno::INVAL),
    }
}

/// The regular file at `path`, which begins with the root's own, reached as the walk reaches it.
pub(super) fn step_by_step(
    root: Directory,
    passed_over: &HashSet<FileId>,
    path: &[u8],
    doorway: &mut Doorway,
) -> Result<Found, Errno> {
    let relative = path
        .strip_prefix(root.path().as_slice())
        .and_then(|rest| rest.strip_prefix(b"/"))
        .ok_or(Errno::XDEV)?;
    let mut steps: Vec<&[u8]> = relative.split(|byte| *byte == b'/').collect();
    let leads_back = |step: &&[u8]| matches!(*step, b"" | b"." | b"..");
    if steps.iter().any(leads_back) {
        return Err(Errno::INVAL);
    }
    let name = steps.pop().ok_or(Errno::INVAL)?;
    let mut directory = root;
    for step in steps {
        let step = CString::new(step).map_err(|_| Errno::INVAL)?;
        directory = match doorway.open(&directory, &step)? {
            Opened::Directory(inner) => inner,
            Opened::Barred(_) => return Err(Errno::REMOTE),
        };
        if passed_over.contains(&directory.id()) {
            return Err(Errno::XDEV);
        }
    }
    let name = CString::new(name).map_err(|_| Errno::INVAL)?;
    let look = doorway.look(&directory, &name)?;
    Ok(Found::seen(Arc::new(directory), name, &look))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    fn stage() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/b").join(OsStr::from_bytes(b"\xff\n")), b"1").unwrap();
        fs::write(root.join("top"), b"1").unwrap();
        (dir, root)
    }

    fn is_found(root: &Path, path: &[u8]) -> bool {
        pointed_at(&[root.to_owned()], &HashSet::new(), path).is_some()
    }

    fn within(root: &Path, rest: &[u8]) -> Vec<u8> {
        [root.as_os_str().as_bytes(), rest].concat()
    }

    #[test]
    fn path_of_exact_bytes_leads_to_its_file() {
        let (_dir, root) = stage();
        let path = within(&root, b"/a/b/\xff\n");
        let found = pointed_at(std::slice::from_ref(&root), &HashSet::new(), &path).unwrap();
        assert_eq!(found.path(), path);
        assert!(is_found(&root, &within(&root, b"/top")));
        // What a root of "/" strips is nothing.
        assert!(is_found(Path::new("/"), &path));
    }

    #[test]
    fn hostile_path_leads_nowhere() {
        let (_dir, root) = stage();
        symlink("a", root.join("link")).unwrap();
        symlink("top", root.join("file-link")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, root.join("pipe"), rustix::fs::Mode::RUSR).unwrap();
        for rest in [
            b"/link/b/\xff\n".as_slice(),
            b"/file-link",
            b"/pipe",
            b"/a",
            b"/a/../top",
            b"//top",
            b"/./top",
            b"/top/",
            b"/top/x",
            b"/none",
            b"",
            b"/a\0b",
            &[b'/', b'x'].repeat(9000),
            &[&b"/"[..], &[b'n'; 300]].concat(),
        ] {
            assert!(!is_found(&root, &within(&root, rest)), "{rest:?}");
        }
        for path in [b"/etc/passwd".as_slice(), b"top", b"", b"/proc/self/exe"] {
            assert!(!is_found(&root, path), "{path:?}");
        }
        assert!(!is_found(Path::new("/"), b"/proc/self/status"));
    }

    #[test]
    fn directory_that_is_passed_over_is_not_entered() {
        let (_dir, root) = stage();
        let inner = rustix::fs::stat(root.join("a")).unwrap();
        let passed_over = HashSet::from([FileId::of(&inner)]);
        let path = within(&root, b"/a/b/\xff\n");
        assert!(pointed_at(&[root], &passed_over, &path).is_none());
    }
}
