//! PostgreSQL: many servers on one database.
//!
//! Every write is one SERIALIZABLE transaction, run again from its beginning when another got in
//! its way; every read sees one moment. A function of the store is synchronous, so it runs on a
//! blocking thread and waits there for each answer.

mod fault;
mod migration;
mod pool;
mod relay;
mod session;
mod sql;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod turns;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use quell_state::PostgresOptions;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::StoreError;
use super::database::Sql;
use crate::core::TenantId;
use fault::{Failure, pause_before};
pub(crate) use migration::schema_version_of;
use pool::Pool;
pub(in crate::store) use relay::Relay;
use session::{Fate, Mode};
use turns::Turns;

/// How often a transaction is run before its caller is told that others are in its way.
const MAX_ATTEMPTS: u32 = 24;
/// How often it is run beside all others. Those who still are in each other's way go one after another then:
/// of many that write the same few pages of a young table, none would get through in the end.
const ATTEMPTS_BESIDE_OTHERS: u32 = 4;
/// How long it is asked what became of a commit whose answer was lost.
const DOUBT: Duration = Duration::from_secs(20);
const DOUBT_PAUSE: Duration = Duration::from_millis(100);

/// One database.
#[derive(Clone, Debug)]
pub(super) struct Postgres {
    pool: Arc<Pool>,
    relay: Relay,
    turns: Turns,
    lane: Lane,
}

/// Where those go one after another who were in each other's way too often.
type Lane = Arc<Mutex<()>>;

impl Postgres {
    /// Connects, and brings the database to this version's schema.
    pub(super) async fn open(options: PostgresOptions) -> Result<Self, StoreError> {
        migration::migrate(&options).await?;
        Ok(Self {
            relay: Relay::start(options.clone()),
            pool: Arc::new(Pool::new(options)),
            turns: Turns::default(),
            lane: Lane::default(),
        })
    }

    pub(super) const fn relay(&self) -> &Relay {
        &self.relay
    }

    pub(super) async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static,
    {
        self.run(Mode::Read, work).await
    }

    pub(super) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static,
    {
        self.run(Mode::Write, work).await
    }

    /// Writes of one tenant, one after another in the order of their coming.
    pub(super) async fn write_in_turn<T, W>(
        &self,
        tenant: TenantId,
        work: W,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static,
    {
        // Who has his turn may be asking for a while what became of a commit.
        self.pool.refuse_while_away()?;
        let turn = self.turns.of(tenant).await?;
        let done = self.run(Mode::Write, work).await;
        drop(turn);
        done
    }

    async fn run<T, W>(&self, mode: Mode, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static,
    {
        let turn = self.pool.turn().await?;
        let runner = Runner {
            pool: Arc::clone(&self.pool),
            runtime: Handle::current(),
            lane: Arc::clone(&self.lane),
        };
        spawn_blocking(move || {
            let done = runner.run(mode, &work);
            drop(turn);
            done
        })
        .await
        .map_err(|error| StoreError::Unavailable(error.to_string()))?
    }
}

/// Runs one function of the store, on a blocking thread.
struct Runner {
    pool: Arc<Pool>,
    runtime: Handle,
    lane: Lane,
}

impl Runner {
    fn run<T>(
        &self,
        mode: Mode,
        work: &dyn Fn(&mut dyn Sql) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut was_lost = false;
        let mut conflict = String::new();
        let mut alone = None;
        for attempt in 0..MAX_ATTEMPTS {
            if attempt >= ATTEMPTS_BESIDE_OTHERS && alone.is_none() {
                alone = Some(self.lane.lock().unwrap_or_else(PoisonError::into_inner));
            }
            let mut session = self.runtime.block_on(self.pool.session())?;
            match session.transact(&self.runtime, mode, work) {
                Ok(value) => {
                    self.pool.give_back(session);
                    return Ok(value);
                }
                Err(Failure::Refused(error)) => {
                    self.pool.give_back(session);
                    return Err(error);
                }
                Err(Failure::Conflict(why)) => {
                    self.pool.give_back(session);
                    conflict = why;
                    std::thread::sleep(pause_before(attempt));
                }
                // A connection that was idle while the server was started anew is found to be lost
                // by its next user: nothing was done, and another one may work.
                Err(Failure::Lost(why)) => {
                    drop(session);
                    self.pool.forget_idle();
                    if std::mem::replace(&mut was_lost, true) {
                        return Err(StoreError::Unavailable(why));
                    }
                }
                Err(Failure::InDoubt { transaction, value }) => {
                    drop(session);
                    if self.was_committed(&transaction)? {
                        return Ok(value);
                    }
                }
            }
        }
        Err(StoreError::Unavailable(format!(
            "other transactions were in the way: {conflict}"
        )))
    }

    /// Asks what became of a transaction whose end was not heard. It must be known before anything
    /// is done again, or it would be done twice.
    fn was_committed(&self, transaction: &str) -> Result<bool, StoreError> {
        let since = Instant::now();
        while since.elapsed() < DOUBT {
            let fate = self
                .runtime
                .block_on(self.pool.session())
                .and_then(|mut session| {
                    let fate = session.fate_of(&self.runtime, transaction)?;
                    self.pool.give_back(session);
                    Ok(fate)
                });
            match fate {
                Ok(Fate::Committed) => return Ok(true),
                Ok(Fate::Undone) => return Ok(false),
                Ok(Fate::Running) | Err(_) => std::thread::sleep(DOUBT_PAUSE),
            }
        }
        Err(StoreError::Unknown(
            "the connection was lost while a change was being kept".to_owned(),
        ))
    }
}
