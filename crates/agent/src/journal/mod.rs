//! What the agent means to do, written down before it does it.
//!
//! A SQLite database in the state directory, in WAL mode: a row is written before the step that it
//! announces. What announces a step that outlives a power failure is on the disk before it, and all
//! that was written earlier with it; what announces a step that a power failure undoes, as a
//! process's being stopped, is handed to the kernel, which keeps it when the agent dies. Whoever
//! opens the journal holds a lock for as long, so that no two agents act from one journal. When the
//! journal cannot be written, nothing is done.

mod actions;
mod admissions;
mod groups;
mod link;
mod lock;
mod names;
mod processes;
mod reading;
mod restores;
mod schema;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction};

pub use actions::TakenUp;
pub(crate) use names::{NameRow, Place, Settlement, TargetRow};
pub(crate) use processes::{Fate, ProcessRow};
pub(crate) use reading::{HeldFile, held_in_capture};
pub(crate) use restores::RestoreRow;

const DATABASE: &str = "journal.db";
const LOCK: &str = "journal.lock";

/// The journal of one agent.
#[derive(Debug)]
pub(crate) struct Journal {
    connection: Mutex<Connection>,
    boot_id: String,
    /// Released with the descriptor.
    _lock: File,
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The state directory or a file in it cannot be made or opened.
    #[error("the state directory {path} cannot be used")]
    Directory {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another agent works with the same state directory.
    #[error("another agent uses the state directory {0}")]
    InUse(PathBuf),
    /// The agent that worked with the same state directory was killed, and does not come to its end.
    #[error(
        "the agent that used the state directory {path} is ending, but process {pid} is still there"
    )]
    Ending {
        /// Where.
        path: PathBuf,
        /// The agent's process.
        pid: u32,
    },
    /// The database is damaged.
    #[error("the journal is damaged: {0}")]
    Corrupt(String),
    /// The database was made by a newer agent.
    #[error("the journal has version {0}, which a newer agent made")]
    Version(i64),
    /// The database answers with an error: no space, no permission, a failing disk.
    #[error("the journal cannot be read or written")]
    Database(#[from] rusqlite::Error),
    /// A row does not say what this agent wrote.
    #[error("the journal holds a row that cannot be understood: {0}")]
    Row(String),
}

impl JournalError {
    /// A row that cannot be understood.
    fn row(what: impl std::fmt::Display) -> Self {
        Self::Row(what.to_string())
    }
}

impl Journal {
    /// Opens the journal in `directory`, which is made with mode 0700 when it does not exist.
    ///
    /// # Errors
    /// When it cannot be made, is in use, damaged, or of a newer agent.
    pub(crate) fn open(directory: &Path) -> Result<Self, JournalError> {
        let in_directory = |source| JournalError::Directory {
            path: directory.to_owned(),
            source,
        };
        make_private(directory).map_err(in_directory)?;
        let lock = open_private(&directory.join(LOCK)).map_err(in_directory)?;
        lock::take(&lock, directory)?;
        let boot_id = crate::sys::boot::boot_id().map_err(in_directory)?;
        let database = directory.join(DATABASE);
        open_private(&database).map_err(in_directory)?;
        let mut connection = Connection::open(&database)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        schema::prepare(&mut connection)?;
        Ok(Self {
            connection: Mutex::new(connection),
            boot_id,
            _lock: lock,
        })
    }

    /// Opens a journal as it is, to undo what it says: a damaged one, one of another version and one
    /// that cannot be written to will do as long as the rows can be read. Nothing where there is
    /// none.
    ///
    /// # Errors
    /// When it is in use, or cannot be opened at all.
    pub(crate) fn as_it_is(directory: &Path) -> Result<Option<Self>, JournalError> {
        let database = directory.join(DATABASE);
        if !database.exists() {
            return Ok(None);
        }
        let in_directory = |source| JournalError::Directory {
            path: directory.to_owned(),
            source,
        };
        let path = directory.join(LOCK);
        // Where the file system has become read-only, the lock can still be had.
        let lock = open_private(&path)
            .or_else(|_| File::open(&path))
            .map_err(in_directory)?;
        lock::take(&lock, directory)?;
        let boot_id = crate::sys::boot::boot_id().map_err(in_directory)?;
        let mut connection = Connection::open(&database)?;
        if let Err(error) = schema::prepare(&mut connection) {
            tracing::warn!(%error, "the journal is read as far as it can be");
        }
        Ok(Some(Self {
            connection: Mutex::new(connection),
            boot_id,
            _lock: lock,
        }))
    }

    /// Writes what means nothing after a power failure: it is there when this returns, whatever
    /// becomes of the agent, and on the disk with the next row that must be.
    fn write_for_this_boot<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let mut connection = self.connection();
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let written = commit(&mut connection, write);
        // A journal that would not wait for the disk any more is told to be broken, whatever was written.
        connection.pragma_update(None, "synchronous", "FULL")?;
        written
    }

    /// A panic elsewhere cannot have left the connection in the middle of a transaction: dropping
    /// one rolls it back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn commit<T>(
    connection: &mut Connection,
    write: impl FnOnce(&Transaction<'_>) -> Result<T, JournalError>,
) -> Result<T, JournalError> {
    let transaction = connection.transaction()?;
    let written = write(&transaction)?;
    transaction.commit()?;
    Ok(written)
}

fn make_private(directory: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
}

fn open_private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journal_is_opened_by_one_agent_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let first = Journal::open(dir.path()).unwrap();
        assert!(matches!(
            Journal::open(dir.path()),
            Err(JournalError::InUse(_))
        ));
        drop(first);
        assert!(Journal::open(dir.path()).is_ok());
    }

    #[test]
    fn journal_is_nobody_elses_to_read() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        let _journal = Journal::open(&state).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&state), 0o700);
        assert_eq!(mode(&state.join(DATABASE)), 0o600);
    }

    #[test]
    fn journal_is_synchronised_again_after_what_need_not_be() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path()).unwrap();
        let synchronous = |connection: &Connection| -> i64 {
            let ask = "PRAGMA synchronous";
            connection.query_row(ask, [], |row| row.get(0)).unwrap()
        };
        for fails in [false, true] {
            let written = journal.write_for_this_boot(|transaction| {
                assert_eq!(synchronous(transaction), 1);
                transaction.execute("UPDATE acknowledged SET sequence = 7", [])?;
                if fails {
                    transaction.execute("UPDATE nothing SET x = 1", [])?;
                }
                Ok(())
            });
            assert_eq!(written.is_err(), fails);
            assert_eq!(synchronous(&journal.connection()), 2);
        }
        assert_eq!(journal.acknowledged().unwrap(), 7);
    }

    #[test]
    fn journal_that_is_no_database_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(DATABASE), vec![7; 8192]).unwrap();
        assert!(Journal::open(dir.path()).is_err());
    }

    #[test]
    fn journal_of_a_newer_agent_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path()).unwrap();
        journal
            .connection()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        drop(journal);
        assert!(matches!(
            Journal::open(dir.path()),
            Err(JournalError::Version(99))
        ));
    }
}
