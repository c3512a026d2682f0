//! What can go wrong with the vault.

use std::io;

use super::ItemId;

/// Why the vault could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The operating system refused.
    #[error("the vault could not {doing}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Other users could read or change the vault.
    #[error(
        "the vault directory must belong to the agent's user and be closed to all others (mode 0700)"
    )]
    OpenToOthers,
    /// The vault holds items but its keys are gone.
    #[error("the vault holds items but its key files (vault-*.key) are missing: put them back")]
    KeyMissing,
    /// A key file is not what the agent wrote.
    #[error(
        "the vault's key file {file} is damaged or open to others (it must be as the agent wrote it, mode 0400)"
    )]
    KeyDamaged {
        /// The name of the file in the vault's directory.
        file: String,
    },
    /// The recovery key cannot be used.
    #[error(
        "the vault's {} is no X25519 public key in PEM, or others can change it",
        super::recovery::FILE
    )]
    RecoveryKeyDamaged,
    /// A folder of the vault cannot be opened, or is none.
    #[error("the vault's folder {name} cannot be opened, or is no folder of the agent's")]
    Folder {
        /// Its name in the vault's directory.
        name: String,
        /// What the system said.
        source: rustix::io::Errno,
    },
    /// What has the item's name is no file of the agent's.
    #[error("item {0} is no file that belongs to the agent alone (mode 0400): it is not opened")]
    Strange(ItemId),
    /// What was to be an item that was carried elsewhere is none.
    #[error("the file is no exported item of a vault, or its beginning is damaged")]
    NoItem,
    /// No such item.
    #[error("the vault has no item {0}")]
    NotFound(ItemId),
    /// The item is held.
    #[error("item {0} is held and is not removed: release it first")]
    Held(ItemId),
    /// Somebody reads the item.
    #[error("item {0} is being read or restored at this moment and is not removed: try again")]
    InUse(ItemId),
    /// The item was sealed with the key of another vault.
    #[error("item {0} was sealed under another key than this vault's")]
    OtherKey(ItemId),
    /// The item opens for other keys than this recovery key.
    #[error("item {0} was not sealed for this recovery key")]
    NotRecoverable(ItemId),
    /// The item is of a format that this version cannot read.
    #[error("item {id} has format {format}, which this version of the agent cannot read")]
    UnknownFormat {
        /// The item.
        id: ItemId,
        /// The number of its format.
        format: u16,
    },
    /// The item's bytes are not those that were sealed.
    #[error("item {id} is damaged: {part} does not authenticate; the item is kept as it is")]
    Damaged {
        /// The item.
        id: ItemId,
        /// Where the damage is.
        part: &'static str,
    },
    /// The file changed while it was being sealed.
    #[error("the content changed while it was being sealed")]
    ContentChanged,
    /// The metadata of one item exceed what the format holds.
    #[error("the metadata of the item are too large")]
    MetadataTooLarge,
}

impl VaultError {
    /// Wraps an error of the operating system; reads as "the vault could not …".
    pub(super) fn io(doing: &'static str) -> impl Fn(io::Error) -> Self + Copy {
        move |source| Self::Io { doing, source }
    }
}
