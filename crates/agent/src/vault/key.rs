//! Keys that wrap the keys of items.

use std::fmt;
use std::io;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::hmac;

use super::hpke;
use super::stream::{ContentKey, KEY, TAG};

/// How many bytes name a key.
pub(super) const KEY_NAME: usize = 8;
/// How long an item's key is when a device's key has wrapped it: nonce, key and tag.
pub(super) const WRAPPED: usize = NONCE_LEN + KEY + TAG;

/// The public name of a key, by which an item says which key opens it.
pub(super) type KeyName = [u8; KEY_NAME];

/// The key of one item, from which all that protects it is derived.
pub(super) struct DataKey([u8; KEY]);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}

impl DataKey {
    pub(super) fn make() -> io::Result<Self> {
        let mut bytes = [0; KEY];
        fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(super) fn bytes(&self) -> &[u8; KEY] {
        &self.0
    }

    /// The key of metadata and content, as every format but the first derives it.
    pub(super) fn content_key(&self) -> Option<ContentKey> {
        ContentKey::new(&hpke::expand(&self.0, b"quell vault 2 content")?)
    }

    /// The first format encrypts with the item's key itself.
    pub(super) fn content_key_of_format_1(&self) -> Option<ContentKey> {
        ContentKey::new(&self.0)
    }

    /// What authenticates an item's header.
    pub(super) fn header_key(&self) -> Option<hmac::Key> {
        let bytes: [u8; KEY] = hpke::expand(&self.0, b"quell vault 2 header")?;
        Some(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
    }
}

/// A key of this device, which wraps the items' keys.
pub(super) struct DeviceKey {
    wrapping: LessSafeKey,
    name: KeyName,
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey")
    }
}

impl DeviceKey {
    pub(super) fn new(bytes: &[u8; KEY]) -> Option<Self> {
        let wrapping = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).ok()?);
        let name = name_of(b"quell vault key name\0", bytes);
        Some(Self { wrapping, name })
    }

    pub(super) fn name(&self) -> KeyName {
        self.name
    }

    /// Wraps an item's key so that it opens only where it is bound to `bound`.
    pub(super) fn wrap(&self, bound: &[u8], key: &DataKey) -> io::Result<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        fill(&mut nonce)?;
        let mut buffer = key.0.to_vec();
        self.wrapping
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from([bound, &nonce].concat()),
                &mut buffer,
            )
            .map_err(|_| io::Error::other("encryption failed"))?;
        Ok([&nonce[..], &buffer].concat())
    }

    /// Unwraps an item's key; `None` when it was not wrapped by this key for `bound`.
    pub(super) fn unwrap(&self, bound: &[u8], wrapped: &[u8]) -> Option<DataKey> {
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE_LEN>()?;
        let mut buffer = sealed.to_vec();
        let bound = [bound, nonce].concat();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let key = self
            .wrapping
            .open_in_place(nonce, Aad::from(bound), &mut buffer)
            .ok()?;
        DataKey::from_bytes(key)
    }
}

/// The name of a key: the beginning of a hash that gives nothing of it away.
pub(super) fn name_of(domain: &[u8], bytes: &[u8]) -> KeyName {
    let mut context = Context::new(&SHA256);
    context.update(domain);
    context.update(bytes);
    let mut name = [0; KEY_NAME];
    name.iter_mut()
        .zip(context.finish().as_ref())
        .for_each(|(to, from)| *to = *from);
    name
}

pub(super) fn fill(bytes: &mut [u8]) -> io::Result<()> {
    aws_lc_rs::rand::fill(bytes).map_err(|_| io::Error::other("no random bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_key_opens_only_where_it_was_bound() {
        let device = DeviceKey::new(&[1; KEY]).unwrap();
        let key = DataKey::make().unwrap();
        let wrapped = device.wrap(b"here", &key).unwrap();
        assert_eq!(wrapped.len(), WRAPPED);
        let opened = device.unwrap(b"here", &wrapped).unwrap();
        assert_eq!(opened.bytes(), key.bytes());
        assert!(device.unwrap(b"there", &wrapped).is_none());
        assert!(device.unwrap(b"here", &wrapped[..5]).is_none());
        let other = DeviceKey::new(&[2; KEY]).unwrap();
        assert!(other.unwrap(b"here", &wrapped).is_none());
    }

    #[test]
    fn no_key_shows_itself() {
        let shown = format!(
            "{:?} {:?}",
            DeviceKey::new(&[0xab; KEY]),
            DataKey([0xab; KEY])
        );
        assert_eq!(shown, "Some(DeviceKey) DataKey");
    }
}
