//! Each entry is bound to all before it.
//!
//! ```text
//! h(0) = SHA-256("quell audit trail v1\0" ‖ tenant)
//! h(n) = SHA-256("quell audit entry v1\0" ‖ h(n−1) ‖ length of the bytes, 64 bits big-endian ‖ bytes)
//! ```
//!
//! The tenant is its GUID in lower case with hyphens; the bytes are an entry's canonical JSON. The
//! first words keep a hash of one purpose from being passed off for another.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};

use super::hex;
use crate::core::TenantId;

const OF_TRAIL: &[u8] = b"quell audit trail v1\0";
const OF_ENTRY: &[u8] = b"quell audit entry v1\0";

/// The hash of an entry and of all before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash that stands before a tenant's first entry.
    #[must_use]
    pub fn of_nothing(tenant: TenantId) -> Self {
        Self::over(&[OF_TRAIL, tenant.to_string().as_bytes()])
    }

    /// The hash of an entry, given that of the one before it.
    #[must_use]
    pub fn followed_by(self, entry: &str) -> Self {
        let length = (entry.len() as u64).to_be_bytes();
        Self::over(&[OF_ENTRY, &self.0, &length, entry.as_bytes()])
    }

    /// A hash that was kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash of 64 digits in lower case.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        hex::decode(text).map(Self)
    }

    fn over(parts: &[&[u8]]) -> Self {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(part);
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        Self(bytes)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// A place in a trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// How many entries stand before and at this place: the number of the last one.
    pub sequence: u64,
    /// The hash of the last one; of nothing, when there is none.
    pub hash: Hash,
}

impl Link {
    /// The place before the first entry.
    #[must_use]
    pub fn start(tenant: TenantId) -> Self {
        Self {
            sequence: 0,
            hash: Hash::of_nothing(tenant),
        }
    }

    /// The place after one more entry.
    #[must_use]
    pub fn followed_by(self, entry: &str) -> Self {
        Self {
            sequence: self.sequence.saturating_add(1),
            hash: self.hash.followed_by(entry),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::sha256;

    #[test]
    fn hash_is_what_the_rule_says() {
        let tenant: TenantId = "0B5F1A3E-0000-4000-8000-000000000001".parse().unwrap();
        let start = Link::start(tenant);
        let written = b"quell audit trail v1\x000b5f1a3e-0000-4000-8000-000000000001";
        assert_eq!(start.hash.as_bytes(), &sha256(written));
        let next = start.followed_by("{}");
        let mut written = b"quell audit entry v1\0".to_vec();
        written.extend(start.hash.as_bytes());
        written.extend([0, 0, 0, 0, 0, 0, 0, 2]);
        written.extend(b"{}");
        assert_eq!(next.hash.as_bytes(), &sha256(&written));
        assert_eq!(next.sequence, 1);
        assert_eq!(Hash::from_hex(&next.hash.to_string()), Some(next.hash));
    }
}
