//! Walking the roots, directory by directory, through descriptors alone.
//!
//! Nothing is ever reached by a path that somebody could turn elsewhere meanwhile, symbolic links
//! are never followed, and file systems that are served by another machine or a program are not
//! entered, unless a root itself lies there. A tree may be as deep as it likes.

mod levels;

use std::collections::HashSet;
use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use quell_protocol::coverage::MOST_UNREACHED;
use quell_protocol::{Barrier, Unreached, WirePath};
use rustix::fs::{FileType, RawDir};
use rustix::io::Errno;

use self::levels::{Levels, Next};
use super::directory::{Directory, Found};
use super::doorway::{Doorway, Opened};
use super::identity::{FileId, LastingId};
use super::look::Look;
use super::symlink::target_of;

/// A directory whose path is longer, in bytes, is told by one that it lies in.
const LONGEST_TOLD: usize = 4096;
/// No more symbolic links than this are told.
const MOST_LINKS: usize = 100;
/// How much of a directory is read at once, in bytes.
const LISTING: usize = 32 * 1024;

/// What a walk saw and what it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Regular files that were looked at.
    pub files: u64,
    /// Files and directories that could not be read or were not entered.
    pub skipped: u64,
    /// Whether the deadline cut the walk short.
    pub out_of_time: bool,
}

fn barrier(errno: Errno) -> Barrier {
    match errno {
        Errno::ACCESS | Errno::PERM => Barrier::AccessDenied,
        Errno::NOENT | Errno::NOTDIR => Barrier::Missing,
        _ => Barrier::Failed,
    }
}

/// An iterator over the regular files below some roots. See the module's head.
#[derive(Debug)]
pub struct Walk<'a> {
    roots: std::slice::Iter<'a, PathBuf>,
    passed_over: &'a HashSet<FileId>,
    only_size: Option<u64>,
    deadline: Option<Instant>,
    levels: Levels,
    current: Option<Arc<Directory>>,
    /// What was found in it to be entered.
    inner: Vec<CString>,
    ready: Vec<Found>,
    entered: HashSet<LastingId>,
    doorway: Doorway,
    listing: Vec<MaybeUninit<u8>>,
    tally: Tally,
    unreached: Vec<Unreached>,
    /// Links are looked for that lead to one of these paths.
    led_to: HashSet<Vec<u8>>,
    links: Vec<SymbolicLink>,
}

/// A symbolic link, by its own path and the one that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SymbolicLink {
    /// Where it is.
    pub path: Vec<u8>,
    /// Where it says that it leads, dots resolved.
    pub target: Vec<u8>,
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
            levels: Levels::default(),
            current: None,
            inner: Vec::new(),
            ready: Vec::new(),
            entered: HashSet::new(),
            doorway: Doorway::default(),
            listing: vec![MaybeUninit::uninit(); LISTING],
            tally: Tally::default(),
            unreached: Vec::new(),
            led_to: HashSet::new(),
            links: Vec::new(),
        }
    }

    /// Looks for symbolic links to these paths, too. They are not followed.
    #[must_use]
    pub fn noting_links_to(mut self, paths: HashSet<Vec<u8>>) -> Self {
        self.led_to = paths;
        self
    }

    /// The symbolic links that were looked for and found so far.
    #[must_use]
    pub fn links(&self) -> &[SymbolicLink] {
        &self.links
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

    /// The directories that were not entered, as far as they are named.
    #[must_use]
    pub fn unreached(&self) -> &[Unreached] {
        &self.unreached
    }

    /// Notes a directory that is not entered.
    fn leave_out(&mut self, path: &[u8], why: Barrier) {
        self.tally.skipped += 1;
        // What is by nature no place for files is not worth the room.
        if why != Barrier::Pseudo && self.unreached.len() < MOST_UNREACHED {
            let path = WirePath::from_bytes(within(path, LONGEST_TOLD));
            self.unreached.push(Unreached { path, why });
        }
    }

    /// Moves on by one portion of a directory; `false` when there is nothing left.
    fn advance(&mut self) -> bool {
        if self.deadline.is_some_and(|end| Instant::now() >= end) {
            self.tally.out_of_time = true;
            return false;
        }
        if let Some(directory) = self.current.take() {
            self.list(directory);
            true
        } else if let Some(next) = self.levels.pop() {
            match next {
                Next::Enter(parent, name) => self.enter(&parent, &name),
                Next::Lost(trail, count, errno) => {
                    self.leave_out(&trail.path(), barrier(errno));
                    self.tally.skipped += count.saturating_sub(1) as u64;
                }
            }
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
            Ok(root) if self.doorway.admits_root(&root) => self.begin(root),
            Ok(_) => self.leave_out(path.as_os_str().as_bytes(), Barrier::Pseudo),
            Err(errno) => {
                tracing::debug!(%errno, root = %path.display(), "a root cannot be walked");
                self.leave_out(path.as_os_str().as_bytes(), barrier(errno));
            }
        }
    }

    fn enter(&mut self, parent: &Arc<Directory>, name: &CString) {
        match self.doorway.open(parent, name) {
            Ok(Opened::Directory(directory)) => self.begin(directory),
            Ok(Opened::Barred(why)) => {
                self.leave_out(&parent.trail().path_of(name.to_bytes()), why);
            }
            // Gone since it was listed.
            Err(Errno::NOENT) => {}
            Err(errno) => {
                let path = parent.trail().path_of(name.to_bytes());
                self.leave_out(&path, barrier(errno));
            }
        }
    }

    fn begin(&mut self, directory: Directory) {
        let is_passed_over = self.passed_over.contains(&directory.id());
        if !is_passed_over && self.entered.insert(directory.lasting_id()) {
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
                        self.note(&directory, name, entry.file_type());
                    }
                }
            }
            if entries.is_buffer_empty() {
                break true;
            }
        };
        self.listing = listing;
        if more {
            self.current = Some(directory);
        } else {
            self.levels.push(directory, std::mem::take(&mut self.inner));
        }
    }

    fn note(&mut self, directory: &Arc<Directory>, name: &CStr, kind: FileType) {
        match kind {
            FileType::Directory => self.inner.push(name.to_owned()),
            FileType::RegularFile => self.note_file(directory, name),
            FileType::Unknown => self.note_unknown(directory, name),
            FileType::Symlink => self.note_link(directory, name),
            FileType::Fifo
            | FileType::Socket
            | FileType::CharacterDevice
            | FileType::BlockDevice => {}
        }
    }

    fn note_link(&mut self, directory: &Directory, name: &CStr) {
        if self.led_to.is_empty() || self.links.len() >= MOST_LINKS {
            return;
        }
        if let Some(target) = target_of(directory, name)
            && self.led_to.contains(&target)
        {
            let path = directory.trail().path_of(name.to_bytes());
            self.links.push(SymbolicLink { path, target });
        }
    }

    /// Some file systems do not say in the listing what an entry is.
    fn note_unknown(&mut self, directory: &Arc<Directory>, name: &CStr) {
        if let Ok(look) = Look::at(directory, name) {
            match look.kind {
                FileType::Unknown => {}
                kind => self.note(directory, name, kind),
            }
        }
    }

    fn note_file(&mut self, directory: &Arc<Directory>, name: &CStr) {
        match self.doorway.look(directory, name) {
            Ok(look) => {
                self.tally.files += 1;
                if self.only_size.is_none_or(|size| size == look.stamp.size) {
                    let found = Found::seen(Arc::clone(directory), name.to_owned(), &look);
                    self.ready.push(found);
                }
            }
            // Gone, or something else since it was listed.
            Err(Errno::NOENT | Errno::INVAL) => {}
            Err(Errno::REMOTE) => {
                let path = directory.trail().path_of(name.to_bytes());
                self.leave_out(&path, Barrier::Served);
            }
            Err(_) => self.tally.skipped += 1,
        }
    }
}

/// The path, or as much of it as leads to a directory that it lies in.
fn within(path: &[u8], most: usize) -> &[u8] {
    match path.get(..most) {
        None => path,
        Some(head) => {
            let end = head.iter().rposition(|byte| *byte == b'/');
            head.get(..end.unwrap_or(most)).unwrap_or(head)
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

#[cfg(test)]
mod tests;
