//! The front door.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use quell_model::{
    ActionId, FindMachinesByIp, FindMachinesByTag, IndicatorId, Machine, MachineId, Operation,
    Sha1, Timestamp,
};
use quell_ratelimit::Priority;
use quell_transport::Endpoint;
use tokio::time::Instant;

use crate::ClientBuilder;
use crate::action::ActionHandle;
use crate::argument::{Argument, InvalidArgument};
use crate::auth::Tokens;
use crate::call::{Call, Subject};
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::file::FileHandle;
use crate::hooks::Onlookers;
use crate::indicator::IndicatorHandle;
use crate::journal::{Intent, IntentId, JournalError, Settlement};
use crate::life::{self, Reply};
use crate::machine::MachineHandle;
use crate::options::{CallOptions, CorrelationId};
use crate::pages::Pages;
use crate::query::{ActionQuery, IndicatorQuery, MachineQuery};
use crate::reconcile::{self, Reconciled};
use crate::shared::Shared;
use crate::watch::{Watch, Watched};

/// A client of one service, for one application in one tenant.
///
/// Clones are cheap and share everything: connections, token, limits, retry budget.
/// Build one and clone it; two that were built separately do not know of each
/// other's calls and may together exceed the limits.
///
/// All futures are `Send`. Dropping one gives the call up where it stands: a request
/// that has left may still be executed.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    options: CallOptions,
}

impl Client {
    /// Begins a new client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    pub(crate) fn new(shared: Shared, options: CallOptions) -> Self {
        Self {
            shared: Arc::new(shared),
            options,
        }
    }

    /// The same client with another time limit for each call; `None` waits as long as it takes.
    ///
    /// The limit is for everything: token, waiting for the limits, repetitions. A
    /// wait that would pass it fails at once, with
    /// [`retry_after`](Error::retry_after) on the error.
    #[must_use]
    pub fn with_deadline(&self, limit: impl Into<Option<Duration>>) -> Self {
        let mut other = self.clone();
        other.options.deadline = limit.into();
        other
    }

    /// The same client with another priority: interactive calls go before batch calls when both wait
    /// for the limits, which matters in a process that does both. The default is
    /// [`Priority::Batch`].
    #[must_use]
    pub fn with_priority(&self, priority: Priority) -> Self {
        let mut other = self.clone();
        other.options.priority = priority;
        other
    }

    /// The same client with a name for its calls, or without one: sent as `client-request-id`, and
    /// shown in spans and errors.
    #[must_use]
    pub fn with_correlation_id(&self, id: impl Into<Option<CorrelationId>>) -> Self {
        let mut other = self.clone();
        other.options.correlation_id = id.into();
        other
    }

    /// One machine, by its id or its DNS name.
    pub fn machine(&self, id: impl Argument<MachineId>) -> MachineHandle {
        MachineHandle::new(self.clone(), id.read())
    }

    /// The machines.
    pub fn machines(&self) -> MachineQuery {
        MachineQuery::new(self.clone())
    }

    /// The machines that had this address around this moment, which the service takes a quarter of an
    /// hour to either side.
    ///
    /// # Errors
    ///
    /// [`Error`]; a part is never passed off as the whole.
    pub async fn machines_by_ip(&self, ip: IpAddr, at: Timestamp) -> Result<Vec<Machine>, Error> {
        let found = Pages::new(self.clone(), &FindMachinesByIp::new(ip, at))?;
        found.all().await
    }

    /// The machines that have this tag.
    ///
    /// # Errors
    ///
    /// [`Error`]; a part is never passed off as the whole.
    pub async fn machines_by_tag(&self, tag: &str) -> Result<Vec<Machine>, Error> {
        let found = Pages::new(self.clone(), &FindMachinesByTag::new(tag))?;
        found.all().await
    }

    /// One machine action.
    pub fn action(&self, id: impl Argument<ActionId>) -> ActionHandle {
        ActionHandle::new(self.clone(), id.read())
    }

    /// The machine actions.
    pub fn actions(&self) -> ActionQuery {
        ActionQuery::new(self.clone())
    }

    /// Waits for the ends of many machine actions, by one list a look. For one, see
    /// [`ActionHandle::wait`].
    pub fn wait_all(&self, actions: impl IntoIterator<Item = impl Into<Watched>>) -> Watch {
        Watch::new(self.clone(), actions)
    }

    /// One file, by its SHA-1.
    pub fn file(&self, sha1: impl Argument<Sha1>) -> FileHandle {
        FileHandle::new(self.clone(), sha1.read())
    }

    /// The tenant's indicators.
    pub fn indicators(&self) -> IndicatorQuery {
        IndicatorQuery::new(self.clone())
    }

    /// One indicator.
    pub fn indicator(&self, id: impl Argument<IndicatorId>) -> IndicatorHandle {
        IndicatorHandle::new(self.clone(), id.read())
    }

    /// Any operation of the [`model`](crate::model), or one of your own, by the same life as the
    /// rest: limits, token, retry by its [`Idempotency`](quell_model::Idempotency), decoding.
    ///
    /// It is not written to the [`Journal`](crate::Journal).
    ///
    /// ```no_run
    /// # async fn example(client: quell::Client) -> Result<(), quell::Error> {
    /// let machine = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07".parse().unwrap();
    /// let machine = client.perform(&quell::model::GetMachine::new(machine)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error`].
    pub async fn perform<O: Operation + Sync>(&self, operation: &O) -> Result<O::Output, Error> {
        self.send_about(operation, Subject::default()).await
    }

    /// Finds out what became of an action whose answer was lost, by the list of its machine's
    /// actions. Sends nothing but reads.
    ///
    /// The intent comes from an error ([`Error::intent`]) or from a journal
    /// ([`unsettled`](Self::unsettled)). A fresh action may take some seconds to show.
    ///
    /// # Errors
    ///
    /// [`Error`] if the list, or for a machine that was named by its DNS name its id, cannot be had.
    pub async fn reconcile(&self, intent: &Intent) -> Result<Reconciled, Error> {
        reconcile::one(self, intent).await
    }

    /// Finds out what became of many at once, in their order: one list for each type of action.
    ///
    /// # Errors
    ///
    /// [`Error`], as [`reconcile`](Self::reconcile).
    pub async fn reconcile_all(&self, intents: &[Intent]) -> Result<Vec<Reconciled>, Error> {
        reconcile::many(self, intents).await
    }

    /// The intents in the client's journal of which it is not known what became of them; none
    /// without a journal. Those of calls that are under way are among them.
    ///
    /// # Errors
    ///
    /// [`Error`] of kind [`Store`](ErrorKind::Store).
    pub async fn unsettled(&self) -> Result<Vec<(IntentId, Intent)>, Error> {
        match &self.shared.journal {
            None => Ok(Vec::new()),
            Some(journal) => journal.unsettled().await.map_err(of_journal),
        }
    }

    /// Settles an intent of the client's journal, once it is known what became of it.
    ///
    /// # Errors
    ///
    /// [`Error`] of kind [`Store`](ErrorKind::Store).
    pub async fn settle(&self, id: &IntentId, settlement: &Settlement) -> Result<(), Error> {
        match &self.shared.journal {
            None => Ok(()),
            Some(journal) => journal.settled(id, settlement).await.map_err(of_journal),
        }
    }

    /// Where the next call goes: the configured service, or the host that is chosen now.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint {
        self.shared.route.endpoint()
    }

    /// The choice of the nearest host, if the client was [built](ClientBuilder::nearest) to make one.
    #[cfg(feature = "nearest")]
    #[must_use]
    pub fn nearest(&self) -> Option<&quell_transport::nearest::Nearest> {
        self.shared.route.hosts().map(|hosts| &hosts.0)
    }

    pub(crate) async fn send_about<O: Operation + Sync>(
        &self,
        operation: &O,
        subject: Subject,
    ) -> Result<O::Output, Error> {
        self.send::<O>(&self.call(operation)?.about(subject)).await
    }

    /// Encodes an operation for this service.
    pub(crate) fn call<O: Operation>(&self, operation: &O) -> Result<Call, Error> {
        Call::new(operation, self.shared.route.home()).map_err(|error| {
            Error::new(ErrorKind::InvalidInput)
                .of_operation(O::INFO.name)
                .because(error)
        })
    }

    pub(crate) async fn send<O: Operation>(&self, call: &Call) -> Result<O::Output, Error> {
        Ok(self.reply::<O>(call).await?.value)
    }

    pub(crate) async fn reply<O: Operation>(&self, call: &Call) -> Result<Reply<O::Output>, Error> {
        life::perform::<O>(&self.shared, call, &self.options).await
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.shared.tokens
    }

    /// The same client with calls that end no later than this.
    pub(crate) fn until(&self, deadline: Deadline) -> Self {
        match deadline.remaining(Instant::now()) {
            None => self.clone(),
            Some(left) => self.with_deadline(self.deadline().map_or(left, |own| own.min(left))),
        }
    }

    pub(crate) const fn deadline(&self) -> Option<Duration> {
        self.options.deadline
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn hooks(&self) -> &Onlookers {
        &self.shared.hooks
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("service", &self.shared.route.home().to_string())
            .field("deadline", &self.options.deadline)
            .finish_non_exhaustive()
    }
}

/// An argument that was read when a handle was made, and is missed when a call is.
pub(crate) fn argument<T: Clone, O: Operation>(
    read: &Result<T, InvalidArgument>,
) -> Result<T, Error> {
    read.clone().map_err(invalid::<O>)
}

fn of_journal(error: JournalError) -> Error {
    Error::new(ErrorKind::Store).because(error)
}

/// Nothing was sent, because the operation would not take this.
pub(crate) fn invalid<O: Operation>(error: InvalidArgument) -> Error {
    Error::new(ErrorKind::InvalidInput)
        .of_operation(O::INFO.name)
        .because(error)
}
