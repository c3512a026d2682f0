//! Copies of a store: taken while it runs, and looked at before one is put in its place.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::error::store_error;
use super::open::PATIENCE;
use crate::store::StoreError;

/// How many pages are copied between two looks at the writer, who need not wait meanwhile.
const PAGES: i32 = 1024;
/// How long to wait for somebody who keeps the store from being read.
const PAUSE: Duration = Duration::from_millis(50);

/// Copies a store into a new file, as it is at one moment, while others go on reading and writing. `progress` is
/// told how many pages are done, of how many.
///
/// # Errors
/// [`StoreError`] when either file cannot be used.
pub(crate) fn copy(
    from: &Path,
    to: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags).map_err(store_error)?;
    source.busy_timeout(PATIENCE).map_err(store_error)?;
    // One read transaction for the whole copy: what is written meanwhile is not in it, and does not make it begin
    // anew, as it else would with every commit.
    source
        .execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;")
        .map_err(store_error)?;
    let mut target = Connection::open(to).map_err(store_error)?;
    {
        let backup = Backup::new(&source, &mut target).map_err(store_error)?;
        loop {
            let step = backup.step(PAGES).map_err(store_error)?;
            let told = backup.progress();
            let number = |pages: i32| u64::try_from(pages).unwrap_or(0);
            progress(
                number(told.pagecount - told.remaining),
                number(told.pagecount),
            );
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                _ => std::thread::sleep(PAUSE),
            }
        }
    }
    // A copy is one file, and needs no other beside it.
    target
        .pragma_update(None, "journal_mode", "DELETE")
        .map_err(store_error)
}

/// Says whether a file is a whole store: every page, every index and every reference.
///
/// # Errors
/// [`StoreError::Damaged`] with the first thing that is wrong.
pub(crate) fn check(file: &Path) -> Result<(), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(store_error)?;
    let found: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(store_error)?;
    if found != "ok" {
        return Err(StoreError::Damaged(found));
    }
    let is_store = connection
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('server', 'tenants', 'actions')",
            [],
            |row| row.get::<_, i64>(0),
        )
        .map_err(store_error)?;
    match is_store {
        3 => Ok(()),
        _ => Err(StoreError::Damaged("it is no server's database".to_owned())),
    }
}
