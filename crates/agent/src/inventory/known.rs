//! Digests of files that look unchanged.

use std::os::fd::AsFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::remembered::{Entries, Remembered};
use crate::find::Stamp;
use crate::hash::{Budget, Digests, HashError, Hasher};
use crate::page_cache::Footprint;

/// The most files that are remembered: some 30 MB of memory, 20 on the disk.
pub(super) const MOST_REMEMBERED: usize = 200_000;
/// What is remembered is written anew as a whole, and no more often than this.
const STORE_AT_MOST_EVERY: Duration = Duration::from_secs(15 * 60);

/// Remembers what files contained when they last looked as they do.
#[derive(Debug, Default)]
pub(super) struct Known {
    digests: Entries,
    hasher: Hasher,
    /// Where it is kept over a restart, and when it was last.
    store: Option<(Remembered, Option<Instant>)>,
    /// Whether something was learnt that is not stored.
    is_new: bool,
}

impl Known {
    /// Begins with what an earlier run wrote to a file, and goes on writing there.
    pub(super) fn kept_in(path: PathBuf) -> Self {
        let store = Remembered::at(path);
        Self {
            digests: store.load(),
            store: Some((store, None)),
            ..Self::default()
        }
    }

    /// Writes down what was learnt, unless that was done a short while ago.
    pub(super) fn keep(&mut self) {
        let Some((store, stored)) = &mut self.store else {
            return;
        };
        let is_due = stored.is_none_or(|stored| stored.elapsed() >= STORE_AT_MOST_EVERY);
        if self.is_new && is_due {
            match store.store(&self.digests) {
                Ok(()) => self.is_new = false,
                Err(error) => tracing::warn!(%error, "what files contain is not remembered"),
            }
            *stored = Some(Instant::now());
        }
    }

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
        let footprint = Footprint::before_reading(&file, before.size);
        let digests = self.hasher.digests(&file, budget);
        footprint.wipe(&file);
        let digests = digests?;
        let after = Stamp::of(&file).map_err(HashError::Read)?;
        if before.vouches(&after, now_ns) && self.digests.len() < MOST_REMEMBERED {
            self.digests.insert(after, digests);
            self.is_new = true;
        }
        Ok(digests)
    }

    /// How many bytes were read from files by now.
    #[cfg(test)]
    pub(super) fn bytes_read(&self) -> u64 {
        self.hasher.bytes_read()
    }

    /// Forgets what no longer exists, when there is no room for more.
    pub(super) fn make_room(&mut self, still_there: impl Fn(&Stamp) -> bool) {
        if self.digests.len() >= MOST_REMEMBERED {
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
        known.keep();
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        fs::write(&path, "abcd").unwrap();
        assert_eq!(known.recall(&stamp(&file)), None);
    }

    #[test]
    fn what_is_known_outlives_the_agent_and_is_not_read_again() {
        let directory = tempfile::tempdir().unwrap();
        let (path, kept) = (directory.path().join("x"), directory.path().join("known"));
        fs::write(&path, "abc").unwrap();
        let file = File::open(&path).unwrap();
        let later = stamp(&file).changed_ns + 3_000_000_000;
        let mut known = Known::kept_in(kept.clone());
        let digests = known.read(&file, stamp(&file), &Budget::UNLIMITED, later);
        known.keep();
        let again = Known::kept_in(kept.clone());
        assert_eq!(again.recall(&stamp(&file)), digests.ok());
        // What changes soon after is written later, all at once.
        let stored = fs::read(&kept).unwrap();
        fs::write(&path, "abcd").unwrap();
        let later = stamp(&file).changed_ns + 3_000_000_000;
        let digests = known.read(&file, stamp(&file), &Budget::UNLIMITED, later);
        assert_eq!(known.recall(&stamp(&file)), digests.ok());
        known.keep();
        assert_eq!(fs::read(&kept).unwrap(), stored);
        assert_eq!(Known::kept_in(kept).recall(&stamp(&file)), None);
    }
}
