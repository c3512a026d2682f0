//! The front door.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use quell_model::{ActionId, MachineId, Operation, Sha1};

use crate::action::{ActionHandle, ActionQuery};
use crate::argument::{Argument, InvalidArgument};
use crate::call::{Call, Subject};
use crate::error::{Error, ErrorKind};
use crate::file::FileHandle;
use crate::life::{self, CallOptions};
use crate::machine::{MachineHandle, MachineQuery};
use crate::shared::Shared;
use crate::{ClientBuilder, Hooks};

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
        Self {
            shared: Arc::clone(&self.shared),
            options: CallOptions {
                deadline: limit.into(),
            },
        }
    }

    /// One machine, by its id or its DNS name.
    pub fn machine(&self, id: impl Argument<MachineId>) -> MachineHandle {
        MachineHandle::new(self.clone(), id.read())
    }

    /// The machines.
    pub fn machines(&self) -> MachineQuery {
        MachineQuery::new(self.clone())
    }

    /// One machine action.
    pub fn action(&self, id: impl Argument<ActionId>) -> ActionHandle {
        ActionHandle::new(self.clone(), id.read())
    }

    /// The machine actions.
    pub fn actions(&self) -> ActionQuery {
        ActionQuery::new(self.clone())
    }

    /// One file, by its SHA-1.
    pub fn file(&self, sha1: impl Argument<Sha1>) -> FileHandle {
        FileHandle::new(self.clone(), sha1.read())
    }

    pub(crate) async fn perform<O: Operation + Sync>(
        &self,
        operation: &O,
        subject: Subject,
    ) -> Result<O::Output, Error> {
        self.send::<O>(&self.call(operation)?.about(subject)).await
    }

    /// Encodes an operation for this service.
    pub(crate) fn call<O: Operation>(&self, operation: &O) -> Result<Call, Error> {
        Call::new(operation, self.shared.hosts.service()).map_err(|error| {
            Error::new(ErrorKind::InvalidInput)
                .of_operation(O::INFO.name)
                .because(error)
        })
    }

    pub(crate) async fn send<O: Operation>(&self, call: &Call) -> Result<O::Output, Error> {
        life::perform::<O>(&self.shared, call, self.options).await
    }

    pub(crate) const fn deadline(&self) -> Option<Duration> {
        self.options.deadline
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn hooks(&self) -> &dyn Hooks {
        &*self.shared.hooks
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("service", &self.shared.hosts.service().to_string())
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

/// Nothing was sent, because the operation would not take this.
pub(crate) fn invalid<O: Operation>(error: InvalidArgument) -> Error {
    Error::new(ErrorKind::InvalidInput)
        .of_operation(O::INFO.name)
        .because(error)
}
