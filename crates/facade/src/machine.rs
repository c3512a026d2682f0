//! Machines: one by one, and as a list.

use std::sync::Arc;

use quell_model::odata::{Filter, ListOptions, Order, Property};
use quell_model::{
    ActionType, Comment, GetMachine, ListMachines, Machine, MachineId, Sha1, StopAndQuarantineFile,
};

use crate::argument::{Argument, InvalidArgument};
use crate::call::Subject;
use crate::client::{Client, argument};
use crate::error::Error;
use crate::pages::Pages;
use crate::request::{ActionRequest, Draft};

/// One machine; made by [`Client::machine`]. Nothing is sent until a method is awaited.
#[derive(Clone, Debug)]
pub struct MachineHandle {
    client: Client,
    id: Result<MachineId, InvalidArgument>,
}

impl MachineHandle {
    pub(crate) fn new(client: Client, id: Result<MachineId, InvalidArgument>) -> Self {
        Self { client, id }
    }

    /// Gets the machine.
    ///
    /// # Errors
    ///
    /// [`Error`]; of kind [`NotFound`](crate::ErrorKind::NotFound) if the service does not know it.
    pub async fn get(&self) -> Result<Machine, Error> {
        let machine = argument::<_, GetMachine>(&self.id)?;
        let subject = Subject::machine(&machine);
        self.client
            .send_about(&GetMachine::new(machine), subject)
            .await
    }

    /// Stops the file from executing on this machine, and takes it away.
    ///
    /// The machine does it when it next asks for work: the action's status is `Pending` at first,
    /// and [`ActionHandle::wait`](crate::ActionHandle::wait) sees the end. Awaiting the request
    /// gives a [`Placed`](crate::Placed): an action made for it, or one that was open already.
    ///
    /// The request is repeated only if it provably did not arrive, or was refused for the rate or
    /// for an expired token; what is done when that cannot be told is the caller's choice, see
    /// [`ActionRequest::in_doubt`]. The future fails with an [`Error`] of which
    /// [`outcome`](Error::outcome) says whether it may have been done all the same.
    pub fn stop_and_quarantine_file(
        &self,
        sha1: impl Argument<Sha1>,
        comment: impl Argument<Comment>,
    ) -> ActionRequest<StopAndQuarantineFile> {
        let draft = || {
            let (sha1, comment) = (sha1.read()?, comment.read()?);
            let machine = self.id.clone()?;
            let of = machine.clone();
            Ok(Draft {
                kind: ActionType::StopAndQuarantineFile,
                machine,
                sha1: Some(sha1),
                comment,
                make: Arc::new(move |comment| {
                    StopAndQuarantineFile::new(of.clone(), sha1, comment)
                }),
            })
        };
        ActionRequest::new(self.client.clone(), draft())
    }
}

/// A list of machines; made by [`Client::machines`].
///
/// ```no_run
/// # async fn example(client: quell::Client) -> Result<(), quell::Error> {
/// use quell::HealthStatus;
/// use quell::properties::machine::HEALTH_STATUS;
///
/// let active = client.machines().filter(HEALTH_STATUS.eq(HealthStatus::Active)).list().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a list is fetched by `list` or `pages`"]
pub struct MachineQuery {
    client: Client,
    options: ListOptions<Machine>,
}

impl MachineQuery {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            options: ListOptions::new(),
        }
    }

    /// Only those that match; a second filter is another condition.
    pub fn filter(mut self, filter: Filter<Machine>) -> Self {
        self.options = self.options.filter(filter);
        self
    }

    /// At most so many, in one page; the service allows up to 10,000.
    pub fn top(mut self, count: u32) -> Self {
        self.options = self.options.top(count);
        self
    }

    /// Without the first so many.
    pub fn skip(mut self, count: u64) -> Self {
        self.options = self.options.skip(count);
        self
    }

    /// In this order; a second one decides between equals.
    pub fn order_by<V>(mut self, property: Property<Machine, V>, order: Order) -> Self {
        self.options = self.options.order_by(property, order);
        self
    }

    /// All of them, whatever the number of pages.
    ///
    /// # Errors
    ///
    /// [`Error`]; a part is never passed off as the whole.
    pub async fn list(self) -> Result<Vec<Machine>, Error> {
        self.pages()?.all().await
    }

    /// One page after another, for lists that should not be held whole.
    ///
    /// # Errors
    ///
    /// If the query cannot be encoded.
    pub fn pages(self) -> Result<Pages<ListMachines>, Error> {
        Pages::new(self.client, &ListMachines::new(&self.options))
    }
}
