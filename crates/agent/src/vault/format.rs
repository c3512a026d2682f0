//! How an item lies on the disk. Every format that was ever written stays readable.
//!
//! ```text
//! magic (8) │ format (2) │ name of the device key (8) │ item id (16)      in the clear, authenticated
//! nonce (12) │ the item's key, wrapped by the device key (48)
//! length (4) │ metadata: JSON, encrypted (length)                         bound to all before
//! content: chunks of 64 KiB, encrypted (stream.rs)                        bound to all before
//! ```
//! Numbers are big-endian. Paths are metadata and so not readable by who steals the disk's image.

use std::io::{self, Read};

use aws_lc_rs::digest::{self, SHA256};

use super::key::{DeviceKey, KEY_NAME, WrappedKey};
use super::stream::{DataKey, Place, TAG};
use super::{Item, ItemId, VaultError};

const MAGIC: &[u8; 8] = b"quellvlt";
const FORMAT: u16 = 1;
/// The longest metadata that are written or read, in bytes: some ten thousand hard links.
const MAX_METADATA: usize = 4 * 1024 * 1024;

/// The beginning of an item, opened.
pub(super) struct Header {
    pub(super) item: Item,
    /// The item's own key.
    pub(super) key: DataKey,
    /// What each chunk of the content is bound to.
    pub(super) binding: Vec<u8>,
}

/// A new item's header: its bytes, and what its content needs.
pub(super) struct NewHeader {
    pub(super) bytes: Vec<u8>,
    pub(super) key: DataKey,
    pub(super) binding: Vec<u8>,
}

/// Makes the header of a new item.
pub(super) fn write(item: &Item, device: &DeviceKey) -> Result<NewHeader, VaultError> {
    let failed = |error: io::Error| VaultError::io("encrypt an item")(error);
    let mut bytes = preamble(device.name(), item.id);
    let (key, wrapped) = device.make_item_key(&bytes).map_err(failed)?;
    bytes.extend(wrapped.nonce);
    bytes.extend(wrapped.sealed);

    let mut metadata = serde_json::to_vec(item).map_err(|error| failed(error.into()))?;
    let length = u32::try_from(metadata.len() + TAG)
        .ok()
        .filter(|_| metadata.len() <= MAX_METADATA)
        .ok_or(VaultError::MetadataTooLarge)?;
    bytes.extend(length.to_be_bytes());
    key.seal(Place::Metadata, &bytes, &mut metadata)
        .map_err(failed)?;
    bytes.extend(metadata);

    let binding = sha256(&bytes);
    Ok(NewHeader {
        bytes,
        key,
        binding,
    })
}

/// Reads and opens the header of the item `id`; leaves `source` where its content begins.
pub(super) fn read(
    id: ItemId,
    device: &DeviceKey,
    source: &mut impl Read,
) -> Result<Header, VaultError> {
    let mut bytes = Bytes {
        id,
        source,
        read: Vec::new(),
    };
    if bytes.take::<8>()? != *MAGIC {
        return Err(bytes.damaged("its beginning"));
    }
    let format = u16::from_be_bytes(bytes.take()?);
    if format != FORMAT {
        return Err(VaultError::UnknownFormat { id, format });
    }
    let key_name: [u8; KEY_NAME] = bytes.take()?;
    if key_name != device.name() {
        return Err(VaultError::OtherKey(id));
    }
    if bytes.take::<16>()? != id.bytes() {
        return Err(bytes.damaged("its name"));
    }
    let bound = bytes.read.clone();
    let wrapped = WrappedKey {
        nonce: bytes.take()?,
        sealed: bytes.take()?,
    };
    let key = device
        .open_item_key(&bound, &wrapped)
        .ok_or_else(|| bytes.damaged("its key"))?;

    let length = u32::from_be_bytes(bytes.take()?) as usize;
    if length > MAX_METADATA + TAG {
        return Err(bytes.damaged("the length of its metadata"));
    }
    let bound = bytes.read.clone();
    let mut metadata = bytes.take_many(length)?;
    let damaged = bytes.damaged("its metadata");
    let plain = key
        .open(Place::Metadata, &bound, &mut metadata)
        .ok_or(damaged)?;
    let item: Item = serde_json::from_slice(plain).map_err(|_| bytes.damaged("its metadata"))?;
    Ok(Header {
        item,
        key,
        binding: sha256(&bytes.read),
    })
}

fn preamble(key_name: [u8; KEY_NAME], id: ItemId) -> Vec<u8> {
    [&MAGIC[..], &FORMAT.to_be_bytes(), &key_name, &id.bytes()].concat()
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&SHA256, bytes).as_ref().to_vec()
}

/// Reads piece by piece and remembers all of it, because the next piece is bound to the last ones.
struct Bytes<'a, R> {
    id: ItemId,
    source: &'a mut R,
    read: Vec<u8>,
}

impl<R: Read> Bytes<'_, R> {
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

    fn damaged(&self, part: &'static str) -> VaultError {
        VaultError::Damaged { id: self.id, part }
    }
}
