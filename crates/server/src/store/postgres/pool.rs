//! The connections of one server.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quell_state::PostgresOptions;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::session::Session;
use crate::store::StoreError;

/// The most connections: as many as a database of a few cores has use for.
const MAX_CONNECTIONS: usize = 16;
/// How long a caller waits for one of them.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a database that could not be reached is left alone, while callers are told so at once.
const RETRY: Duration = Duration::from_millis(500);

/// Connections, made when they are wanted.
#[derive(Debug)]
pub(super) struct Pool {
    options: PostgresOptions,
    turns: Arc<Semaphore>,
    idle: Mutex<Vec<Session>>,
    away: Mutex<Option<Away>>,
}

/// The database could not be reached.
#[derive(Clone, Debug)]
struct Away {
    until: Instant,
    why: String,
}

impl Pool {
    pub(super) fn new(options: PostgresOptions) -> Self {
        Self {
            options,
            turns: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            idle: Mutex::default(),
            away: Mutex::default(),
        }
    }

    /// Waits until a connection may be used.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        self.refuse_while_away()?;
        let busy = || StoreError::Unavailable("every connection is in use".to_owned());
        timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| busy())?
            .map_err(|_| busy())
    }

    /// A connection that works as far as is known.
    pub(super) async fn session(&self) -> Result<Session, StoreError> {
        while let Some(session) = self.pop() {
            if !session.is_lost() {
                return Ok(session);
            }
        }
        self.refuse_while_away()?;
        let opened = Session::open(&self.options).await;
        *lock(&self.away) = opened.as_ref().err().map(|error| Away {
            until: Instant::now() + RETRY,
            why: error.to_string(),
        });
        opened
    }

    pub(super) fn give_back(&self, session: Session) {
        if !session.is_lost() {
            lock(&self.idle).push(session);
        }
    }

    /// Closes what is idle: where one connection was lost, others are.
    pub(super) fn forget_idle(&self) {
        lock(&self.idle).clear();
    }

    /// Refuses at once what the database could not do a moment ago.
    pub(super) fn refuse_while_away(&self) -> Result<(), StoreError> {
        match self.away() {
            Some(away) => Err(StoreError::Unavailable(away.why)),
            None => Ok(()),
        }
    }

    fn pop(&self) -> Option<Session> {
        lock(&self.idle).pop()
    }

    fn away(&self) -> Option<Away> {
        lock(&self.away)
            .clone()
            .filter(|away| Instant::now() < away.until)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
