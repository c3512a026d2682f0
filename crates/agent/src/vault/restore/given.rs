//! Which file an item became when it was given back: a note beside the item, written before the
//! file has a name.
//!
//! It lets a restore that died go on, and keeps the action that took the file from taking it again.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;

use quell_model::ActionId;
use serde::{Deserialize, Serialize};

use super::super::{Item, ItemId, Vault, VaultError};
use crate::find::FileId;
use crate::whole_file::WholeFile;

/// The longest note that is read, in bytes.
const MAX_NOTE: u64 = 4096;
/// How the note's name ends.
pub(in super::super) const NOTE: &str = ".given";

/// A file that was given back, or is about to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Given {
    action_id: ActionId,
    dev: u64,
    ino: u64,
    /// Whether it has all that it had.
    finished: bool,
}

impl Given {
    pub(super) fn begun(item: &Item, file: FileId) -> Self {
        Self {
            action_id: item.action_id.clone(),
            dev: file.dev,
            ino: file.ino,
            finished: false,
        }
    }

    pub(super) fn finished(item: &Item, file: FileId) -> Self {
        Self {
            finished: true,
            ..Self::begun(item, file)
        }
    }

    /// The file, if it may lack something.
    pub(super) fn unfinished(&self) -> Option<FileId> {
        (!self.finished).then_some(self.file())
    }

    fn file(&self) -> FileId {
        FileId {
            dev: self.dev,
            ino: self.ino,
        }
    }
}

impl Vault {
    /// Whether this very file was given back of what `action` took.
    pub(in super::super) fn gave_back(&self, action: &ActionId, file: FileId) -> bool {
        let noted = self.ids_of(NOTE).unwrap_or_default();
        let mut given = noted.into_iter().filter_map(|id| self.given(id));
        given.any(|given| given.action_id == *action && given.file() == file)
    }

    pub(super) fn given(&self, id: ItemId) -> Option<Given> {
        let note = self.read_note(id, NOTE, MAX_NOTE).ok()?;
        serde_json::from_str(&note).ok()
    }

    pub(super) fn note_given(&self, id: ItemId, given: &Given) -> Result<(), VaultError> {
        let _shared = self.shared()?;
        let folder = self.open_folder(&id.folder())?;
        let written = || -> io::Result<()> {
            let mut note = WholeFile::create(folder.as_fd())?;
            note.file().write_all(&serde_json::to_vec(given)?)?;
            note.replace(OsStr::new(&format!("{id}{NOTE}")))
        };
        self.with_spare(written)
            .map_err(VaultError::io("note what becomes of an item"))
    }
}
