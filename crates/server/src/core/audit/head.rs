//! What is signed: where a trail ends, and where one that was shortened begins.
//!
//! The message that is signed is a first line that says what it is, and the statement's canonical
//! JSON. The signature says: whoever holds the key saw the trail like this. A trail that is later
//! shorter, or has another hash at that place, was changed.

use quell_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::canonical::{Fields, Tree};
use super::{Hash, Link, PublicKey, SigningKey, hex};
use crate::core::TenantId;

/// Something that the audit key can sign.
pub trait Statement {
    /// What no other kind of statement begins with.
    const PURPOSE: &'static str;

    /// What it says.
    fn fields(&self) -> Fields;

    /// The bytes that are signed.
    fn message(&self) -> Vec<u8> {
        format!("{}\n{}", Self::PURPOSE, self.fields().spelled()).into_bytes()
    }
}

/// Where a trail ended at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose trail.
    pub tenant: TenantId,
    /// Its last entry.
    pub link: Link,
    /// When it was so.
    pub time: Timestamp,
}

impl Statement for Head {
    const PURPOSE: &'static str = "quell audit head v1";

    fn fields(&self) -> Fields {
        place(self.tenant, self.link, self.time)
    }
}

/// Up to where a trail was moved to an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose trail.
    pub tenant: TenantId,
    /// The last entry that stands in the archive.
    pub link: Link,
    /// When it was moved.
    pub time: Timestamp,
}

impl Statement for Checkpoint {
    const PURPOSE: &'static str = "quell audit checkpoint v1";

    fn fields(&self) -> Fields {
        place(self.tenant, self.link, self.time)
    }
}

fn place(tenant: TenantId, link: Link, time: Timestamp) -> Fields {
    Fields::default()
        .text("tenant", tenant.to_string())
        .with("sequence", Tree::number(link.sequence))
        .text("hash", link.hash.to_string())
        .text("time", time.to_string())
}

/// A statement, and who vouches for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed<T> {
    /// What is said.
    pub statement: T,
    /// By whom.
    pub key: PublicKey,
    /// Proof of it.
    pub signature: [u8; 64],
}

impl<T: Statement> Signed<T> {
    /// Signs.
    #[must_use]
    pub fn by(key: &SigningKey, statement: T) -> Self {
        Self {
            key: key.public(),
            signature: key.sign(&statement.message()),
            statement,
        }
    }

    /// Whether the key that it names signed it.
    #[must_use]
    pub fn is_genuine(&self) -> bool {
        self.key
            .has_signed(&self.statement.message(), &self.signature)
    }
}

/// A signed statement in an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    tenant: String,
    sequence: u64,
    hash: String,
    time: Timestamp,
    key: String,
    signature: String,
}

/// A signed statement cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signed statement is damaged")]
pub struct Damaged;

impl Written {
    fn new(
        (tenant, link, time): (TenantId, Link, Timestamp),
        key: PublicKey,
        signature: [u8; 64],
    ) -> Self {
        Self {
            tenant: tenant.to_string(),
            sequence: link.sequence,
            hash: link.hash.to_string(),
            time,
            key: key.to_string(),
            signature: hex::encode(&signature),
        }
    }

    fn read<T>(
        &self,
        statement: impl FnOnce(TenantId, Link, Timestamp) -> T,
    ) -> Result<Signed<T>, Damaged> {
        let link = Link {
            sequence: self.sequence,
            hash: Hash::from_hex(&self.hash).ok_or(Damaged)?,
        };
        let tenant = self.tenant.parse().map_err(|_| Damaged)?;
        Ok(Signed {
            statement: statement(tenant, link, self.time),
            key: self.key.parse().map_err(|_| Damaged)?,
            signature: hex::decode(&self.signature).ok_or(Damaged)?,
        })
    }
}

impl From<Signed<Head>> for Written {
    fn from(signed: Signed<Head>) -> Self {
        let Head { tenant, link, time } = signed.statement;
        Self::new((tenant, link, time), signed.key, signed.signature)
    }
}

impl From<Signed<Checkpoint>> for Written {
    fn from(signed: Signed<Checkpoint>) -> Self {
        let Checkpoint { tenant, link, time } = signed.statement;
        Self::new((tenant, link, time), signed.key, signed.signature)
    }
}

impl TryFrom<&Written> for Signed<Head> {
    type Error = Damaged;

    fn try_from(written: &Written) -> Result<Self, Damaged> {
        written.read(|tenant, link, time| Head { tenant, link, time })
    }
}

impl TryFrom<&Written> for Signed<Checkpoint> {
    type Error = Damaged;

    fn try_from(written: &Written) -> Result<Self, Damaged> {
        written.read(|tenant, link, time| Checkpoint { tenant, link, time })
    }
}
