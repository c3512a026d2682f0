//! The questions that are asked before any signal.

use std::os::fd::BorrowedFd;

use quell_model::Sha1;
use quell_protocol::Protection;

use crate::find::FileId;

/// Knows the files that no order may touch.
///
/// The engine asks by content before it looks for anything, and by inode for every candidate
/// before it signals a process or moves a file.
pub trait Protect {
    /// Why files with this content are never acted on, if they are not.
    fn by_content(&self, sha1: &Sha1) -> Option<Protection>;

    /// Why the file with this device and inode number (`st_dev`, `st_ino`) is never acted on, if
    /// it is not.
    fn by_inode(&self, dev: u64, ino: u64) -> Option<Protection>;

    /// What the machine's package managers know of each of the files, in their order.
    fn ownership(&self, files: &[Examined<'_>]) -> Vec<Option<Ownership>> {
        vec![None; files.len()]
    }
}

/// A file that was found and may be acted on.
#[derive(Debug)]
pub struct Examined<'a> {
    /// Which file.
    pub id: FileId,
    /// Where it was seen, exact bytes.
    pub paths: Vec<Vec<u8>>,
    /// The file, open to be read.
    pub content: BorrowedFd<'a>,
}

/// What a package manager knows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ownership {
    /// Whose it is; nothing where the records cannot be read and the file could be any package's.
    pub package: Option<String>,
    /// Whether it is what the package contained.
    pub condition: Condition,
}

/// Whether a file is what its package contained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It is, by the recorded digest.
    Verified,
    /// It is not: somebody exchanged or changed it.
    Modified,
    /// Nothing is recorded, or the record or the file cannot be read, or packages are being
    /// exchanged at this moment.
    Unverifiable,
}
