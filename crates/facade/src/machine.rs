//! Machines: one by one, and as a list.

use quell_model::odata::{Filter, ListOptions, Order, Property};
use quell_model::{
    Comment, GetMachine, ListMachines, Machine, MachineAction, MachineId, Sha1,
    StopAndQuarantineFile,
};

use crate::argument::{Argument, InvalidArgument};
use crate::call::Subject;
use crate::client::{Client, argument, invalid};
use crate::error::Error;
use crate::pages::Pages;

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
            .perform(&GetMachine::new(machine), subject)
            .await
    }

    /// Stops the file from executing on this machine, and takes it away.
    ///
    /// The machine does it when it next asks for work: the answer's status is
    /// `Pending`, and [`ActionHandle::wait`](crate::ActionHandle::wait) sees the end.
    /// It may also be an action that was already open: the service then gives that
    /// back, or refuses with a [`Conflict`](crate::ErrorKind::Conflict).
    ///
    /// The request is repeated only if it provably did not arrive, or was refused for
    /// the rate or for an expired token.
    ///
    /// # Errors
    ///
    /// [`Error`]; [`outcome`](Error::outcome) says whether it may have been done all
    /// the same. If it is [`Unknown`](crate::Outcome::Unknown), look at
    /// [`Client::actions`] before asking again.
    pub async fn stop_and_quarantine_file(
        &self,
        sha1: impl Argument<Sha1>,
        comment: impl Argument<Comment>,
    ) -> Result<MachineAction, Error> {
        let sha1 = sha1.read().map_err(invalid::<StopAndQuarantineFile>)?;
        let comment = comment.read().map_err(invalid::<StopAndQuarantineFile>)?;
        let machine = argument::<_, StopAndQuarantineFile>(&self.id)?;
        let subject = Subject::machine(&machine);
        let operation = StopAndQuarantineFile::new(machine, sha1, comment);
        self.client.perform(&operation, subject).await
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
