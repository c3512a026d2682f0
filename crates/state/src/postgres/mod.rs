//! State in PostgreSQL, which many hosts share.

mod attempts;
mod budget;
mod error;
mod link;
mod options;
mod outbox;
mod permits;
mod schema;
mod session;
mod tls;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use quell_ratelimit::{
    BudgetName, Budgets, Moment, PermitStore, Policy, Priority, PushBack, RollingLog, StoreError,
};
use tokio::sync::watch;

use budget::PostgresBudget;
use link::{Doing, Link};
pub use options::{PostgresOptions, ServerTrust};
use outbox::{Outbox, Returned};
use session::{Session, Work};
pub use wire::PostgresWire;

use crate::StateError;
use crate::budget::{Decided, Opened, Openings, decisions};
use crate::journal::{
    Attempt, Attempts, Begun, Entering, Entry, Filter, Intent, IntentId, Journal, Settlement,
};

/// Permits and intents in a PostgreSQL database, in a schema `quell` of their own, shared by every
/// host that connects to it.
///
/// Time is the server's. While the server is away no permit is given; what comes back meanwhile is
/// remembered and written before the first permit after it. Clones share one connection.
#[derive(Clone)]
pub struct PostgresState {
    shared: Arc<Shared>,
}

struct Shared {
    link: Link,
    /// Counts what was heard of other hosts.
    stirs: watch::Sender<u64>,
    openings: Openings,
    outbox: Outbox,
}

impl PostgresState {
    /// Connects, and makes the tables if there are none: whoever does so first needs the right to
    /// create a schema in the database.
    ///
    /// # Errors
    /// [`StateError`]: what stands in the way. A server that is away is not waited for here.
    pub async fn connect(options: PostgresOptions) -> Result<Self, StateError> {
        let (stirs, _) = watch::channel(0);
        Ok(Self {
            shared: Arc::new(Shared {
                link: Link::open(options, stirs.clone()).await?,
                stirs,
                openings: Openings::default(),
                outbox: Outbox::default(),
            }),
        })
    }

    async fn opened(&self, name: &BudgetName, policy: &Policy) -> Result<Arc<Opened>, StateError> {
        if let Some(opened) = self.shared.openings.find(name, policy) {
            return Ok(opened);
        }
        let wanted = name.clone();
        let opening = self.shared.link.with(move |session| {
            Box::pin(async move {
                let work = session.begin().await?;
                let id = permits::open(&work, &wanted).await?;
                work.commit().await?;
                Ok(id)
            })
        });
        let id = opening.await?;
        Ok(self.shared.openings.add(id, name.clone(), policy))
    }

    /// Asks the budget's log and writes what follows, in one transaction; before that, what came back
    /// while the database was away.
    async fn decide<T: Send + 'static>(
        &self,
        budget: &Arc<Opened>,
        decide: impl FnOnce(&mut RollingLog, Moment) -> Decided<T> + Send + 'static,
    ) -> Result<(T, Option<IntentId>), StateError> {
        let (shared, budget) = (Arc::clone(&self.shared), Arc::clone(budget));
        let deciding = self.shared.link.with(move |session| {
            Box::pin(async move {
                empty(&shared.outbox, session).await?;
                transact(session, &budget, decide).await
            })
        });
        deciding.await
    }

    /// Brings a permit back, now or, if the database is away, when it is there again.
    async fn bring_back(&self, returned: Returned) -> Result<(), StateError> {
        let (budget, again) = (Arc::clone(&returned.budget), returned.clone());
        let complete = move |log: &mut RollingLog, now| {
            decisions::end(log, again.permit, again.push_back, again.settled, now)
        };
        match self.decide(&budget, complete).await {
            Err(StateError::Unreachable { .. }) => {
                if self.shared.outbox.add(returned) {
                    tokio::spawn(empty_when_back(Arc::downgrade(&self.shared)));
                }
                Ok(())
            }
            done => done.map(drop),
        }
    }

    /// Looks something up.
    async fn read<T, F>(&self, read: F) -> Result<T, StateError>
    where
        T: Send + 'static,
        F: for<'w, 's> FnOnce(&'w Work<'s>) -> Doing<'w, T> + Send + 'static,
    {
        let reading = self.shared.link.with(move |session| {
            Box::pin(async move {
                let work = session.begin().await?;
                let found = read(&work).await?;
                work.commit().await?;
                Ok(found)
            })
        });
        reading.await
    }

    async fn enter(&self, entering: Entering) -> Result<IntentId, StateError> {
        self.read(move |work| {
            Box::pin(async move {
                let now = permits::now(work).await?;
                attempts::enter(work, entering, now.wall).await
            })
        })
        .await
    }
}

async fn transact<T: Send>(
    session: &mut Session,
    budget: &Opened,
    decide: impl FnOnce(&mut RollingLog, Moment) -> Decided<T> + Send,
) -> Result<(T, Option<IntentId>), StateError> {
    let work = session.begin().await?;
    let (answer, intent, loaded) = permits::decide(&work, budget, decide).await?;
    work.commit().await?;
    budget.keep(loaded);
    Ok((answer, intent))
}

async fn empty(outbox: &Outbox, session: &mut Session) -> Result<(), StateError> {
    while let Some(returned) = outbox.first() {
        let (budget, permit) = (Arc::clone(&returned.budget), returned.permit);
        let bring_back = move |log: &mut RollingLog, now| returned.bring_back(log, now);
        match transact(session, &budget, bring_back).await {
            Err(passing @ (StateError::Unreachable { .. } | StateError::Full { .. })) => {
                return Err(passing);
            }
            // What can never be written must not hold up all that comes after it: the permit then
            // counts until its deadline and grace, and the intent stays open.
            Ok(_) | Err(_) => outbox.written(permit),
        }
    }
    Ok(())
}

/// Sees to it that what came back is written even if nobody asks for another permit.
async fn empty_when_back(shared: std::sync::Weak<Shared>) {
    while let Some(shared) = shared.upgrade() {
        let wait = shared.link.worth_waiting().await;
        tokio::time::sleep(wait.unwrap_or(Duration::from_secs(5))).await;
        let outbox = Arc::clone(&shared);
        let emptying = shared
            .link
            .with(move |session| Box::pin(async move { empty(&outbox.outbox, session).await }));
        let emptied = emptying.await;
        if shared.outbox.is_empty() || !matches!(emptied, Err(StateError::Unreachable { .. })) {
            return;
        }
    }
}

impl fmt::Debug for PostgresState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresState").finish_non_exhaustive()
    }
}

#[async_trait]
impl Budgets for PostgresState {
    async fn open(
        &self,
        budget: &BudgetName,
        policy: &Policy,
    ) -> Result<Arc<dyn PermitStore>, StoreError> {
        let opened = self.opened(budget, policy).await?;
        Ok(Arc::new(PostgresBudget::new(self.clone(), opened)))
    }
}

#[async_trait]
impl Journal for PostgresState {
    async fn intend(&self, intent: Intent) -> Result<IntentId, StateError> {
        self.enter(Entering::Intent(intent)).await
    }

    async fn settle(&self, id: IntentId, settlement: Settlement) -> Result<(), StateError> {
        self.enter(Entering::Settlement(id, settlement))
            .await
            .map(drop)
    }

    async fn open_intents(&self, filter: Filter) -> Result<Vec<Entry>, StateError> {
        self.read(move |work| Box::pin(async move { attempts::open(work, &filter).await }))
            .await
    }

    async fn entry(&self, id: IntentId) -> Result<Option<Entry>, StateError> {
        self.read(move |work| Box::pin(async move { attempts::entry(work, id).await }))
            .await
    }
}

#[async_trait]
impl Attempts for PostgresState {
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
        self.bring_back(Returned {
            budget: self.opened(&attempt.budget, policy).await?,
            permit: attempt.permit,
            push_back,
            settled: Some((attempt.intent, settlement)),
        })
        .await
    }
}
