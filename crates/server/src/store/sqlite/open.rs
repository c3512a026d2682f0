//! Opening the file, and what every connection is told first.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::error::store_error;
use super::migration::migrate;
use crate::store::StoreError;

/// How long a connection waits for another process's write: an operator's command takes
/// milliseconds.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The pages that the writer remembers; negative, so in KiB.
const WRITER_CACHE: i64 = -16 * 1024;
/// After so many pages of the log they are copied into the file, for which both are synchronised: a
/// page that many commits change is copied once. It is 16 MiB.
const CHECKPOINT: i64 = 4_096;

/// Opens the file for writing, makes it if it is not there, closes it to everyone but its owner, and
/// brings it to this version's schema.
pub(super) fn open_writer(file: &Path) -> Result<Connection, StoreError> {
    create_privately(file)
        .map_err(|error| StoreError::Unavailable(format!("{}: {error}", file.display())))?;
    let mut connection = Connection::open(file).map_err(store_error)?;
    prepare(&connection)?;
    // WAL lets readers read while one writes; FULL syncs each commit, so that what was
    // acknowledged survives a loss of power.
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
        .map_err(store_error)?;
    migrate(&mut connection)?;
    tune(&connection).map_err(store_error)?;
    Ok(connection)
}

/// What lets many small writes share their cost. A migration sorts whole tables, and does so on the
/// disk as SQLite does by itself.
fn tune(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", WRITER_CACHE)?;
    // Each job's savepoint keeps the pages that the job changes as they were: in memory rather than
    // in a file of its own.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)
}

/// What holds for every connection.
pub(super) fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection
        .busy_timeout(PATIENCE)
        .and_then(|()| connection.pragma_update(None, "foreign_keys", true))
        .map_err(store_error)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Makes the file, or closes one that others may open, as a backup that was put back is: it holds
/// the key that signs tokens. SQLite gives its other files the mode of this one.
fn create_privately(file: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        options.mode(0o600);
        let opened = options.open(file)?;
        let mut permissions = opened.metadata()?.permissions();
        if permissions.mode() & 0o077 != 0 {
            permissions.set_mode(0o600);
            opened.set_permissions(permissions)?;
        }
        Ok(())
    }
    #[cfg(not(unix))]
    options.open(file).map(drop)
}
