//! How an item lies on the disk. Every format that was ever written stays readable.
//!
//! Every format begins with `quellvlt` and the format's number in two bytes; numbers are big-endian
//! everywhere. Format 1 is in [`one`], format 2, which is written today, in [`two`]. The guide to
//! the format, exact enough for another reader, is `docs/vault-format.md`.

mod one;
mod two;

use std::io::Read;

use aws_lc_rs::digest::{self, SHA256};

use super::key::{DataKey, DeviceKey, KeyName};
use super::recovery::{RecoveryKey, RecoverySecret};
use super::ring::KeyRing;
use super::stream::ContentKey;
use super::{Item, ItemId, VaultError};

pub(super) use two::{Wrapping, rewrap, write};

const MAGIC: &[u8; 8] = b"quellvlt";
/// The longest metadata that are written or read, in bytes: some ten thousand hard links.
const MAX_METADATA: usize = 4 * 1024 * 1024;

/// The beginning of an item, opened.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) item: Item,
    /// What its content is encrypted with.
    pub(super) key: ContentKey,
    /// What each chunk of the content is bound to.
    pub(super) binding: Vec<u8>,
    /// What another key can be wrapped around; nothing in the first format.
    pub(super) rewrappable: Option<Rewrappable>,
}

/// What it takes to wrap an item's key anew without touching the rest.
#[derive(Debug)]
pub(super) struct Rewrappable {
    pub(super) key: DataKey,
    pub(super) wrappings: Vec<Wrapping>,
    /// How many bytes the wrappings and all before them have.
    pub(super) length: u64,
}

/// Whoever can open an item's key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Opener<'a> {
    /// A device, by any of its keys.
    Device(&'a KeyRing),
    /// The holder of a recovery key.
    Recovery(&'a RecoverySecret),
}

/// Whom a new item, or one that is wrapped anew, is closed for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipients<'a> {
    pub(super) device: &'a DeviceKey,
    pub(super) recovery: Option<&'a RecoveryKey>,
}

/// Reads and opens a header; leaves `source` where the content begins. Which item it must be is
/// known from its name, unless it was carried elsewhere.
pub(super) fn read(
    expected: Option<ItemId>,
    opener: Opener<'_>,
    source: &mut impl Read,
) -> Result<Header, VaultError> {
    let mut bytes = Bytes::new(expected, source);
    match format_of(&mut bytes)? {
        1 => one::read(opener, bytes),
        2 => two::read(opener, bytes),
        format => Err(VaultError::UnknownFormat {
            id: bytes.id,
            format,
        }),
    }
}

/// The names of the device keys that open an item, as it says itself: nothing is authenticated.
pub(super) fn device_keys(id: ItemId, source: &mut impl Read) -> Result<Vec<KeyName>, VaultError> {
    let mut bytes = Bytes::new(Some(id), source);
    match format_of(&mut bytes)? {
        1 => Ok(vec![bytes.take()?]),
        2 => two::device_keys(bytes),
        format => Err(VaultError::UnknownFormat { id, format }),
    }
}

fn format_of(bytes: &mut Bytes<'_, impl Read>) -> Result<u16, VaultError> {
    if bytes.take::<8>()? != *MAGIC {
        return Err(bytes.damaged("its beginning"));
    }
    Ok(u16::from_be_bytes(bytes.take()?))
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&SHA256, bytes).as_ref().to_vec()
}

/// Reads piece by piece and remembers all of it, because the next piece is bound to the last ones.
struct Bytes<'a, R> {
    /// Which item it is, as far as is known.
    id: ItemId,
    is_expected: bool,
    source: &'a mut R,
    read: Vec<u8>,
}

impl<'a, R: Read> Bytes<'a, R> {
    fn new(expected: Option<ItemId>, source: &'a mut R) -> Self {
        Self {
            id: expected.unwrap_or(ItemId::UNKNOWN),
            is_expected: expected.is_some(),
            source,
            read: Vec::new(),
        }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], VaultError> {
        let piece = self.take_many(N)?;
        piece.try_into().map_err(|_| self.damaged("its beginning"))
    }

    fn take_many(&mut self, length: usize) -> Result<Vec<u8>, VaultError> {
        let mut piece = Vec::new();
        self.source
            .take(length as u64)
            .read_to_end(&mut piece)
            .map_err(VaultError::io("read an item"))?;
        if piece.len() < length {
            return Err(self.damaged("its beginning"));
        }
        self.read.extend_from_slice(&piece);
        Ok(piece)
    }

    /// Takes the item's id, which must be the expected one.
    fn take_id(&mut self) -> Result<(), VaultError> {
        let id = ItemId::from_bytes(self.take()?);
        if self.is_expected && id != self.id {
            return Err(self.damaged("its name"));
        }
        self.id = id;
        Ok(())
    }

    fn damaged(&self, part: &'static str) -> VaultError {
        VaultError::Damaged { id: self.id, part }
    }
}
