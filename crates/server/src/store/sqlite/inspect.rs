//! Looking at a file without changing it.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::error::store_error;
use crate::store::{StoreError, schema};

/// Which schema a file has, and which this version has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SchemaVersion {
    /// That of the file.
    pub(crate) found: i64,
    /// The newest that this version knows.
    pub(crate) known: i64,
}

/// Reads the version of a file's schema.
///
/// # Errors
/// [`StoreError`] when it is no store or cannot be read.
pub(crate) fn schema_version(file: &Path) -> Result<SchemaVersion, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(store_error)?;
    let found = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(store_error)?;
    Ok(SchemaVersion {
        found,
        known: schema::newest(),
    })
}
