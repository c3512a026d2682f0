//! Connections that read beside the writer: in WAL mode neither waits for the other.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::store_error;
use super::open::prepare;
use crate::store::StoreError;

/// The most idle connections that are kept.
const MAX_IDLE: usize = 8;

/// A handle to the reading connections.
#[derive(Clone, Debug)]
pub(super) struct Readers {
    file: PathBuf,
    idle: Idle,
    /// Those that do not wait for a lock.
    hurried: Idle,
}

type Idle = Arc<Mutex<Vec<Connection>>>;

impl Readers {
    pub(super) fn new(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            idle: Idle::default(),
            hurried: Idle::default(),
        }
    }

    /// Runs `work` off the asynchronous threads.
    pub(super) async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let readers = self.clone();
        tokio::task::spawn_blocking(move || {
            let connection = match take(&readers.idle) {
                Some(idle) => idle,
                None => readers.open()?,
            };
            let value = work(&connection);
            give_back(&readers.idle, connection);
            value
        })
        .await
        .map_err(|error| StoreError::Unavailable(error.to_string()))?
    }

    /// Runs `work`, which looks up a few rows by their key, on this thread, and waits for nothing
    /// but the disk.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] also when the file is locked.
    pub(super) fn glance<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connection = match take(&self.hurried) {
            Some(idle) => idle,
            None => self.open_hurried()?,
        };
        let value = work(&connection);
        give_back(&self.hurried, connection);
        value
    }

    fn open_hurried(&self) -> Result<Connection, StoreError> {
        let connection = self.open()?;
        connection
            .busy_timeout(Duration::ZERO)
            .map_err(store_error)?;
        Ok(connection)
    }

    fn open(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags).map_err(store_error)?;
        prepare(&connection)?;
        Ok(connection)
    }
}

fn take(idle: &Idle) -> Option<Connection> {
    lock(idle).pop()
}

fn give_back(idle: &Idle, connection: Connection) {
    let mut idle = lock(idle);
    if idle.len() < MAX_IDLE {
        idle.push(connection);
    }
}

fn lock(idle: &Idle) -> MutexGuard<'_, Vec<Connection>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}
