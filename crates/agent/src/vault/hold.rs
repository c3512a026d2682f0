//! Items that nobody removes for now, as evidence for instance.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;

use quell_model::Timestamp;
use rustix::fs::AtFlags;
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::{ItemId, Vault, VaultError};
use crate::whole_file::WholeFile;

/// How the note's name ends.
pub(super) const NOTE: &str = ".hold";
/// The longest note that is read, in bytes.
const MAX_NOTE: u64 = 64 * 1024;
/// The longest reason, in bytes.
const MAX_REASON: usize = 4096;

/// Why and since when an item is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// Since when; nothing for a note that cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Why, in somebody's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Vault {
    /// Keeps an item from being removed until it is released.
    ///
    /// # Errors
    /// [`VaultError::NotFound`], [`VaultError::Io`].
    pub fn hold(&self, id: ItemId, reason: Option<&str>, now: Timestamp) -> Result<(), VaultError> {
        let _exclusive = self.exclusive()?;
        self.open_item(id)?;
        if reason.is_some_and(|reason| reason.len() > MAX_REASON) {
            return Err(VaultError::MetadataTooLarge);
        }
        let hold = Hold {
            since: Some(now),
            reason: reason.map(str::to_owned),
        };
        let folder = self.open_folder(&id.folder())?;
        let written = || -> io::Result<()> {
            let mut note = WholeFile::create(folder.as_fd())?;
            note.file().write_all(&serde_json::to_vec(&hold)?)?;
            note.replace(OsStr::new(&format!("{id}{NOTE}")))
        };
        self.with_spare(written)
            .map_err(VaultError::io("hold an item"))
    }

    /// Lets an item be removed again. That it is not held is no error.
    ///
    /// # Errors
    /// [`VaultError::NotFound`], [`VaultError::Io`].
    pub fn release(&self, id: ItemId) -> Result<(), VaultError> {
        let _exclusive = self.exclusive()?;
        self.open_item(id)?;
        let folder = self.open_folder(&id.folder())?;
        match rustix::fs::unlinkat(&folder, format!("{id}{NOTE}"), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(VaultError::io("release an item")(error.into())),
        }
    }

    /// Why an item is held, if it is. A note that cannot be read holds, too.
    #[must_use]
    pub fn hold_of(&self, id: ItemId) -> Option<Hold> {
        match self.read_note(id, NOTE, MAX_NOTE) {
            Ok(note) => Some(serde_json::from_str(&note).unwrap_or(Hold {
                since: None,
                reason: None,
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(_) => Some(Hold {
                since: None,
                reason: None,
            }),
        }
    }
}
