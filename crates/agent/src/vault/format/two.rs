//! The second format, which is written today.
//!
//! ```text
//! magic (8) │ 2 (2) │ item id (16)                                        the preamble
//! number of wrappings (1), then each:
//!   kind (1) │ name of the key (8) │ length (2) │ the item's key, wrapped  bound to the preamble
//! HMAC-SHA-256 of all before (32)
//! length (4) │ metadata: JSON, encrypted (length)                         bound to the preamble
//! content: chunks of 64 KiB, encrypted (stream.rs)                        bound to preamble and metadata
//! ```
//!
//! Neither metadata nor content are bound to the wrappings, so that another key can be wrapped
//! around an item without encrypting it anew. The code after them is made with a key that is
//! derived from the item's own, so that nobody else can add, remove or change one.

use std::io::{self, Read};

use aws_lc_rs::hmac;

use super::{Bytes, Header, MAGIC, MAX_METADATA, Opener, Recipients, Rewrappable, sha256};
use crate::vault::key::{self, DataKey, KeyName};
use crate::vault::recovery;
use crate::vault::stream::{ContentKey, Place, TAG};
use crate::vault::{Item, ItemId, VaultError};

const FORMAT: u16 = 2;
const MAX_WRAPPINGS: u8 = 16;
const MAX_WRAPPED: u16 = 512;
const MAC: usize = 32;
const PREAMBLE: usize = 26;

/// Who unwraps a wrapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Kind {
    Device,
    Recovery,
    /// What a later version may add. It is kept as it is.
    Other(u8),
}

impl From<u8> for Kind {
    fn from(byte: u8) -> Self {
        match byte {
            1 => Self::Device,
            2 => Self::Recovery,
            other => Self::Other(other),
        }
    }
}

impl From<Kind> for u8 {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Device => 1,
            Kind::Recovery => 2,
            Kind::Other(byte) => byte,
        }
    }
}

/// An item's key, closed for everybody but the holder of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Wrapping {
    pub(in super::super) kind: Kind,
    pub(in super::super) name: KeyName,
    wrapped: Vec<u8>,
}

/// A new item's header: its bytes, and what its content needs.
pub(in super::super) struct NewHeader {
    pub(in super::super) bytes: Vec<u8>,
    pub(in super::super) key: ContentKey,
    pub(in super::super) binding: Vec<u8>,
}

/// Makes the header of a new item.
pub(in super::super) fn write(
    item: &Item,
    recipients: Recipients<'_>,
) -> Result<NewHeader, VaultError> {
    let failed = |error: io::Error| VaultError::io("encrypt an item")(error);
    let data_key = DataKey::make().map_err(failed)?;
    let key = data_key.content_key().ok_or_else(no_key).map_err(failed)?;
    let preamble = preamble(item.id);
    let wrappings = wrap(&preamble, &data_key, recipients, Vec::new()).map_err(failed)?;
    let mut bytes = head(&preamble, &data_key, &wrappings).map_err(failed)?;

    let mut metadata = serde_json::to_vec(item).map_err(|error| failed(error.into()))?;
    let length = u32::try_from(metadata.len() + TAG)
        .ok()
        .filter(|_| metadata.len() <= MAX_METADATA)
        .ok_or(VaultError::MetadataTooLarge)?;
    key.seal(Place::Metadata, &preamble, &mut metadata)
        .map_err(failed)?;
    let tail = [&length.to_be_bytes()[..], &metadata].concat();
    bytes.extend(&tail);
    Ok(NewHeader {
        bytes,
        key,
        binding: sha256(&[&preamble[..], &tail].concat()),
    })
}

/// The bytes that replace the first [`Rewrappable::length`] bytes of an item: its key, wrapped for
/// other recipients. A recovery key stays if there is no other one.
pub(in super::super) fn rewrap(
    id: ItemId,
    old: &Rewrappable,
    recipients: Recipients<'_>,
) -> io::Result<Vec<u8>> {
    let preamble = preamble(id);
    let is_kept = |wrapping: &&Wrapping| match wrapping.kind {
        Kind::Device => false,
        Kind::Recovery => recipients.recovery.is_none(),
        Kind::Other(_) => true,
    };
    let kept = old.wrappings.iter().filter(is_kept).cloned().collect();
    let wrappings = wrap(&preamble, &old.key, recipients, kept)?;
    head(&preamble, &old.key, &wrappings)
}

pub(super) fn read(
    opener: Opener<'_>,
    mut bytes: Bytes<'_, impl Read>,
) -> Result<Header, VaultError> {
    bytes.take_id()?;
    let preamble = bytes.read.clone();
    let wrappings = take_wrappings(&mut bytes)?;
    let data_key = open_key(&preamble, &wrappings, opener, &bytes)?;
    let authenticated = bytes.read.clone();
    let code = bytes.take::<MAC>()?;
    let genuine = data_key
        .header_key()
        .is_some_and(|key| hmac::verify(&key, &authenticated, &code).is_ok());
    if !genuine {
        return Err(bytes.damaged("its header"));
    }
    let length_of_head = bytes.read.len() as u64;
    let key = data_key
        .content_key()
        .ok_or_else(|| bytes.damaged("its key"))?;

    bytes.read.clone_from(&preamble);
    let length = u32::from_be_bytes(bytes.take()?) as usize;
    if length > MAX_METADATA + TAG {
        return Err(bytes.damaged("the length of its metadata"));
    }
    let mut metadata = bytes.take_many(length)?;
    let binding = sha256(&bytes.read);
    let damaged = || bytes.damaged("its metadata");
    let plain = key
        .open(Place::Metadata, &preamble, &mut metadata)
        .ok_or_else(damaged)?;
    let item: Item = serde_json::from_slice(plain).map_err(|_| damaged())?;
    Ok(Header {
        item,
        key,
        binding,
        rewrappable: Some(Rewrappable {
            key: data_key,
            wrappings,
            length: length_of_head,
        }),
    })
}

pub(super) fn device_keys(mut bytes: Bytes<'_, impl Read>) -> Result<Vec<KeyName>, VaultError> {
    bytes.take_id()?;
    let wrappings = take_wrappings(&mut bytes)?;
    let devices = wrappings
        .iter()
        .filter(|wrapping| wrapping.kind == Kind::Device);
    Ok(devices.map(|wrapping| wrapping.name).collect())
}

fn preamble(id: ItemId) -> [u8; PREAMBLE] {
    let mut preamble = [0; PREAMBLE];
    let parts = [&MAGIC[..], &FORMAT.to_be_bytes(), &id.bytes()].concat();
    preamble
        .iter_mut()
        .zip(parts)
        .for_each(|(to, from)| *to = from);
    preamble
}

/// What a wrapping is bound to: neither can it be moved to another item, nor be taken for one by
/// another key.
fn bound(preamble: &[u8], kind: Kind, name: KeyName) -> Vec<u8> {
    [preamble, &[kind.into()], &name].concat()
}

fn wrap(
    preamble: &[u8],
    data_key: &DataKey,
    recipients: Recipients<'_>,
    mut wrappings: Vec<Wrapping>,
) -> io::Result<Vec<Wrapping>> {
    if let Some(recovery) = recipients.recovery {
        let name = recovery.name();
        let wrapped = recovery.wrap(&bound(preamble, Kind::Recovery, name), data_key)?;
        wrappings.insert(0, Wrapping::new(Kind::Recovery, name, wrapped));
    }
    let name = recipients.device.name();
    let wrapped = recipients
        .device
        .wrap(&bound(preamble, Kind::Device, name), data_key)?;
    wrappings.insert(0, Wrapping::new(Kind::Device, name, wrapped));
    Ok(wrappings)
}

/// Preamble and wrappings, and the code over both.
fn head(preamble: &[u8], data_key: &DataKey, wrappings: &[Wrapping]) -> io::Result<Vec<u8>> {
    let too_many = || io::Error::other("an item has too many keys");
    let mut bytes = preamble.to_vec();
    bytes.push(
        u8::try_from(wrappings.len())
            .ok()
            .filter(|n| *n <= MAX_WRAPPINGS)
            .ok_or_else(too_many)?,
    );
    for wrapping in wrappings {
        let length = u16::try_from(wrapping.wrapped.len()).map_err(|_| too_many())?;
        bytes.push(wrapping.kind.into());
        bytes.extend(wrapping.name);
        bytes.extend(length.to_be_bytes());
        bytes.extend(&wrapping.wrapped);
    }
    let key = data_key.header_key().ok_or_else(no_key)?;
    let code = hmac::sign(&key, &bytes);
    bytes.extend(code.as_ref());
    Ok(bytes)
}

fn take_wrappings(bytes: &mut Bytes<'_, impl Read>) -> Result<Vec<Wrapping>, VaultError> {
    let [count] = bytes.take()?;
    if count > MAX_WRAPPINGS {
        return Err(bytes.damaged("the number of its keys"));
    }
    (0..count).map(|_| take_wrapping(bytes)).collect()
}

fn take_wrapping(bytes: &mut Bytes<'_, impl Read>) -> Result<Wrapping, VaultError> {
    let [kind] = bytes.take()?;
    let name = bytes.take()?;
    let length = u16::from_be_bytes(bytes.take()?);
    let kind = Kind::from(kind);
    let fits = match kind {
        Kind::Device => usize::from(length) == key::WRAPPED,
        Kind::Recovery => usize::from(length) == recovery::WRAPPED,
        Kind::Other(_) => length <= MAX_WRAPPED,
    };
    if !fits {
        return Err(bytes.damaged("the length of a key"));
    }
    let wrapped = bytes.take_many(length.into())?;
    Ok(Wrapping::new(kind, name, wrapped))
}

fn open_key(
    preamble: &[u8],
    wrappings: &[Wrapping],
    opener: Opener<'_>,
    bytes: &Bytes<'_, impl Read>,
) -> Result<DataKey, VaultError> {
    let mut is_known = false;
    for wrapping in wrappings {
        let bound = bound(preamble, wrapping.kind, wrapping.name);
        let opened = match (opener, wrapping.kind) {
            (Opener::Device(ring), Kind::Device) => {
                let device = ring.named(wrapping.name);
                is_known |= device.is_some();
                device.and_then(|device| device.unwrap(&bound, &wrapping.wrapped))
            }
            (Opener::Recovery(secret), Kind::Recovery) if secret.name() == wrapping.name => {
                is_known = true;
                secret.unwrap(&bound, &wrapping.wrapped)
            }
            _ => None,
        };
        if let Some(key) = opened {
            return Ok(key);
        }
    }
    Err(match opener {
        _ if is_known => bytes.damaged("its key"),
        Opener::Device(_) => VaultError::OtherKey(bytes.id),
        Opener::Recovery(_) => VaultError::NotRecoverable(bytes.id),
    })
}

impl Wrapping {
    fn new(kind: Kind, name: KeyName, wrapped: Vec<u8>) -> Self {
        Self {
            kind,
            name,
            wrapped,
        }
    }
}

fn no_key() -> io::Error {
    io::Error::other("no key could be derived")
}
