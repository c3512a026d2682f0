//! Waiting for the ends of many machine actions by one list a look.

mod ladder;
mod lookout;
mod pace;
mod watched;

use std::collections::VecDeque;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use quell_model::limits::PAGE_SIZE;
use quell_model::{
    ActionId, ActionType, GetMachineAction, ListMachineActions, MachineAction, Operation, Timestamp,
};
use tokio::time::Instant;

use crate::call::Subject;
use crate::client::Client;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::hooks::{Hooks as _, WaitReason, Waiting};
use crate::outage::{Outage, may_pass};
use crate::properties::machine_action::{CREATION_DATE_TIME_UTC, ID, KIND};
use lookout::{Lookout, Query, Span};
pub use watched::{Seen, Waited, Watched};

/// A fresh action is looked at in this interval; later the interval grows to an eighth of its age.
const SHORTEST: Duration = Duration::from_secs(30);

/// Who looks more often than this only spends the limits.
const LEAST: Duration = Duration::from_millis(50);

/// A watch that ends looks once more, so long before.
const LAST_LOOK: Duration = Duration::from_secs(2);

/// Waits for the ends of many machine actions; made by [`Client::wait_all`].
///
/// However many they are, a look is one list, and one more for each further 10,000 actions that
/// were made in the time. A fresh action is looked at every 30 seconds, an older one in an eighth of
/// its age, up to half an hour: a thousand machines cost some two hundred calls in three days, where
/// asking for each by itself would spend the whole limit. No minute sees more than twenty lists, but
/// for the last one of a watch that ends.
///
/// Either take the ends as they come, or await them all; then an error leaves none of them.
///
/// ```no_run
/// # async fn example(client: quell::Client, placed: Vec<quell::Placed>) -> Result<(), quell::Error> {
/// use quell::Seen;
/// use std::time::Duration;
///
/// let mut watch = client.wait_all(&placed).within(Duration::from_secs(3600));
/// while let Some(seen) = watch.next().await? {
///     match seen {
///         Seen::Ended(action) => println!("{} {}", action.id, action.status),
///         Seen::Lost(id) => println!("{id} does not exist"),
///     }
/// }
///
/// let waited = client.wait_all(&placed).within(Duration::from_secs(3600)).await?;
/// println!("{} ended, {} go on", waited.ended.len(), waited.open.len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a watch looks when `next` is called or it is awaited"]
pub struct Watch {
    client: Client,
    /// What was added before the first look.
    added: Vec<Watched>,
    shortest: Duration,
    within: Option<Duration>,
    running: Option<Running>,
    found: VecDeque<Seen>,
}

/// What a watch is doing since its first look.
#[derive(Clone, Debug)]
struct Running {
    lookout: Lookout,
    begun: Instant,
    deadline: Deadline,
    outage: Outage,
    /// How long to wait at least after a failure.
    patience: Duration,
    /// The last look was begun.
    is_closing: bool,
}

impl Watch {
    pub(crate) fn new(
        client: Client,
        actions: impl IntoIterator<Item = impl Into<Watched>>,
    ) -> Self {
        Self {
            client,
            added: actions.into_iter().map(Into::into).collect(),
            shortest: SHORTEST,
            within: None,
            running: None,
            found: VecDeque::new(),
        }
    }

    /// Gives up after this long, counted from the first look; the actions go on.
    pub const fn within(mut self, limit: Duration) -> Self {
        self.within = Some(limit);
        self
    }

    /// The interval in which fresh actions are looked at; the default is 30 seconds, and none is
    /// shorter than 50 ms. It has no effect after the first look.
    pub fn every(mut self, interval: Duration) -> Self {
        self.shortest = interval.max(LEAST);
        self
    }

    /// Watches one more. It counts as new: with [`next`](Self::next) a campaign adds as it goes.
    pub fn add(&mut self, action: impl Into<Watched>) {
        self.added.push(action.into());
    }

    /// The actions whose end was not seen yet.
    pub fn open(&self) -> impl Iterator<Item = &ActionId> {
        let running = self
            .running
            .iter()
            .flat_map(|running| running.lookout.open());
        running.chain(self.added.iter().map(|added| &added.id))
    }

    /// The next end, waiting as long as it takes; `None` when none is left to wait for.
    ///
    /// Dropping the future loses nothing: the next call goes on with the same look.
    ///
    /// # Errors
    ///
    /// [`Error`] of kind [`Timeout`](ErrorKind::Timeout) when the time is over, and what lists
    /// answer if it will not pass. The watch can be asked again.
    pub async fn next(&mut self) -> Result<Option<Seen>, Error> {
        loop {
            if let Some(seen) = self.found.pop_front() {
                return Ok(Some(seen));
            }
            self.take_in();
            let Some(running) = &mut self.running else {
                return Ok(None);
            };
            if running.lookout.is_done() {
                return Ok(None);
            }
            if running.lookout.query().is_none() {
                running.wait_for_turn(&self.client).await?;
            }
            self.found.extend(running.look(&self.client).await?);
        }
    }

    /// Hands over what was added.
    fn take_in(&mut self) {
        if self.added.is_empty() {
            return;
        }
        let now = Instant::now();
        let running = self.running.get_or_insert_with(|| Running {
            lookout: Lookout::new(self.shortest),
            begun: now,
            deadline: Deadline::after(self.within, now),
            outage: Outage::default(),
            patience: self.shortest,
            is_closing: false,
        });
        let service_now = service_now(&self.client);
        for watched in self.added.drain(..) {
            let created = watched.created;
            let age = created.map(|created| service_now.saturating_duration_since(created));
            running
                .lookout
                .add(watched, age.unwrap_or_default(), now - running.begun);
        }
    }

    async fn all(mut self) -> Result<Waited, Error> {
        let mut waited = Waited::default();
        loop {
            match self.next().await {
                Ok(Some(Seen::Ended(action))) => waited.ended.push(*action),
                Ok(Some(Seen::Lost(id))) => waited.lost.push(id),
                Ok(None) => return Ok(waited),
                Err(error) if self.is_over() && error.kind() == ErrorKind::Timeout => {
                    waited.open = self.open().cloned().collect();
                    return Ok(waited);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn is_over(&self) -> bool {
        self.running.as_ref().is_some_and(Running::is_over)
    }
}

impl Running {
    /// Waits until a look is due, and begins it.
    async fn wait_for_turn(&mut self, client: &Client) -> Result<(), Error> {
        let now = Instant::now();
        let elapsed = now - self.begun;
        let due = self.lookout.due(elapsed).unwrap_or(elapsed);
        let wait = due.saturating_sub(elapsed);
        match self.deadline.remaining(now) {
            Some(left) if left <= wait => return self.close(client, left).await,
            _ if wait.is_zero() => {}
            _ => pause(client, wait).await,
        }
        self.lookout.look(self.begun.elapsed());
        Ok(())
    }

    /// No look is due before the end: one is made shortly before it all the same.
    async fn close(&mut self, client: &Client, left: Duration) -> Result<(), Error> {
        if self.is_closing || left.is_zero() {
            tokio::time::sleep(left).await;
            return Err(too_long());
        }
        pause(client, left.saturating_sub(LAST_LOOK.min(left / 2))).await;
        self.is_closing = true;
        self.lookout.look_at_all(self.begun.elapsed());
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.deadline.remaining(Instant::now()) == Some(Duration::ZERO)
    }

    /// How long until the next list may be asked for. What would be too late by then does not wait.
    fn wait_for_place(&mut self) -> Duration {
        let now = Instant::now();
        let left = self.deadline.remaining(now).unwrap_or(Duration::MAX);
        match self.lookout.turn(now - self.begun) {
            Err(wait) if wait < left => wait,
            _ => Duration::ZERO,
        }
    }

    /// Asks for the next list. After a failure that may pass it is asked for again.
    async fn look(&mut self, client: &Client) -> Result<Vec<Seen>, Error> {
        let Some(query) = self.lookout.query().cloned() else {
            return Ok(Vec::new());
        };
        let wait = self.wait_for_place();
        if !wait.is_zero() {
            pause(client, wait).await;
            return Ok(Vec::new());
        }
        let client = client.until(self.deadline);
        match ask(&client, &query).await {
            Ok(actions) => {
                self.outage.end();
                let (service_now, now) = (service_now(&client), self.begun.elapsed());
                Ok(self.lookout.answered(actions, service_now, now))
            }
            Err(error) if refuses_ids(&query, &error) => {
                self.lookout.ask_one_by_one();
                Ok(Vec::new())
            }
            Err(error) => {
                self.sit_out(&client, error).await?;
                Ok(Vec::new())
            }
        }
    }

    /// Waits after a failure, unless it will not pass or lasts too long.
    async fn sit_out(&mut self, client: &Client, error: Error) -> Result<(), Error> {
        let now = Instant::now();
        let left = self.deadline.remaining(now);
        if left == Some(Duration::ZERO) && may_pass(&error) {
            return Err(too_long().because(error));
        }
        if !self.outage.is_sat_out(&error, now) {
            self.outage.end();
            return Err(error);
        }
        let wait = error.retry_after().unwrap_or_default().max(self.patience);
        pause(client, left.map_or(wait, |left| wait.min(left))).await;
        Ok(())
    }
}

async fn ask(client: &Client, query: &Query) -> Result<Vec<MachineAction>, Error> {
    match query {
        Query::Created(span, kind) => created(client, *span, kind.as_ref()).await,
        Query::Ids(ids) => by_ids(client, ids).await,
        Query::One(id) => one(client, id).await,
    }
}

/// Whether the service does not list by ids.
fn refuses_ids(query: &Query, error: &Error) -> bool {
    matches!(query, Query::Ids(_)) && error.kind() == ErrorKind::InvalidInput
}

async fn created(
    client: &Client,
    span: Span,
    kind: Option<&ActionType>,
) -> Result<Vec<MachineAction>, Error> {
    let mut query = client
        .actions()
        .filter(CREATION_DATE_TIME_UTC.ge(span.from));
    if let Some(until) = span.until {
        query = query.filter(CREATION_DATE_TIME_UTC.lt(until));
    }
    if let Some(kind) = kind {
        query = query.filter(KIND.eq(kind.clone()));
    }
    query.top(PAGE_SIZE).list().await
}

async fn by_ids(client: &Client, ids: &[ActionId]) -> Result<Vec<MachineAction>, Error> {
    match ID.one_of(ids.iter().cloned()) {
        Some(filter) => client.actions().filter(filter).list().await,
        None => Ok(Vec::new()),
    }
}

async fn one(client: &Client, id: &ActionId) -> Result<Vec<MachineAction>, Error> {
    let get = GetMachineAction::new(id.clone());
    match client.send_about(&get, Subject::action(id)).await {
        Ok(action) => Ok(vec![action]),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn too_long() -> Error {
    Error::new(ErrorKind::Timeout)
        .of_operation(ListMachineActions::INFO.name)
        .with_detail("some actions go on")
}

async fn pause(client: &Client, wait: Duration) {
    client.hooks().before_wait(&Waiting {
        operation: ListMachineActions::INFO.name,
        reason: WaitReason::Poll,
        wait,
    });
    tokio::time::sleep(wait).await;
}

/// The earlier of what both clocks say: an action that is taken for too young is only looked at
/// too often, while one that is taken for too old would be forgotten for half an hour.
fn service_now(client: &Client) -> Timestamp {
    let ours = Timestamp::from(SystemTime::now());
    client.shared().clock.skew().apply(ours).min(ours)
}

impl IntoFuture for Watch {
    type Output = Result<Waited, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.all())
    }
}
