//! Remembering the hashes of protected files, because most of them never change.
//!
//! A hash is remembered by the file's stamp; a file whose stamp differs is read again. A stale
//! entry can only protect too much, for the files themselves are protected by inode as well.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::path::Path;

use quell_model::Sha1;
use serde::{Deserialize, Serialize};

use crate::find::{FileId, Stamp};
use crate::whole_file::WholeFile;

/// The longest file that is read, in bytes: some ten thousand entries.
const MAX_FILE: u64 = 2 * 1024 * 1024;

/// Hashes by stamp.
pub(super) type Remembered = HashMap<Stamp, Sha1>;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(flatten)]
    id: FileId,
    size: u64,
    modified_ns: i64,
    changed_ns: i64,
    #[serde(default)]
    born_ns: Option<i64>,
    sha1: Sha1,
}

/// What an earlier run remembered; nothing if that cannot be read.
pub(super) fn load(path: &Path) -> Remembered {
    read(path)
        .unwrap_or_default()
        .into_iter()
        .map(Entry::split)
        .collect()
}

fn read(path: &Path) -> io::Result<Vec<Entry>> {
    let mut json = Vec::new();
    File::open(path)?.take(MAX_FILE).read_to_end(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}

/// Remembers for the next run.
pub(super) fn store(path: &Path, remembered: &Remembered) -> io::Result<()> {
    let entries: Vec<Entry> = remembered.iter().map(Entry::join).collect();
    let directory = File::open(path.parent().unwrap_or(Path::new(".")))?;
    let mut file = WholeFile::create(directory.as_fd())?;
    file.file().write_all(&serde_json::to_vec(&entries)?)?;
    file.replace(path.file_name().unwrap_or(OsStr::new("protected.json")))
}

impl Entry {
    fn join((stamp, sha1): (&Stamp, &Sha1)) -> Self {
        Self {
            id: stamp.id,
            size: stamp.size,
            modified_ns: stamp.modified_ns,
            changed_ns: stamp.changed_ns,
            born_ns: stamp.born_ns,
            sha1: *sha1,
        }
    }

    fn split(self) -> (Stamp, Sha1) {
        let Self {
            id,
            size,
            modified_ns,
            changed_ns,
            born_ns,
            sha1,
        } = self;
        (
            Stamp {
                id,
                size,
                modified_ns,
                changed_ns,
                born_ns,
            },
            sha1,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp() -> Stamp {
        Stamp {
            id: FileId {
                dev: 1,
                ino: u64::MAX,
            },
            size: 3,
            modified_ns: -5,
            changed_ns: 7,
            born_ns: Some(6),
        }
    }

    #[test]
    fn what_is_stored_is_loaded() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("protected.json");
        let remembered = Remembered::from([(stamp(), Sha1::OF_NOTHING)]);
        store(&path, &remembered).unwrap();
        store(&path, &remembered).unwrap();
        assert_eq!(load(&path), remembered);
    }

    #[test]
    fn a_damaged_or_missing_file_remembers_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("protected.json");
        assert!(load(&path).is_empty());
        std::fs::write(&path, "[{\"dev\":1").unwrap();
        assert!(load(&path).is_empty());
    }
}
