//! The files that no order may touch.
//!
//! Recognised twice: by content, so that a copy of a shell under another name is refused before
//! anything is looked for, and by inode, so that the file itself is safe even where it may not be
//! read. The set is data (`table.rs`); this module finds it on the machine and keeps it current.

mod candidates;
mod listings;
mod memory;
mod packages;
mod table;

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use quell_model::Sha1;
use quell_protocol::Protection;
use rustix::fs::{Mode, OFlags};

use crate::engine::{Examined, Ownership, Protect};
use crate::find::{FileId, Look, Stamp};
use crate::hash::{Budget, Hasher};
use candidates::Candidate;
use listings::Listings;
use memory::Remembered;
pub use packages::Packages;

/// The protected files of this machine.
#[derive(Debug)]
pub struct ProtectedSet {
    memory: Option<PathBuf>,
    index: RwLock<Index>,
    packages: Packages,
    listings: Mutex<Listings>,
    /// What the machine's own policy names.
    named: RwLock<Named>,
}

/// What the machine's own policy names besides.
#[derive(Debug, Default)]
struct Named {
    paths: Vec<PathBuf>,
    hashes: Vec<Sha1>,
}

#[derive(Debug, Default)]
struct Index {
    by_content: HashMap<Sha1, Protection>,
    by_inode: HashMap<FileId, Protection>,
    hashes: Remembered,
}

impl ProtectedSet {
    /// Finds and hashes the protected files of this machine. What is in the file `memory` need
    /// not be hashed again, and what was hashed is remembered there.
    #[must_use]
    pub fn of_this_machine(memory: Option<&Path>) -> Self {
        let hashes = memory.map(memory::load).unwrap_or_default();
        let index = RwLock::new(Index {
            hashes,
            ..Index::default()
        });
        let set = Self {
            memory: memory.map(Path::to_owned),
            index,
            packages: Packages::of_this_machine(),
            listings: Mutex::default(),
            named: RwLock::default(),
        };
        set.refresh();
        set
    }

    /// Takes up what was installed or exchanged since. Costs a look at some hundred names.
    ///
    /// A content once protected stays so: of a shell that was upgraded the old one still runs, and
    /// a directory that cannot be read for a moment must not bare what is in it.
    pub fn refresh(&self) {
        let mut candidates: Vec<Candidate> = self.named(|named| {
            let named = named.paths.iter().cloned();
            named
                .map(|path| Candidate {
                    path,
                    protection: Protection::LocalPolicy,
                })
                .collect()
        });
        candidates.splice(0..0, candidates::never());
        let mut listings = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        candidates.extend(candidates::candidates(&mut listings));
        drop(listings);
        self.take_up(&candidates);
        self.packages.refresh();
    }

    /// Protects these files and contents as well, in place of those that were named before.
    pub fn name(&self, paths: Vec<PathBuf>, hashes: Vec<Sha1>) {
        let named = Named { paths, hashes };
        *self.named.write().unwrap_or_else(PoisonError::into_inner) = named;
        self.refresh();
    }

    /// Why it is not known what belongs to packages, if it is not.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.packages.trouble()
    }

    fn take_up(&self, candidates: &[Candidate]) {
        let started = Instant::now();
        let known = self.read(|index| index.hashes.clone());
        let (mut index, hashed) = look(candidates, &known);
        self.read(|before| {
            for (sha1, protection) in &before.by_content {
                index.by_content.entry(*sha1).or_insert(*protection);
            }
        });
        let files = index.by_inode.len();
        if hashed > 0 {
            self.remember(&index.hashes);
            let elapsed = started.elapsed();
            tracing::info!(files, hashed, ?elapsed, "protected files are known");
        }
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = index;
    }

    /// How many files are protected.
    #[must_use]
    pub fn len(&self) -> usize {
        self.read(|index| index.by_inode.len())
    }

    /// Whether nothing was found to protect, which no machine should say of itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn read<T>(&self, ask: impl FnOnce(&Index) -> T) -> T {
        ask(&self.index.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn named<T>(&self, ask: impl FnOnce(&Named) -> T) -> T {
        ask(&self.named.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn remember(&self, hashes: &Remembered) {
        if let Some(Err(error)) = self
            .memory
            .as_deref()
            .map(|path| memory::store(path, hashes))
        {
            tracing::warn!(%error, "hashes of protected files cannot be remembered");
        }
    }
}

impl Protect for ProtectedSet {
    fn by_content(&self, sha1: &Sha1) -> Option<Protection> {
        if *sha1 == Sha1::OF_NOTHING {
            return Some(Protection::EmptyFile);
        }
        if self.named(|named| named.hashes.contains(sha1)) {
            return Some(Protection::LocalPolicy);
        }
        self.read(|index| match index.by_content.get(sha1) {
            Some(protection) => Some(*protection),
            // Not even the agent's own program could be read: nothing can be told from a shell.
            None if index.by_content.is_empty() => Some(Protection::Other),
            None => None,
        })
    }

    fn by_inode(&self, dev: u64, ino: u64) -> Option<Protection> {
        self.read(|index| index.by_inode.get(&FileId { dev, ino }).copied())
    }

    fn ownership(&self, files: &[Examined<'_>]) -> Vec<Option<Ownership>> {
        self.packages.ownership(files)
    }
}

impl Protect for Arc<ProtectedSet> {
    fn by_content(&self, sha1: &Sha1) -> Option<Protection> {
        self.as_ref().by_content(sha1)
    }

    fn by_inode(&self, dev: u64, ino: u64) -> Option<Protection> {
        self.as_ref().by_inode(dev, ino)
    }

    fn ownership(&self, files: &[Examined<'_>]) -> Vec<Option<Ownership>> {
        self.as_ref().ownership(files)
    }
}

/// Looks at the candidates; the first reason found for a file or content is the one that is told.
fn look(candidates: &[Candidate], known: &Remembered) -> (Index, usize) {
    let mut index = Index::default();
    let mut hasher = Hasher::new();
    let mut hashed = 0;
    for Candidate { path, protection } in candidates {
        let Some(stamp) = stamp_of(path) else {
            continue;
        };
        if index.by_inode.contains_key(&stamp.id) {
            continue;
        }
        index.by_inode.insert(stamp.id, *protection);
        let content = match known.get(&stamp) {
            Some(sha1) => Some((stamp, *sha1)),
            None => hash(path, &mut hasher).inspect(|_| hashed += 1),
        };
        if let Some((stamp, sha1)) = content.filter(|(_, sha1)| *sha1 != Sha1::OF_NOTHING) {
            index.hashes.insert(stamp, sha1);
            index.by_content.entry(sha1).or_insert(*protection);
        }
    }
    (index, hashed)
}

/// The file behind the path, symbolic links followed; nothing for what is no regular file.
fn stamp_of(path: &Path) -> Option<Stamp> {
    let look = Look::along(path).ok()?;
    look.is_regular().then_some(look.stamp)
}

fn hash(path: &Path, hasher: &mut Hasher) -> Option<(Stamp, Sha1)> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty()).ok()?);
    let stamp = Stamp::of(&file).ok()?;
    let hashed = hasher.sha1(&file, &Budget::UNLIMITED).ok()?;
    Some((stamp, hashed.sha1))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, symlink};

    use super::*;

    fn sha1_of(path: &Path) -> Sha1 {
        let file = File::open(path).unwrap();
        Hasher::new().sha1(file, &Budget::UNLIMITED).unwrap().sha1
    }

    fn candidate(path: PathBuf) -> Candidate {
        Candidate {
            path,
            protection: Protection::Shell,
        }
    }

    #[test]
    fn a_copy_of_the_shell_is_refused_by_content() {
        let directory = tempfile::tempdir().unwrap();
        let copy = directory.path().join("innocent");
        fs::copy("/bin/sh", &copy).unwrap();
        let set = ProtectedSet::of_this_machine(None);
        let reason = set.by_content(&sha1_of(&copy));
        assert!(
            matches!(reason, Some(Protection::Shell | Protection::Init)),
            "{reason:?}"
        );
        let metadata = fs::metadata(copy).unwrap();
        assert_eq!(set.by_inode(metadata.dev(), metadata.ino()), None);
    }

    #[test]
    fn this_program_and_the_empty_file_are_refused() {
        let set = ProtectedSet::of_this_machine(None);
        let own = std::env::current_exe().unwrap();
        let metadata = fs::metadata(&own).unwrap();
        assert_eq!(
            set.by_inode(metadata.dev(), metadata.ino()),
            Some(Protection::Agent)
        );
        assert_eq!(set.by_content(&sha1_of(&own)), Some(Protection::Agent));
        assert_eq!(
            set.by_content(&Sha1::OF_NOTHING),
            Some(Protection::EmptyFile)
        );
    }

    #[test]
    fn a_file_that_nobody_named_is_not_protected() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x");
        fs::write(&path, "harmless").unwrap();
        let set = ProtectedSet::of_this_machine(None);
        assert_eq!(set.by_content(&sha1_of(&path)), None);
    }

    #[test]
    fn links_are_resolved_and_an_empty_file_never_speaks_for_all_empty_files() {
        let directory = tempfile::tempdir().unwrap();
        let (shell, link, empty) = (
            directory.path().join("zsh"),
            directory.path().join("sh"),
            directory.path().join("e"),
        );
        fs::write(&shell, "a shell").unwrap();
        fs::write(&empty, "").unwrap();
        symlink(&shell, &link).unwrap();
        let (index, hashed) = look(&[candidate(link), candidate(empty)], &Remembered::new());
        let inode = FileId::of(&rustix::fs::stat(&shell).unwrap());
        assert_eq!(index.by_inode.get(&inode), Some(&Protection::Shell));
        assert_eq!(
            index.by_content.get(&sha1_of(&shell)),
            Some(&Protection::Shell)
        );
        assert_eq!((index.by_content.len(), hashed), (1, 2));
    }

    #[test]
    fn only_what_changed_is_hashed_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("zsh");
        fs::write(&path, "a shell").unwrap();
        let candidates = [candidate(path.clone())];
        let (first, hashed) = look(&candidates, &Remembered::new());
        assert_eq!(hashed, 1);
        let (second, hashed) = look(&candidates, &first.hashes);
        assert_eq!((hashed, &second.by_content), (0, &first.by_content));
        fs::write(&path, "an upgraded shell").unwrap();
        let (third, hashed) = look(&candidates, &second.hashes);
        assert_eq!(hashed, 1);
        assert!(third.by_content.contains_key(&sha1_of(&path)));
    }

    fn set_of_nothing() -> ProtectedSet {
        ProtectedSet {
            memory: None,
            index: RwLock::default(),
            packages: Packages::of_this_machine(),
            listings: Mutex::default(),
            named: RwLock::default(),
        }
    }

    #[test]
    fn shell_that_was_upgraded_or_is_out_of_sight_is_protected_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("zsh");
        fs::write(&path, "a shell").unwrap();
        let old = sha1_of(&path);
        let set = set_of_nothing();
        set.take_up(&[candidate(path.clone())]);
        fs::write(&path, "an upgraded shell").unwrap();
        set.take_up(&[candidate(path.clone())]);
        set.take_up(&[]);
        assert_eq!(set.by_content(&old), Some(Protection::Shell));
        assert_eq!(set.by_content(&sha1_of(&path)), Some(Protection::Shell));
    }

    #[test]
    fn set_that_could_read_nothing_protects_everything() {
        let set = set_of_nothing();
        let unknown = Sha1::from_bytes([7; 20]);
        assert_eq!(set.by_content(&unknown), Some(Protection::Other));
    }

    #[test]
    fn what_the_machines_policy_names_is_protected_for_as_long_as_it_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("billing");
        fs::write(&path, "billing").unwrap();
        let (at_path, by_hash) = (sha1_of(&path), Sha1::from_bytes([8; 20]));
        let set = ProtectedSet::of_this_machine(None);
        set.name(vec![path.clone()], vec![by_hash]);
        let metadata = fs::metadata(&path).unwrap();
        let named = Some(Protection::LocalPolicy);
        assert_eq!(set.by_content(&at_path), named);
        assert_eq!(set.by_inode(metadata.dev(), metadata.ino()), named);
        assert_eq!(set.by_content(&by_hash), named);
        set.name(Vec::new(), Vec::new());
        assert_eq!(set.by_inode(metadata.dev(), metadata.ino()), None);
        assert_eq!(set.by_content(&by_hash), None);
    }

    #[test]
    fn the_next_run_remembers() {
        let directory = tempfile::tempdir().unwrap();
        let memory = directory.path().join("protected.json");
        let set = ProtectedSet::of_this_machine(Some(&memory));
        assert!(!set.is_empty());
        assert_eq!(
            memory::load(&memory),
            set.read(|index| index.hashes.clone())
        );
    }
}
