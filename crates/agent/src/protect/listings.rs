//! The names in a directory, remembered for as long as it looks unchanged.
//!
//! To list directories of thousands of programs every few seconds costs more than all else that an
//! idle agent does. A directory is changed by whatever comes into it, goes, or takes another's place,
//! so what was read of it is true while it looks the same and had been left alone before.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use crate::find::{Look, Stamp, now_ns};

/// After so many times a directory is listed again in any case: there may be file systems that do not
/// tell the truth.
const MOST_RECALLED: u32 = 11;

/// What is remembered of some directories.
#[derive(Debug, Default)]
pub(super) struct Listings(HashMap<&'static str, Listing>);

#[derive(Debug)]
struct Listing {
    stamp: Stamp,
    files: Vec<PathBuf>,
    recalled: u32,
}

impl Listings {
    /// Those paths in the directories whose names are wanted. A directory of two names is listed by the
    /// first, and must be asked for with the same `is_wanted` each time.
    pub(super) fn files_in(
        &mut self,
        directories: &[&'static str],
        is_wanted: impl Fn(&OsStr) -> bool,
    ) -> Vec<PathBuf> {
        let mut seen = HashSet::new();
        let mut files = Vec::new();
        for directory in directories {
            match stamp_of(directory) {
                Some(stamp) if seen.insert(stamp.id) => {
                    files.extend(self.files_of(directory, stamp, &is_wanted));
                }
                Some(_) => {}
                None => drop(self.0.remove(directory)),
            }
        }
        files
    }

    fn files_of(
        &mut self,
        directory: &'static str,
        stamp: Stamp,
        is_wanted: impl Fn(&OsStr) -> bool,
    ) -> Vec<PathBuf> {
        if let Some(listing) = self.0.get_mut(directory)
            && listing.stamp == stamp
            && listing.recalled < MOST_RECALLED
        {
            listing.recalled += 1;
            return listing.files.clone();
        }
        let began = now_ns();
        let files = list(directory, is_wanted);
        let after = stamp_of(directory);
        self.0.remove(directory);
        if after.is_some_and(|after| stamp.vouches(&after, began)) {
            let listing = Listing {
                stamp,
                files: files.clone(),
                recalled: 0,
            };
            self.0.insert(directory, listing);
        }
        files
    }
}

fn stamp_of(directory: &str) -> Option<Stamp> {
    Some(Look::along(directory).ok()?.stamp)
}

fn list(directory: &str, is_wanted: impl Fn(&OsStr) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .filter(|entry| is_wanted(&entry.file_name()))
        .map(|entry| entry.path())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    /// A directory for the rest of the test program's life.
    fn directory() -> (&'static str, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().to_str().unwrap().to_owned();
        (path.leak(), directory)
    }

    fn names(files: &[PathBuf]) -> Vec<String> {
        let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut names: Vec<_> = files.iter().map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn what_comes_goes_or_takes_anothers_place_is_seen_at_once() {
        let (path, directory) = directory();
        let mut listings = Listings::default();
        let mut seen = || names(&listings.files_in(&[path], |name| name != "other"));
        assert_eq!(seen(), [""; 0]);
        for name in ["bash", "other", "zsh"] {
            fs::write(directory.path().join(name), name).unwrap();
        }
        assert_eq!(seen(), ["bash", "zsh"]);
        fs::rename(directory.path().join("zsh"), directory.path().join("fish")).unwrap();
        assert_eq!(seen(), ["bash", "fish"]);
        fs::remove_file(directory.path().join("bash")).unwrap();
        assert_eq!(seen(), ["fish"]);
        fs::remove_dir_all(directory.path()).unwrap();
        assert_eq!(seen(), [""; 0]);
    }

    #[test]
    fn directory_that_was_left_alone_is_listed_once_and_now_and_then_again() {
        let here = env!("CARGO_MANIFEST_DIR");
        let changed = fs::metadata(here).unwrap().modified().unwrap();
        let alone = SystemTime::now()
            .duration_since(changed)
            .unwrap_or_default();
        if alone < Duration::from_secs(10) {
            println!("skipped: the directory has been changed just now");
            return;
        }
        let mut listings = Listings::default();
        let asked = std::cell::Cell::new(0_u32);
        let wanted = |name: &OsStr| {
            asked.set(asked.get() + u32::from(name == "Cargo.toml"));
            name == "Cargo.toml"
        };
        for _ in 0..=MOST_RECALLED {
            let files = listings.files_in(&[here, here], wanted);
            assert_eq!(names(&files), ["Cargo.toml"]);
        }
        assert_eq!(asked.get(), 1);
        listings.files_in(&[here], wanted);
        assert_eq!(asked.get(), 2);
    }
}
