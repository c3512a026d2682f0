//! State in one SQLite file, which the processes of one host share.

mod attempts;
mod budget;
mod error;
mod file_system;
mod open;
mod permits;
mod schema;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use quell_ratelimit::{
    BudgetName, Budgets, Moment, PermitStore, Policy, Priority, PushBack, RollingLog, StoreError,
};
use rusqlite::Connection;

use budget::SqliteBudget;
use writer::Writer;

use crate::StateError;
use crate::budget::{Decided, Opened, Openings, decisions};
use crate::clock::{Clock, SystemClock};
use crate::journal::{
    Attempt, Attempts, Begun, Entering, Entry, Filter, Intent, IntentId, Journal, Settlement,
};

/// Permits and intents in one file, shared by every process of this host that opens it.
///
/// The file is in WAL mode with a sync for every commit: what was promised survives a kill and a loss
/// of power. Clones share one writing thread, which puts what waits at the same time into one commit.
#[derive(Clone)]
pub struct SqliteState {
    shared: Arc<Shared>,
}

struct Shared {
    file: PathBuf,
    writer: Writer,
    /// Opened when somebody first waits for others.
    reader: Mutex<Option<Connection>>,
    clock: Arc<dyn Clock>,
    openings: Openings,
    is_new: bool,
}

impl SqliteState {
    /// Opens the file and brings it to this version's schema. Makes it, with its directory, closed to
    /// everyone but its owner, when it is not there. Takes some milliseconds, blocking.
    ///
    /// # Errors
    /// [`StateError`]: what stands in the way. A file that cannot be read is never replaced.
    pub fn open(file: impl AsRef<Path>) -> Result<Self, StateError> {
        Self::open_with_clock(file, Arc::new(SystemClock::new()))
    }

    /// The same by another clock, which all who share the file must go by: for tests in virtual time,
    /// and for systems whose clocks this crate does not know.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with_clock(
        file: impl AsRef<Path>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StateError> {
        let file = file.as_ref();
        let (connection, is_new) = open::open_writer(file)?;
        Ok(Self {
            shared: Arc::new(Shared {
                file: file.to_owned(),
                writer: Writer::start(connection)?,
                reader: Mutex::new(None),
                clock,
                openings: Openings::default(),
                is_new,
            }),
        })
    }

    /// Whether there was nothing before: then nobody knows what was used of the quota in the last
    /// hour, and a careful user starts at an even pace.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.shared.is_new
    }

    async fn opened(&self, name: &BudgetName, policy: &Policy) -> Result<Arc<Opened>, StateError> {
        if let Some(opened) = self.shared.openings.find(name, policy) {
            return Ok(opened);
        }
        let (clock, wanted) = (Arc::clone(&self.shared.clock), name.clone());
        let open = move |connection: &Connection| permits::open(connection, &wanted, clock.now());
        let id = self.shared.writer.write(open, || ()).await?;
        Ok(self.shared.openings.add(id, name.clone(), policy))
    }

    /// Asks the budget's log and writes what follows, in one transaction.
    async fn decide<T: Send + 'static>(
        &self,
        budget: &Arc<Opened>,
        decide: impl FnOnce(&mut RollingLog, Moment) -> Decided<T> + Send + 'static,
    ) -> Result<(T, Option<IntentId>), StateError> {
        let work = self.deciding(budget, decide);
        self.shared.writer.write(work, forgetting(budget)).await
    }

    /// The work of a decision.
    fn deciding<T>(
        &self,
        budget: &Arc<Opened>,
        decide: impl FnOnce(&mut RollingLog, Moment) -> Decided<T> + Send + 'static,
    ) -> impl FnOnce(&Connection) -> Result<(T, Option<IntentId>), StateError> + Send + 'static
    {
        let (clock, budget) = (Arc::clone(&self.shared.clock), Arc::clone(budget));
        move |connection: &Connection| permits::decide(connection, &budget, clock.now(), decide)
    }

    /// Reads beside the writer: in WAL mode neither waits for the other.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        let shared = Arc::clone(&self.shared);
        let reading = move || {
            let mut reader = shared.reader.lock().unwrap_or_else(PoisonError::into_inner);
            let connection = match reader.take() {
                Some(connection) => connection,
                None => open::open_reader(&shared.file)?,
            };
            let value = read(&connection);
            *reader = Some(connection);
            value
        };
        let joined = tokio::task::spawn_blocking(reading).await;
        joined.map_err(|error| StateError::Database {
            source: error.into(),
        })?
    }

    async fn enter(&self, entering: Entering) -> Result<IntentId, StateError> {
        let clock = Arc::clone(&self.shared.clock);
        let enter =
            move |connection: &Connection| attempts::enter(connection, entering, clock.now().wall);
        self.shared.writer.write(enter, || ()).await
    }
}

/// What to do if a decision is not committed: believe nothing of it.
fn forgetting(budget: &Arc<Opened>) -> impl FnOnce() + Send + 'static {
    let budget = Arc::clone(budget);
    move || budget.forget()
}

impl fmt::Debug for SqliteState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = &self.shared.file;
        f.debug_struct("SqliteState").field("file", file).finish()
    }
}

#[async_trait]
impl Budgets for SqliteState {
    async fn open(
        &self,
        budget: &BudgetName,
        policy: &Policy,
    ) -> Result<Arc<dyn PermitStore>, StoreError> {
        let opened = self.opened(budget, policy).await?;
        Ok(Arc::new(SqliteBudget::new(self.clone(), opened)))
    }
}

#[async_trait]
impl Journal for SqliteState {
    async fn intend(&self, intent: Intent) -> Result<IntentId, StateError> {
        self.enter(Entering::Intent(intent)).await
    }

    async fn settle(&self, id: IntentId, settlement: Settlement) -> Result<(), StateError> {
        self.enter(Entering::Settlement(id, settlement))
            .await
            .map(drop)
    }

    async fn open_intents(&self, filter: Filter) -> Result<Vec<Entry>, StateError> {
        self.read(move |connection| attempts::open(connection, &filter))
            .await
    }

    async fn entry(&self, id: IntentId) -> Result<Option<Entry>, StateError> {
        self.read(move |connection| attempts::entry(connection, id))
            .await
    }
}

#[async_trait]
impl Attempts for SqliteState {
    async fn begin(
        &self,
        intent: Intent,
        policy: &Policy,
        priority: Priority,
        timeout: Duration,
    ) -> Result<Begun, StateError> {
        let name = intent.budget.clone();
        let budget = self.opened(&name, policy).await?;
        let decide =
            move |log: &mut RollingLog, now| decisions::begin(log, intent, priority, timeout, now);
        Ok(Begun::of(name, self.decide(&budget, decide).await?))
    }

    async fn end(
        &self,
        attempt: Attempt,
        policy: &Policy,
        push_back: Option<PushBack>,
        settlement: Settlement,
    ) -> Result<(), StateError> {
        let budget = self.opened(&attempt.budget, policy).await?;
        let settled = Some((attempt.intent, settlement));
        let decide = move |log: &mut RollingLog, now| {
            decisions::end(log, attempt.permit, push_back, settled, now)
        };
        self.decide(&budget, decide).await.map(drop)
    }
}
