//! Opening the file, and what every connection is told first.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::state_error;
use super::file_system;
use super::schema::migrate;
use crate::StateError;

/// How long a connection waits for another process's write. Each takes a sync of the disk, so this
/// is hundreds of them.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens the file for writing and brings it to this version's schema; makes it, and its directory,
/// for their owner alone, when they are not there. Says whether there was nothing.
pub(super) fn open_writer(file: &Path) -> Result<(Connection, bool), StateError> {
    let failed = |source| StateError::File {
        path: file.to_owned(),
        source,
    };
    let directory = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    make_directory(directory).map_err(failed)?;
    if let Some(kind) = file_system::of_network(directory).map_err(failed)? {
        return Err(StateError::NetworkFileSystem {
            path: file.to_owned(),
            kind,
        });
    }
    make_file(file).map_err(failed)?;
    let mut connection = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    prepare(&connection)?;
    // WAL lets others read while one writes; FULL syncs each commit, so that what was promised
    // survives a loss of power.
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
        .map_err(state_error)?;
    check(&connection)?;
    let is_new = migrate(&mut connection)?;
    Ok((connection, is_new))
}

pub(super) fn open_reader(file: &Path) -> Result<Connection, StateError> {
    let connection = connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    prepare(&connection)?;
    Ok(connection)
}

/// By its absolute path, since SQLite has other meanings for `:memory:` and for nothing at all.
fn connect(file: &Path, flags: OpenFlags) -> Result<Connection, StateError> {
    let absolute = std::path::absolute(file).map_err(|source| StateError::File {
        path: file.to_owned(),
        source,
    })?;
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(absolute, flags).map_err(state_error)
}

fn prepare(connection: &Connection) -> Result<(), StateError> {
    connection
        .busy_timeout(PATIENCE)
        .and_then(|()| connection.pragma_update(None, "foreign_keys", true))
        .map_err(state_error)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(())
}

/// Damage shows now rather than as a wrong count later. The file is small.
fn check(connection: &Connection) -> Result<(), StateError> {
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(state_error)?;
    if found == "ok" {
        Ok(())
    } else {
        Err(StateError::damaged(found))
    }
}

/// Who may write into the directory can exchange the file, and with it what was used of the quota.
fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
        const EVERYONE_WRITES: u32 = 0o002;
        const OWNERS_ONLY_DELETE: u32 = 0o1000;
        builder.mode(0o700).create(directory)?;
        let mode = directory.metadata()?.permissions().mode();
        if mode & (EVERYONE_WRITES | OWNERS_ONLY_DELETE) == EVERYONE_WRITES {
            let why = "everyone may write into its directory: close it to all but its owner";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
        Ok(())
    }
    #[cfg(not(unix))]
    builder.create(directory)
}

/// SQLite gives its other files the mode of this one.
fn make_file(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        let opened = options.mode(0o600).open(file)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_mean_something_to_sqlite_are_names_of_files() {
        for name in [":memory:", "file:none?mode=memory"] {
            let missing = connect(Path::new(name), OpenFlags::SQLITE_OPEN_READ_WRITE);
            assert!(missing.is_err(), "{name} is no file here");
        }
    }
}
