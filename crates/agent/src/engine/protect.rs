//! The question that is asked before any signal.

use quell_model::Sha1;
use quell_protocol::Protection;

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
}
