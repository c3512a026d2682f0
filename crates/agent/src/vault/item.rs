//! What the vault knows of the file that an item keeps.

use std::fmt;
use std::str::FromStr;

use quell_model::{ActionId, Sha1, Timestamp};
use quell_protocol::WirePath;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::extents::Extent;

/// The name of an item: a UUID in its usual form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(Uuid);

impl ItemId {
    /// The name as whoever drafted the item chose it.
    #[must_use]
    pub fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// What an item is called whose id is not known yet.
    pub(super) const UNKNOWN: Self = Self(Uuid::nil());

    pub(super) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    pub(super) fn bytes(self) -> [u8; 16] {
        self.0.into_bytes()
    }

    /// The folder of the item: the first two of its digits, so that no folder grows too large.
    pub(super) fn folder(self) -> String {
        self.to_string().chars().take(2).collect()
    }

    /// The file of the item within its folder.
    pub(super) fn file(self) -> String {
        format!("{self}.q")
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.hyphenated())
    }
}

/// The text is no item id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a vault item's id is a UUID, as `vault list` shows it")]
pub struct ParseItemIdError;

impl FromStr for ItemId {
    type Err = ParseItemIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| ParseItemIdError)
    }
}

/// A quarantined file, its content left aside. Its JSON form lies in the items: names and meanings
/// of what is there stay for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The item's name in the vault.
    pub id: ItemId,
    /// The machine action that took the file.
    pub action_id: ActionId,
    /// The content.
    pub sha1: Sha1,
    /// The same content's SHA-256, in 64 hex digits.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// Every path that the file had, the one that it was taken from first. None for a file that
    /// had been deleted while it ran.
    pub paths: Vec<WirePath>,
    /// Whose it was and what its mode and times were.
    #[serde(flatten)]
    pub attributes: Attributes,
    /// Why the file was taken, in the requestor's words.
    pub comment: String,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requestor: Option<String>,
    /// When the file was taken.
    pub captured_at: Timestamp,
    /// Where the file has data; all else are holes. Without it the file has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Vec<Extent>>,
}

/// What the file system knew of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attributes {
    /// The owner.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// The permission bits, set-user-id, set-group-id and sticky included.
    pub mode: u32,
    /// When it was last read, in nanoseconds since the Unix epoch.
    pub accessed_ns: i64,
    /// When its content last changed, in nanoseconds since the Unix epoch.
    pub modified_ns: i64,
    /// The extended attributes; ACLs and capabilities are among them.
    #[serde(default)]
    pub xattrs: Vec<Xattr>,
    /// Inode flags, as ioctl_iflags(2) has them.
    #[serde(default)]
    pub flags: u32,
    /// When the inode was made, in nanoseconds since the Unix epoch. It cannot be given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_ns: Option<i64>,
    /// When the inode last changed, in nanoseconds since the Unix epoch. It cannot be given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_ns: Option<i64>,
    /// How many names the file had, those that were not taken included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<u64>,
    /// The file system's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_system: Option<u64>,
}

/// One extended attribute, in exact bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Xattr {
    /// Its name, for instance `security.capability`.
    #[serde(with = "base64_bytes")]
    pub name: Vec<u8>,
    /// Its value.
    #[serde(with = "base64_bytes")]
    pub value: Vec<u8>,
}

/// What became of an item since it was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all_fields = "camelCase")]
pub enum ItemState {
    /// It is the only copy.
    Kept,
    /// It was restored, and is kept until somebody removes it.
    Restored {
        /// When, most recently.
        restored_at: Timestamp,
    },
}

mod base64_bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD
            .decode(String::deserialize(from)?)
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_id_is_a_uuid_and_never_a_path() {
        let text = "9b2f4c1e-0000-4000-8000-0123456789ab";
        let id: ItemId = text.parse().unwrap();
        assert_eq!(
            (id.folder(), id.file()),
            ("9b".to_owned(), format!("{text}.q"))
        );
        for wrong in [
            "",
            "..",
            "../../etc/passwd",
            "9b2f4c1e",
            &format!("{text}/.."),
        ] {
            assert_eq!(wrong.parse::<ItemId>(), Err(ParseItemIdError), "{wrong}");
        }
        assert_eq!(
            text.to_uppercase().parse::<ItemId>().unwrap().to_string(),
            text
        );
    }
}
