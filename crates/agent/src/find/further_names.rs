//! Further names of files that are known already.

use std::collections::HashSet;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use rustix::fs::FileType;

use super::directory::Found;
use super::identity::FileId;
use super::nominate::found_at;
use super::resolve::{look_along, place_along};
use super::walk::Walk;

/// The names that the files have at these places, each of which is a directory or a file, as far as
/// they are found before `deadline`. Nothing is read.
pub(crate) fn names_below(
    places: &[PathBuf],
    files: &HashSet<FileId>,
    deadline: Instant,
) -> Vec<Found> {
    let (directories, single): (Vec<PathBuf>, Vec<PathBuf>) = places
        .iter()
        .cloned()
        .partition(|place| is_directory(place));
    let passed_over = HashSet::new();
    // Step by step from the root of all: a place may lie where nobody answers.
    let root = [PathBuf::from("/")];
    let single = single.iter();
    let single = single.filter_map(|place| found_at(&root, place.as_os_str().as_bytes()));
    let walk = Walk::new(&directories, &passed_over).until(deadline);
    walk.chain(single)
        .filter(|found| files.contains(&found.stamp.id))
        .collect()
}

/// Where a place really is, if symbolic links lead there; nothing if a server would have to be asked.
pub(crate) fn behind_links(place: &Path) -> Option<PathBuf> {
    let real = place_along(place.as_os_str().as_bytes()).ok()?;
    Some(PathBuf::from(OsString::from_vec(real))).filter(|real| real != place)
}

fn is_directory(place: &Path) -> bool {
    let look = look_along(place.as_os_str().as_bytes());
    look.is_ok_and(|look| look.kind == FileType::Directory)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    #[test]
    fn names_are_found_in_directories_and_at_single_places() {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().canonicalize().unwrap();
        fs::create_dir_all(base.join("a/b")).unwrap();
        let first = base.join("first");
        fs::write(&first, "x").unwrap();
        for name in ["a/b/deep", "single", "unasked"] {
            fs::hard_link(&first, base.join(name)).unwrap();
        }
        fs::write(base.join("a/other"), "x").unwrap();
        let file = FileId::of(&rustix::fs::stat(&first).unwrap());
        let places = ["a", "single", "nowhere"].map(|name| base.join(name));
        let deadline = Instant::now() + Duration::from_secs(600);
        let mut found: Vec<_> = names_below(&places, &HashSet::from([file]), deadline)
            .iter()
            .map(Found::path)
            .collect();
        found.sort();
        let expected = ["a/b/deep", "single"].map(|name| base.join(name));
        assert_eq!(
            found,
            expected.map(|path| path.as_os_str().as_bytes().to_vec())
        );
    }
}
