//! Digests of files that look unchanged.

use std::collections::HashMap;
use std::os::fd::AsFd;

use crate::find::Stamp;
use crate::hash::{Budget, Digests, HashError, Hasher};

/// The most files that are remembered: some 30 MB.
const CAPACITY: usize = 200_000;
/// Remembers what files contained when they last looked as they do.
#[derive(Debug, Default)]
pub(super) struct Known {
    digests: HashMap<Stamp, Digests>,
    hasher: Hasher,
}

impl Known {
    /// What the file with this stamp contained.
    pub(super) fn recall(&self, stamp: &Stamp) -> Option<Digests> {
        self.digests.get(stamp).copied()
    }

    /// Reads an open file that looked like `before`; `now_ns` since the Unix epoch it is now.
    pub(super) fn read(
        &mut self,
        file: impl AsFd,
        before: Stamp,
        budget: &Budget,
        now_ns: i64,
    ) -> Result<Digests, HashError> {
        let digests = self.hasher.digests(&file, budget)?;
        let after = Stamp::of(&file).map_err(HashError::Read)?;
        if before.vouches(&after, now_ns) && self.digests.len() < CAPACITY {
            self.digests.insert(after, digests);
        }
        Ok(digests)
    }

    /// Forgets what no longer exists, when there is no room for more.
    pub(super) fn make_room(&mut self, still_there: impl Fn(&Stamp) -> bool) {
        if self.digests.len() >= CAPACITY {
            self.digests.retain(|stamp, _| still_there(stamp));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::*;

    fn stamp(file: &File) -> Stamp {
        Stamp::of(file).unwrap()
    }

    #[test]
    fn a_quiet_file_is_remembered_and_a_fresh_one_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x");
        fs::write(&path, "abc").unwrap();
        let file = File::open(&path).unwrap();
        let mut known = Known::default();
        let just_now = stamp(&file).changed_ns + 1;
        let later = just_now + 3_000_000_000;
        known
            .read(&file, stamp(&file), &Budget::UNLIMITED, just_now)
            .unwrap();
        assert_eq!(known.recall(&stamp(&file)), None);
        let digests = known
            .read(&file, stamp(&file), &Budget::UNLIMITED, later)
            .unwrap();
        assert_eq!(
            digests.sha1.to_string(),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
        assert_eq!(known.recall(&stamp(&file)), Some(digests));
        fs::write(&path, "abcd").unwrap();
        assert_eq!(known.recall(&stamp(&file)), None);
    }
}
