//! Walking the roots, directory by directory, through descriptors alone.
//!
//! Nothing is ever reached by a path that somebody could turn elsewhere meanwhile, symbolic links
//! are never followed, and file systems that are served by another machine or a program are not
//! entered, unless a root itself lies there.

use std::collections::HashSet;
use std::ffi::CString;
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rustix::fs::{AtFlags, FileType, RawDir, StatxFlags, statx};
use rustix::io::Errno;

use super::directory::{Directory, Found};
use super::identity::{FileId, Stamp};
use crate::sys::file;
use crate::sys::mounts::{FileSystem, Mounts};

/// One descriptor is held for each level; deeper trees are counted as passed over.
const DEEPEST: usize = 1000;
/// How much of a directory is read at once, in bytes.
const LISTING: usize = 32 * 1024;

/// What a walk saw and what it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Regular files that were looked at.
    pub files: u64,
    /// Files and directories that could not be read or were not entered.
    pub skipped: u64,
    /// Whether the deadline, or a tree that is too deep, cut the walk short.
    pub cut_short: bool,
}

/// An iterator over the regular files below some roots. See the module's head.
#[derive(Debug)]
pub struct Walk<'a> {
    roots: std::slice::Iter<'a, PathBuf>,
    passed_over: &'a HashSet<FileId>,
    only_size: Option<u64>,
    deadline: Option<Instant>,
    pending: Vec<(Arc<Directory>, CString)>,
    current: Option<Arc<Directory>>,
    ready: Vec<Found>,
    entered: HashSet<FileId>,
    mounts: Mounts,
    listing: Vec<MaybeUninit<u8>>,
    tally: Tally,
}

impl<'a> Walk<'a> {
    /// A walk of `roots` that does not enter the directories in `passed_over`.
    #[must_use]
    pub fn new(roots: &'a [PathBuf], passed_over: &'a HashSet<FileId>) -> Self {
        Self {
            roots: roots.iter(),
            passed_over,
            only_size: None,
            deadline: None,
            pending: Vec::new(),
            current: None,
            ready: Vec::new(),
            entered: HashSet::new(),
            mounts: Mounts::default(),
            listing: vec![MaybeUninit::uninit(); LISTING],
            tally: Tally::default(),
        }
    }

    /// Yields only files of this many bytes.
    #[must_use]
    pub fn only_size(mut self, size: Option<u64>) -> Self {
        self.only_size = size;
        self
    }

    /// Ends the walk at `deadline`.
    #[must_use]
    pub fn until(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// What was seen so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Moves on by one portion of a directory; `false` when there is nothing left.
    fn advance(&mut self) -> bool {
        if self.deadline.is_some_and(|end| Instant::now() >= end) {
            self.tally.cut_short = true;
            return false;
        }
        if let Some(directory) = self.current.take() {
            self.list(directory);
            true
        } else if let Some((parent, name)) = self.pending.pop() {
            self.enter(&parent, &name);
            true
        } else if let Some(root) = self.roots.next() {
            self.enter_root(root);
            true
        } else {
            false
        }
    }

    fn enter_root(&mut self, path: &Path) {
        match Directory::root(path) {
            Ok(root) if self.mounts.file_system(root.mount) != FileSystem::Pseudo => {
                self.begin(root);
            }
            Ok(_) => self.tally.skipped += 1,
            Err(errno) => {
                tracing::debug!(%errno, root = %path.display(), "a root cannot be walked");
                self.tally.skipped += 1;
            }
        }
    }

    fn enter(&mut self, parent: &Arc<Directory>, name: &CString) {
        if parent.depth >= DEEPEST {
            self.tally.skipped += 1;
            self.tally.cut_short = true;
            return;
        }
        match self.open_child(parent, name) {
            Ok(Some(directory)) => self.begin(directory),
            // Gone since it was listed.
            Err(Errno::NOENT) => {}
            Ok(None) | Err(_) => self.tally.skipped += 1,
        }
    }

    /// Looks before it opens: even opening a directory of a hung file server may never return.
    fn open_child(
        &mut self,
        parent: &Directory,
        name: &CString,
    ) -> Result<Option<Directory>, Errno> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC;
        let mount = statx(parent, name, flags, StatxFlags::TYPE | StatxFlags::MNT_ID)?.stx_mnt_id;
        let may_enter =
            mount == parent.mount || self.mounts.file_system(mount) == FileSystem::Local;
        if may_enter {
            parent.child(name, mount).map(Some)
        } else {
            Ok(None)
        }
    }

    fn begin(&mut self, directory: Directory) {
        let Ok(id) = directory.id() else {
            self.tally.skipped += 1;
            return;
        };
        if !self.passed_over.contains(&id) && self.entered.insert(id) {
            self.current = Some(Arc::new(directory));
        }
    }

    /// Reads one portion of a directory: one that has a million entries must not fill the memory.
    fn list(&mut self, directory: Arc<Directory>) {
        let mut listing = std::mem::take(&mut self.listing);
        let mut entries = RawDir::new(&directory, &mut listing);
        let more = loop {
            match entries.next() {
                None => break false,
                Some(Err(_)) => {
                    self.tally.skipped += 1;
                    break false;
                }
                Some(Ok(entry)) => {
                    let name = entry.file_name();
                    if name != c"." && name != c".." {
                        self.note(&directory, name.to_owned(), entry.file_type());
                    }
                }
            }
            if entries.is_buffer_empty() {
                break true;
            }
        };
        drop(entries);
        self.listing = listing;
        if more {
            self.current = Some(directory);
        }
    }

    fn note(&mut self, directory: &Arc<Directory>, name: CString, kind: FileType) {
        match kind {
            FileType::Directory => self.pending.push((Arc::clone(directory), name)),
            FileType::RegularFile => self.note_file(directory, name),
            FileType::Unknown => self.note_unknown(directory, name),
            FileType::Symlink
            | FileType::Fifo
            | FileType::Socket
            | FileType::CharacterDevice
            | FileType::BlockDevice => {}
        }
    }

    /// Some file systems do not say in the listing what an entry is.
    fn note_unknown(&mut self, directory: &Arc<Directory>, name: CString) {
        if let Ok(stat) = file::look(directory, &name) {
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::Directory => self.pending.push((Arc::clone(directory), name)),
                FileType::RegularFile => self.note_file(directory, name),
                _ => {}
            }
        }
    }

    fn note_file(&mut self, directory: &Arc<Directory>, name: CString) {
        let stat = match file::look(directory, &name) {
            Ok(stat) if file::is_regular(&stat) => stat,
            Ok(_) | Err(Errno::NOENT) => return,
            Err(_) => {
                self.tally.skipped += 1;
                return;
            }
        };
        self.tally.files += 1;
        let stamp = Stamp::of(&stat);
        if self.only_size.is_none_or(|size| size == stamp.size) {
            self.ready.push(Found {
                directory: Arc::clone(directory),
                name,
                stamp,
            });
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(found) = self.ready.pop() {
                return Some(found);
            }
            if !self.advance() {
                return None;
            }
        }
    }
}

/// The file that `path` names, if it lies below one of the roots and is `id`.
///
/// A process tells by its executable's link where its file probably is; this is how that is made
/// certain.
pub(crate) fn nominated(roots: &[PathBuf], path: &[u8], id: FileId) -> Option<Found> {
    roots.iter().find_map(|root| below(root, path, id))
}

fn below(root: &Path, path: &[u8], id: FileId) -> Option<Found> {
    let root = Directory::root(root).ok()?;
    let relative = path.strip_prefix(root.path())?.strip_prefix(b"/")?;
    let (parent, name) = match relative.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (relative.get(..slash)?, relative.get(slash + 1..)?),
        None => (&b""[..], relative),
    };
    let name = CString::new(name).ok()?;
    let directory = root.below(parent).ok()?;
    let stat = file::look(&directory, &name).ok()?;
    let stamp = Stamp::of(&stat);
    (file::is_regular(&stat) && stamp.id == id).then(|| Found {
        directory: Arc::new(directory),
        name,
        stamp,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{MetadataExt, symlink};

    fn tree() -> (tempfile::TempDir, Vec<PathBuf>) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("top"), b"1").unwrap();
        fs::write(root.join("a/b/deep"), b"333").unwrap();
        fs::write(root.join(OsStr::from_bytes(b"a/\xff\n")), b"22").unwrap();
        symlink("/etc", root.join("away")).unwrap();
        symlink("top", root.join("link")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, root.join("pipe"), rustix::fs::Mode::RUSR).unwrap();
        (dir, vec![root])
    }

    fn names(walk: Walk<'_>) -> Vec<Vec<u8>> {
        let mut names: Vec<_> = walk.map(|found| found.name.into_bytes()).collect();
        names.sort();
        names
    }

    #[test]
    fn walk_yields_regular_files_only_and_every_one() {
        let (_dir, roots) = tree();
        let none = HashSet::new();
        assert_eq!(
            names(Walk::new(&roots, &none)),
            [b"deep".to_vec(), b"top".to_vec(), b"\xff\n".to_vec()]
        );
    }

    #[test]
    fn walk_tells_exact_paths() {
        let (_dir, roots) = tree();
        let none = HashSet::new();
        for found in Walk::new(&roots, &none) {
            let path = found.path();
            let metadata = fs::metadata(OsStr::from_bytes(&path)).unwrap();
            assert_eq!(metadata.ino(), found.stamp.id.ino);
            assert_eq!(metadata.dev(), found.stamp.id.dev);
        }
    }

    #[test]
    fn walk_by_size_yields_that_size_and_counts_all() {
        let (_dir, roots) = tree();
        let none = HashSet::new();
        let mut walk = Walk::new(&roots, &none).only_size(Some(3));
        let found: Vec<_> = walk.by_ref().collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name.to_bytes(), b"deep");
        assert_eq!(walk.tally().files, 3);
    }

    #[test]
    fn walk_does_not_enter_what_is_passed_over_whatever_it_is_called() {
        let (_dir, roots) = tree();
        let stat = rustix::fs::stat(roots[0].join("a")).unwrap();
        let passed_over = HashSet::from([FileId::of(&stat)]);
        fs::rename(roots[0].join("a"), roots[0].join("z")).unwrap();
        assert_eq!(names(Walk::new(&roots, &passed_over)), [b"top".to_vec()]);
    }

    #[test]
    fn walk_of_overlapping_roots_yields_each_file_once() {
        let (_dir, mut roots) = tree();
        roots.push(roots[0].join("a"));
        let none = HashSet::new();
        assert_eq!(names(Walk::new(&roots, &none)).len(), 3);
    }

    #[test]
    fn walk_after_its_deadline_says_that_it_was_cut_short() {
        let (_dir, roots) = tree();
        let none = HashSet::new();
        let mut walk = Walk::new(&roots, &none).until(Instant::now());
        assert!(walk.next().is_none());
        assert!(walk.tally().cut_short);
    }

    #[test]
    fn walk_of_a_root_that_is_a_link_goes_nowhere() {
        let (_dir, roots) = tree();
        let roots = vec![roots[0].join("away")];
        let none = HashSet::new();
        let mut walk = Walk::new(&roots, &none);
        assert!(walk.next().is_none());
        assert_eq!(walk.tally().skipped, 1);
    }

    #[test]
    fn walk_reads_directories_larger_than_one_portion() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for i in 0..2000 {
            fs::write(root.join(format!("a-name-of-some-length-{i}")), b"").unwrap();
        }
        let roots = [root];
        let none = HashSet::new();
        assert_eq!(Walk::new(&roots, &none).count(), 2000);
    }

    #[test]
    fn walk_goes_deeper_than_any_path_may_be_long() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let mut at = Directory::root(&root).unwrap();
        let name = CString::new("d".repeat(200)).unwrap();
        for _ in 0..40 {
            rustix::fs::mkdirat(&at, &name, rustix::fs::Mode::RWXU).unwrap();
            at = at.child(&name, at.mount).unwrap();
        }
        let file = rustix::fs::OFlags::CREATE | rustix::fs::OFlags::WRONLY;
        rustix::fs::openat(&at, c"bottom", file, rustix::fs::Mode::RUSR).unwrap();
        let roots = [root];
        let none = HashSet::new();
        let found: Vec<_> = Walk::new(&roots, &none).collect();
        assert_eq!(found.len(), 1);
        assert!(found[0].path().len() > 4096);
        assert!(found[0].open().is_ok());
    }

    #[test]
    fn nomination_holds_only_below_a_root_and_for_that_inode() {
        let (_dir, roots) = tree();
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
