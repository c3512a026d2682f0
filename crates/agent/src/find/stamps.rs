//! Remembering hashes of files that look unchanged.

use std::collections::HashMap;
use std::os::fd::OwnedFd;

use quell_model::Sha1;

use super::directory::Found;
use super::identity::{FileId, Stamp, now_ns};
use crate::hash::{Budget, HashError, Hashed, Hasher};

/// Hashes by stamp. They nominate and never decide: a store through a mapping may change content
/// and leave the stamp alone.
#[derive(Debug)]
pub struct Stamps {
    known: HashMap<FileId, (Stamp, Sha1)>,
    capacity: usize,
}

impl Stamps {
    /// A memory for at most `capacity` files.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            known: HashMap::new(),
            capacity,
        }
    }

    /// The hash that the file had when it last looked exactly like this.
    #[must_use]
    pub fn recall(&self, stamp: &Stamp) -> Option<Sha1> {
        let (known, sha1) = self.known.get(&stamp.id)?;
        (known == stamp).then_some(*sha1)
    }

    /// Remembers a hash, if the file's stamps before and after reading vouch for it.
    fn remember(&mut self, before: Stamp, after: Stamp, sha1: Sha1, began_ns: i64) {
        let room = self.known.len() < self.capacity || self.known.contains_key(&after.id);
        if before.vouches(&after, began_ns) && room {
            self.known.insert(after.id, (after, sha1));
        }
    }

    /// Forgets every file for which `keep` is false, so that what is gone makes room.
    pub fn retain(&mut self, mut keep: impl FnMut(&FileId) -> bool) {
        self.known.retain(|id, _| keep(id));
    }

    /// The hash of a file that a walk found: remembered, or read within `budget`.
    ///
    /// # Errors
    /// When the file cannot be opened or read, or the budget ends.
    pub fn hash(
        &mut self,
        found: &Found,
        hasher: &mut Hasher,
        budget: &Budget,
    ) -> Result<Hashed, HashError> {
        if let Some(sha1) = self.recall(&found.stamp) {
            let size = found.stamp.size;
            return Ok(Hashed { sha1, size });
        }
        let (file, _) = found.open().map_err(HashError::Read)?;
        let stamp = Stamp::of(&file).map_err(HashError::Read)?;
        self.hash_open(&file, stamp, hasher, budget)
    }

    /// The hash of an open file that just looked like `stamp`: remembered, or read within `budget`.
    pub(crate) fn hash_open(
        &mut self,
        file: &OwnedFd,
        stamp: Stamp,
        hasher: &mut Hasher,
        budget: &Budget,
    ) -> Result<Hashed, HashError> {
        if let Some(sha1) = self.recall(&stamp) {
            let size = stamp.size;
            return Ok(Hashed { sha1, size });
        }
        if stamp.size > budget.cap {
            return Err(HashError::TooLarge { cap: budget.cap });
        }
        let began_ns = now_ns();
        let hashed = hasher.sha1(file, budget)?;
        let after = Stamp::of(file).map_err(HashError::Read)?;
        self.remember(stamp, after, hashed.sha1, began_ns);
        Ok(hashed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATER: i64 = 10_000_000_000;

    fn stamp(changed_ns: i64) -> Stamp {
        Stamp {
            id: FileId { dev: 1, ino: 2 },
            size: 3,
            modified_ns: changed_ns,
            changed_ns,
            born_ns: None,
        }
    }

    #[test]
    fn stamp_unchanged_and_quiet_is_recalled() {
        let mut stamps = Stamps::with_capacity(1);
        stamps.remember(stamp(5), stamp(5), Sha1::OF_NOTHING, LATER);
        assert_eq!(stamps.recall(&stamp(5)), Some(Sha1::OF_NOTHING));
        assert_eq!(stamps.recall(&stamp(6)), None);
    }

    #[test]
    fn stamp_that_changed_while_read_or_just_before_is_not_remembered() {
        let mut stamps = Stamps::with_capacity(1);
        stamps.remember(stamp(5), stamp(6), Sha1::OF_NOTHING, LATER);
        assert_eq!(stamps.recall(&stamp(6)), None);
        stamps.remember(stamp(5), stamp(5), Sha1::OF_NOTHING, 6);
        assert_eq!(stamps.recall(&stamp(5)), None);
    }

    #[test]
    fn stamps_stay_within_their_capacity() {
        let mut stamps = Stamps::with_capacity(1);
        let mut other = stamp(5);
        other.id.ino = 9;
        stamps.remember(stamp(5), stamp(5), Sha1::OF_NOTHING, LATER);
        stamps.remember(other, other, Sha1::OF_NOTHING, LATER);
        assert_eq!(stamps.recall(&other), None);
        stamps.retain(|id| id.ino == 9);
        stamps.remember(other, other, Sha1::OF_NOTHING, LATER);
        assert_eq!(stamps.recall(&other), Some(Sha1::OF_NOTHING));
    }
}
