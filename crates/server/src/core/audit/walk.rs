//! Going along a trail, from its beginning or a checkpoint to its end.

use std::collections::BTreeMap;

use super::canonical::respelled;
use super::entry::Place;
use super::head::{Checkpoint, Head, Signed};
use super::{Hash, Link, PublicKey};
use crate::core::TenantId;

/// Where a trail is not what was written. Up to the place before it, it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// What stands there is no entry in the one spelling.
    #[error("entry {0} is no entry")]
    NoEntry(u64),
    /// An entry is missing, stands twice, or is out of its order.
    #[error("entry {expected} is missing: entry {found} stands in its place")]
    OutOfOrder {
        /// Which should stand there.
        expected: u64,
        /// Which stands there.
        found: u64,
    },
    /// The entry is of another trail.
    #[error("entry {0} is another tenant's")]
    Foreign(u64),
    /// The entry, or one before it, is not the one whose hash is kept.
    #[error("entry {0} was changed: its hash is not the one that is kept with it")]
    Changed(u64),
    /// The whole trail from here was written anew after it was signed.
    #[error("entry {0} was changed after it was signed: the signed head has another hash")]
    Rewritten(u64),
    /// The trail ends before an entry that was signed.
    #[error(
        "entry {missing} is missing: the trail ends before it, and a head of entry {signed} was signed"
    )]
    Shortened {
        /// The first that is not there.
        missing: u64,
        /// The last of which a head was signed.
        signed: u64,
    },
    /// The kept end of the trail is not where its entries end.
    #[error("entry {0} is missing or too many: the trail does not end where it is kept to end")]
    Loose(u64),
    /// Keys are named, and nothing was signed by any of them.
    #[error("nothing from entry {0} on was signed by a key that you named")]
    Unsigned(u64),
    /// A signed statement was not signed by the key that it names.
    #[error("the signature for entry {0} is not genuine")]
    Forged(u64),
    /// A signed statement was signed by a key that is not trusted.
    #[error("the head of entry {sequence} was signed by {key}, which is not a key that you named")]
    Stranger {
        /// The entry.
        sequence: u64,
        /// The key.
        key: PublicKey,
    },
}

impl Broken {
    /// The first entry that is not as it was written.
    #[must_use]
    pub const fn entry(&self) -> u64 {
        match self {
            Self::NoEntry(entry)
            | Self::Foreign(entry)
            | Self::Changed(entry)
            | Self::Rewritten(entry)
            | Self::Loose(entry)
            | Self::Unsigned(entry)
            | Self::Forged(entry) => *entry,
            Self::OutOfOrder { expected, .. } => *expected,
            Self::Shortened { missing, .. } => *missing,
            Self::Stranger { sequence, .. } => *sequence,
        }
    }
}

/// Whose signatures count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Every signature that is genuine: the trail agrees with itself, whoever wrote it.
    #[default]
    Anyone,
    /// Signatures of these keys alone.
    Keys(Vec<PublicKey>),
}

/// A walk along one trail.
#[derive(Clone, Debug)]
pub struct Walk {
    tenant: TenantId,
    tenant_text: String,
    trust: Trust,
    begin: u64,
    at: Link,
    heads: BTreeMap<u64, Vec<Hash>>,
    confirmed: Option<u64>,
}

impl Walk {
    /// A walk from the first entry.
    #[must_use]
    pub fn from_start(tenant: TenantId, trust: Trust) -> Self {
        Self::from_link(tenant, trust, Link::start(tenant))
    }

    /// A walk from the entry after a checkpoint.
    ///
    /// # Errors
    /// [`Broken::Foreign`], [`Broken::Forged`], [`Broken::Stranger`].
    pub fn from_checkpoint(
        tenant: TenantId,
        trust: Trust,
        checkpoint: &Signed<Checkpoint>,
    ) -> Result<Self, Broken> {
        let link = checkpoint.statement.link;
        let mut walk = Self::from_link(tenant, trust, link);
        walk.begins_at(checkpoint)?;
        Ok(walk)
    }

    /// Takes note that the present place is signed to be where the trail begins.
    ///
    /// # Errors
    /// [`Broken::Foreign`], [`Broken::Rewritten`], [`Broken::Forged`], [`Broken::Stranger`].
    pub fn begins_at(&mut self, checkpoint: &Signed<Checkpoint>) -> Result<(), Broken> {
        let link = checkpoint.statement.link;
        if checkpoint.statement.tenant != self.tenant {
            return Err(Broken::Foreign(link.sequence));
        }
        if link.sequence != self.at.sequence {
            return Err(Broken::Rewritten(link.sequence));
        }
        self.trusts(checkpoint.key, link.sequence, checkpoint.is_genuine())?;
        self.meets(link.hash)
    }

    /// A walk from the entry after a place that somebody else vouches for.
    #[must_use]
    pub fn from_link(tenant: TenantId, trust: Trust, at: Link) -> Self {
        Self {
            tenant,
            tenant_text: tenant.to_string(),
            trust,
            begin: at.sequence,
            at,
            heads: BTreeMap::new(),
            confirmed: None,
        }
    }

    /// Adds a head that the trail must go through. One of an entry that was passed before is not
    /// compared any more: add heads before their entries.
    ///
    /// # Errors
    /// [`Broken::Foreign`], [`Broken::Forged`], [`Broken::Stranger`], or [`Broken::Rewritten`] for
    /// one of the present place.
    pub fn expect(&mut self, head: &Signed<Head>) -> Result<(), Broken> {
        let link = head.statement.link;
        if head.statement.tenant != self.tenant {
            return Err(Broken::Foreign(link.sequence));
        }
        self.trusts(head.key, link.sequence, head.is_genuine())?;
        self.expect_link(link)
    }

    /// Adds a place that the trail must go through, known from elsewhere.
    ///
    /// # Errors
    /// [`Broken::Rewritten`] for one that is the present place with another hash.
    pub fn expect_link(&mut self, link: Link) -> Result<(), Broken> {
        if link.sequence == self.at.sequence {
            return self.meets(link.hash);
        }
        if link.sequence > self.at.sequence {
            let hashes = self.heads.entry(link.sequence).or_default();
            if !hashes.contains(&link.hash) {
                hashes.push(link.hash);
            }
        }
        Ok(())
    }

    /// Goes one entry further. `hash` is the one that is kept with the entry.
    ///
    /// # Errors
    /// [`Broken`], after which the walk is over.
    pub fn step(&mut self, entry: &str, hash: Hash) -> Result<(), Broken> {
        let expected = self.at.sequence.saturating_add(1);
        let place: Place<'_> =
            serde_json::from_str(entry).map_err(|_| Broken::NoEntry(expected))?;
        if place.sequence != expected {
            let found = place.sequence;
            return Err(Broken::OutOfOrder { expected, found });
        }
        if place.tenant != self.tenant_text {
            return Err(Broken::Foreign(expected));
        }
        let mut next = self.at.followed_by(entry);
        if next.hash != hash {
            // Whoever passed the file on may have spelled it in another way.
            let spelled = respelled(entry).ok_or(Broken::NoEntry(expected))?;
            next = self.at.followed_by(&spelled);
        }
        if next.hash != hash {
            return Err(Broken::Changed(expected));
        }
        self.at = next;
        for signed in self.heads.remove(&expected).unwrap_or_default() {
            self.meets(signed)?;
        }
        Ok(())
    }

    /// Ends the walk: nothing that was signed may lie beyond, and if keys are named, something must
    /// have been signed, for whoever takes entries away takes their heads away too.
    ///
    /// # Errors
    /// [`Broken::Shortened`], [`Broken::Unsigned`].
    pub fn end(&self) -> Result<Walked, Broken> {
        match self.heads.last_key_value() {
            Some((signed, _)) => Err(Broken::Shortened {
                missing: self.at.sequence.saturating_add(1),
                signed: *signed,
            }),
            None if self.is_unsigned() => Err(Broken::Unsigned(self.begin.saturating_add(1))),
            None => Ok(Walked {
                end: self.at,
                confirmed: self.confirmed,
            }),
        }
    }

    /// Whose trail it is.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Where the walk is.
    #[must_use]
    pub const fn at(&self) -> Link {
        self.at
    }

    fn is_unsigned(&self) -> bool {
        matches!(self.trust, Trust::Keys(_)) && self.confirmed.is_none() && self.at.sequence > 0
    }

    fn meets(&mut self, signed: Hash) -> Result<(), Broken> {
        if signed != self.at.hash {
            return Err(Broken::Rewritten(self.at.sequence));
        }
        self.confirmed = Some(self.at.sequence);
        Ok(())
    }

    fn trusts(&self, key: PublicKey, sequence: u64, genuine: bool) -> Result<(), Broken> {
        if !genuine {
            return Err(Broken::Forged(sequence));
        }
        match &self.trust {
            Trust::Keys(keys) if !keys.contains(&key) => Err(Broken::Stranger { sequence, key }),
            Trust::Keys(_) | Trust::Anyone => Ok(()),
        }
    }
}

/// A trail that is as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Where it ends.
    pub end: Link,
    /// The last entry of which a head was signed: what follows it is bound to nothing but itself.
    pub confirmed: Option<u64>,
}
