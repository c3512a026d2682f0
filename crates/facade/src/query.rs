//! Lists of what the service has many of.

use quell_model::odata::{Arranged, Filter, ListOptions, ODataPage, Order, Property, Top};
use quell_model::{
    Indicator, ListIndicators, ListMachineActions, ListMachines, Machine, MachineAction, Operation,
};

use crate::client::Client;
use crate::error::Error;
use crate::pages::Pages;

/// A list of machines, machine actions or indicators; made by [`Client::machines`],
/// [`Client::actions`] and [`Client::indicators`].
///
/// ```no_run
/// # async fn example(client: quell::Client) -> Result<(), quell::Error> {
/// use quell::{ActionStatus, HealthStatus};
/// use quell::properties::machine::HEALTH_STATUS;
/// use quell::properties::machine_action::STATUS;
///
/// let active = client.machines().filter(HEALTH_STATUS.eq(HealthStatus::Active)).list().await?;
/// let open = client.actions().filter(STATUS.eq(ActionStatus::Pending)).top(20).list().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a list is fetched by `list` or `pages`"]
pub struct Query<R> {
    client: Client,
    options: ListOptions<R>,
}

/// A list of machines.
pub type MachineQuery = Query<Machine>;
/// A list of machine actions.
pub type ActionQuery = Query<MachineAction>;
/// A list of indicators.
pub type IndicatorQuery = Query<Indicator>;

/// What is listed by an operation of its own.
pub trait Listed: sealed::Listed {}

impl<R: sealed::Listed> Listed for R {}

mod sealed {
    use super::{ListOptions, ODataPage, Operation};

    pub trait Listed: Sized {
        type Operation: Operation<Output = ODataPage<Self>>;

        fn list(options: &ListOptions<Self>) -> Self::Operation;
    }
}

macro_rules! listed {
    ($($entity:ident by $operation:ident),*) => {$(
        impl sealed::Listed for $entity {
            type Operation = $operation;

            fn list(options: &ListOptions<Self>) -> $operation {
                $operation::new(options)
            }
        }
    )*};
}

listed!(Machine by ListMachines, MachineAction by ListMachineActions, Indicator by ListIndicators);

impl<R> Query<R> {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            options: ListOptions::new(),
        }
    }

    /// Only those that match; a second filter is another condition.
    pub fn filter(mut self, filter: Filter<R>) -> Self {
        self.options = self.options.filter(filter);
        self
    }

    /// At most so many, in one page; the service allows up to 10,000.
    pub fn top(mut self, count: impl Into<Top>) -> Self {
        self.options = self.options.top(count);
        self
    }

    /// Without the first so many.
    pub fn skip(mut self, count: u64) -> Self {
        self.options = self.options.skip(count);
        self
    }
}

impl<R: Arranged> Query<R> {
    /// In this order; a second one decides between equals.
    pub fn order_by<V>(mut self, property: Property<R, V>, order: Order) -> Self {
        self.options = self.options.order_by(property, order);
        self
    }
}

impl<R: Listed> Query<R> {
    /// All of them, whatever the number of pages.
    ///
    /// # Errors
    ///
    /// [`Error`]; a part is never passed off as the whole.
    pub async fn list(self) -> Result<Vec<R>, Error> {
        self.pages()?.all().await
    }

    /// One page after another, for lists that should not be held whole.
    ///
    /// # Errors
    ///
    /// If the query cannot be encoded.
    pub fn pages(self) -> Result<Pages<R::Operation>, Error> {
        Pages::new(self.client, &R::list(&self.options))
    }
}
