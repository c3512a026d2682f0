//! The seam between the engine and the vault.

use std::os::fd::BorrowedFd;

use quell_model::{ActionId, Sha1, Timestamp};
use uuid::Uuid;

use crate::find::FileId;

/// Keeps content so that it can be given back.
///
/// The engine removes the original only after [`Seal::seal`] has returned, so an implementation
/// must not return before the item would survive a power failure.
pub trait Seal {
    /// Takes a durable, verified copy of `content` and answers the item's id, which is the
    /// draft's id in its usual text form.
    ///
    /// The descriptor is readable, and its offset means nothing. Sealing the same draft again,
    /// after a crash for instance, answers the same id and changes nothing.
    ///
    /// # Errors
    /// [`SealError::ContentChanged`] when the bytes sealed have not the draft's hashes, so that a
    /// writer who got in between is noticed; else why the vault could not keep the item. After an
    /// error no item remains.
    fn seal(&self, item: &ItemDraft, content: BorrowedFd<'_>) -> Result<String, SealError>;

    /// Whether the vault keeps a whole item of this id.
    fn contains(&self, item_id: &str) -> bool;

    /// Whether there is room for further content of `size` bytes. It is asked before anything is
    /// taken, and promises nothing: sealing may still fail. Whoever cannot tell says yes.
    fn has_room(&self, _size: u64) -> bool {
        true
    }

    /// Whether somebody gave this very file back, out of what `action` has taken. An action that is
    /// still going on leaves it alone then.
    fn gave_back(&self, _action: &ActionId, _file: FileId) -> bool {
        false
    }
}

/// All that is known of a file when it is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemDraft {
    /// The item's id. The engine chose and journaled it before it moved the file.
    pub id: Uuid,
    /// The action that took the file.
    pub action_id: ActionId,
    /// The content by the name that the order gave.
    pub sha1: Sha1,
    /// The SHA-256 of the same bytes.
    pub sha256: [u8; 32],
    /// Bytes.
    pub size: u64,
    /// Every path of the file that was taken, exact bytes; several are hard links of one file,
    /// none is a file that was deleted while it ran.
    pub paths: Vec<Vec<u8>>,
    /// Owner, mode, times and extended attributes as they were before the file was touched.
    pub attributes: Attributes,
    /// Who asked, if the order says.
    pub requestor: Option<String>,
    /// Why, in the requestor's words.
    pub comment: String,
    /// When the file was taken.
    pub captured_at: Timestamp,
}

/// What a restored file has beside its content.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Attributes {
    /// The owner's id.
    pub uid: u32,
    /// The group's id.
    pub gid: u32,
    /// Permission bits with set-user-id, set-group-id and sticky bit (`st_mode & 0o7777`).
    pub mode: u32,
    /// Last access, in nanoseconds since the Unix epoch.
    pub accessed_ns: i64,
    /// Last modification, in nanoseconds since the Unix epoch.
    pub modified_ns: i64,
    /// Extended attributes, name and value in exact bytes: ACLs, capabilities and labels too.
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    /// Inode flags (`FS_IMMUTABLE_FL` and its like, ioctl_iflags(2)) as they were before any was
    /// cleared to take the file.
    #[serde(default)]
    pub flags: u32,
    /// When the inode was made, in nanoseconds since the Unix epoch. Nothing can give it back.
    #[serde(default)]
    pub created_ns: Option<i64>,
    /// When the inode last changed, in nanoseconds since the Unix epoch. Nothing can give it back.
    #[serde(default)]
    pub changed_ns: Option<i64>,
    /// How many names the file had, those that were not found included.
    #[serde(default)]
    pub links: Option<u64>,
    /// The file system's own id (`f_fsid`, statvfs(3)).
    #[serde(default)]
    pub file_system: Option<u64>,
}

/// Why the vault did not take an item.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The bytes are no longer those of the draft.
    #[error("the content changed while it was sealed")]
    ContentChanged,
    /// No room: full disk, quota or the vault's own cap.
    #[error("the vault has no room")]
    NoRoom(#[source] std::io::Error),
    /// Anything else that keeps the vault from taking the item.
    #[error("the vault cannot take the item")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
