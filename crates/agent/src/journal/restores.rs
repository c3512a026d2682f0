//! Files that are put back: where each is about to appear, before it does.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use quell_model::ActionId;
use rusqlite::{OptionalExtension as _, Row, params};

use super::{Journal, JournalError};
use crate::vault::ItemId;

/// One path to which an item is put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RestoreRow {
    /// Where it goes: the path that it was taken from, or a name beside it.
    pub(crate) chosen: PathBuf,
    /// Whether it is known to be there.
    pub(crate) is_done: bool,
    /// What is not as it was before, in words.
    pub(crate) notes: Option<String>,
}

impl Journal {
    /// Writes down where an item that was taken from `path` is about to appear, or that it did.
    pub(crate) fn note_restore(
        &self,
        action: &ActionId,
        item: ItemId,
        path: &Path,
        row: &RestoreRow,
    ) -> Result<(), JournalError> {
        self.connection().execute(
            "INSERT INTO restore (action_id, item_id, path, chosen, done, notes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (action_id, item_id, path)
             DO UPDATE SET chosen = ?4, done = ?5, notes = ?6",
            params![
                action.as_str(),
                item.to_string(),
                path.as_os_str().as_bytes(),
                row.chosen.as_os_str().as_bytes(),
                row.is_done,
                row.notes,
            ],
        )?;
        Ok(())
    }

    /// What was noted of putting an item back to where it was taken from.
    pub(crate) fn restore(
        &self,
        action: &ActionId,
        item: ItemId,
        path: &Path,
    ) -> Result<Option<RestoreRow>, JournalError> {
        let path = path.as_os_str().as_bytes();
        let found = self.connection().query_row(
            "SELECT chosen, done, notes FROM restore
             WHERE action_id = ?1 AND item_id = ?2 AND path = ?3",
            params![action.as_str(), item.to_string(), path],
            row,
        );
        Ok(found.optional()?)
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<RestoreRow> {
    Ok(RestoreRow {
        chosen: PathBuf::from(OsStr::from_bytes(&row.get::<_, Vec<u8>>(0)?)),
        is_done: row.get(1)?,
        notes: row.get(2)?,
    })
}
