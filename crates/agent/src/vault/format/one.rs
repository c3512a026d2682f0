//! The first format. It is written no more.
//!
//! ```text
//! magic (8) │ 1 (2) │ name of the device key (8) │ item id (16)          in the clear, authenticated
//! nonce (12) │ the item's key, wrapped by the device key (48)
//! length (4) │ metadata: JSON, encrypted (length)                         bound to all before
//! content: chunks of 64 KiB, encrypted (stream.rs)                        bound to all before
//! ```

use std::io::Read;

use super::{Bytes, Header, MAX_METADATA, Opener, sha256};
use crate::vault::key::{KeyName, WRAPPED};
use crate::vault::stream::{Place, TAG};
use crate::vault::{Item, VaultError};

pub(super) fn read(
    opener: Opener<'_>,
    mut bytes: Bytes<'_, impl Read>,
) -> Result<Header, VaultError> {
    let name: KeyName = bytes.take()?;
    bytes.take_id()?;
    let bound = bytes.read.clone();
    let wrapped = bytes.take::<WRAPPED>()?;
    let device = match opener {
        Opener::Device(ring) => ring.named(name).ok_or(VaultError::OtherKey(bytes.id))?,
        Opener::Recovery(_) => return Err(VaultError::NotRecoverable(bytes.id)),
    };
    let key = device
        .unwrap(&bound, &wrapped)
        .and_then(|key| key.content_key_of_format_1())
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
        rewrappable: None,
    })
}
