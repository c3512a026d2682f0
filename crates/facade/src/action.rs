//! Machine actions: one by one, and as a list.

use quell_model::odata::{Filter, ListOptions, Order, Property};
use quell_model::{
    ActionId, CancelMachineAction, Comment, GetMachineAction, ListMachineActions, MachineAction,
    OperationInfo, operations,
};
use tokio::time::Instant;

use crate::argument::{Argument, InvalidArgument};
use crate::call::Subject;
use crate::client::{Client, argument, invalid};
use crate::deadline::Deadline;
use crate::error::Error;
use crate::pages::Pages;
use crate::wait::Wait;

/// One machine action; made by [`Client::action`]. Nothing is sent until a method is awaited.
#[derive(Clone, Debug)]
pub struct ActionHandle {
    client: Client,
    id: Result<ActionId, InvalidArgument>,
}

impl ActionHandle {
    /// The operation that a wait asks again and again.
    pub(crate) const LOOKS_BY: &'static OperationInfo = &operations::GET_MACHINE_ACTION;

    pub(crate) fn new(client: Client, id: Result<ActionId, InvalidArgument>) -> Self {
        Self { client, id }
    }

    /// Gets the action as it is now.
    ///
    /// # Errors
    ///
    /// [`Error`]; of kind [`NotFound`](crate::ErrorKind::NotFound) if the service does
    /// not know it, which may also be so for some seconds after it was made.
    pub async fn get(&self) -> Result<MachineAction, Error> {
        let action = argument::<_, GetMachineAction>(&self.id)?;
        let subject = Subject::action(&action);
        self.client
            .send_about(&GetMachineAction::new(action), subject)
            .await
    }

    /// Waits until the action has ended, well or not.
    pub fn wait(&self) -> Wait {
        Wait::new(self.clone())
    }

    /// Cancels the action. One that has ended cannot be cancelled.
    ///
    /// Cancelled does not prove that nothing was done: the machine may have been faster.
    ///
    /// # Errors
    ///
    /// [`Error`]; if its [`outcome`](Error::outcome) is unknown, [`get`](Self::get) tells.
    pub async fn cancel(&self, comment: impl Argument<Comment>) -> Result<MachineAction, Error> {
        let comment = comment.read().map_err(invalid::<CancelMachineAction>)?;
        let action = argument::<_, CancelMachineAction>(&self.id)?;
        let subject = Subject::action(&action);
        self.client
            .send_about(&CancelMachineAction::new(action, comment), subject)
            .await
    }

    /// Gets the action no later than this.
    pub(crate) async fn get_by(&self, deadline: Deadline) -> Result<MachineAction, Error> {
        match deadline.remaining(Instant::now()) {
            None => self.get().await,
            Some(left) => {
                let limit = self.client.deadline().map_or(left, |own| own.min(left));
                Self {
                    client: self.client.with_deadline(limit),
                    id: self.id.clone(),
                }
                .get()
                .await
            }
        }
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }
}

/// A list of machine actions; made by [`Client::actions`].
///
/// ```no_run
/// # async fn example(client: quell::Client) -> Result<(), quell::Error> {
/// use quell::ActionStatus;
/// use quell::properties::machine_action::STATUS;
///
/// let open = client.actions().filter(STATUS.eq(ActionStatus::Pending)).list().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a list is fetched by `list` or `pages`"]
pub struct ActionQuery {
    client: Client,
    options: ListOptions<MachineAction>,
}

impl ActionQuery {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            options: ListOptions::new(),
        }
    }

    /// Only those that match; a second filter is another condition.
    pub fn filter(mut self, filter: Filter<MachineAction>) -> Self {
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
    pub fn order_by<V>(mut self, property: Property<MachineAction, V>, order: Order) -> Self {
        self.options = self.options.order_by(property, order);
        self
    }

    /// All of them, whatever the number of pages.
    ///
    /// # Errors
    ///
    /// [`Error`]; a part is never passed off as the whole.
    pub async fn list(self) -> Result<Vec<MachineAction>, Error> {
        self.pages()?.all().await
    }

    /// One page after another, for lists that should not be held whole.
    ///
    /// # Errors
    ///
    /// If the query cannot be encoded.
    pub fn pages(self) -> Result<Pages<ListMachineActions>, Error> {
        Pages::new(self.client, &ListMachineActions::new(&self.options))
    }
}
