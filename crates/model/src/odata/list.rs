//! What is asked of a collection.

use super::arranged::{Arranged, NotSelectable};
use super::filter::{Filter, Property};
use super::top::Top;
use crate::percent;

/// In which direction a property orders entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// Smallest or earliest first.
    Ascending,
    /// Greatest or latest first.
    Descending,
}

/// Which entities `R` a list is asked for: all of them, unless it is told otherwise.
///
/// ```
/// use quell_model::odata::{ListOptions, Order};
/// use quell_model::{ActionStatus, properties::machine_action};
///
/// let newest_pending = ListOptions::new()
///     .filter(machine_action::STATUS.eq(ActionStatus::Pending))
///     .order_by(machine_action::CREATION_DATE_TIME_UTC, Order::Descending)
///     .top(20);
/// # let _ = newest_pending;
/// ```
#[derive(Debug)]
pub struct ListOptions<R> {
    filter: Option<Filter<R>>,
    top: Option<Top>,
    skip: Option<u64>,
    order: Vec<String>,
    select: Vec<&'static str>,
    count: bool,
}

impl<R> ListOptions<R> {
    /// All entities, a page at a time.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            filter: None,
            top: None,
            skip: None,
            order: Vec::new(),
            select: Vec::new(),
            count: false,
        }
    }

    /// Only entities that meet this condition, and every earlier one.
    #[must_use]
    pub fn filter(mut self, filter: Filter<R>) -> Self {
        self.filter = Some(match self.filter {
            Some(earlier) => earlier.and(filter),
            None => filter,
        });
        self
    }

    /// At most so many in all. The service then gives no link to a next page: go on with
    /// [`skip`](Self::skip) until a page is short.
    #[must_use]
    pub fn top(mut self, most: impl Into<Top>) -> Self {
        self.top = Some(most.into());
        self
    }

    /// Not the first so many.
    #[must_use]
    pub const fn skip(mut self, count: u64) -> Self {
        self.skip = Some(count);
        self
    }

    /// The query string, percent-encoded; nothing where nothing is asked.
    pub(crate) fn query(&self) -> Option<String> {
        let list = |names: String| (!names.is_empty()).then_some(names);
        let options = [
            (
                "$filter",
                self.filter
                    .as_ref()
                    .map(|filter| filter.as_str().to_owned()),
            ),
            ("$top", self.top.map(|top| top.to_string())),
            ("$skip", self.skip.map(|skip| skip.to_string())),
            ("$orderby", list(self.order.join(","))),
            ("$select", list(self.select.join(","))),
            ("$count", self.count.then(|| "true".to_owned())),
        ];
        let pairs: Vec<String> = options
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", percent::encode(&value?))))
            .collect();
        list(pairs.join("&"))
    }
}

impl<R: Arranged> ListOptions<R> {
    /// Ordered by this property, after every earlier one.
    #[must_use]
    pub fn order_by<V>(mut self, property: Property<R, V>, order: Order) -> Self {
        let direction = match order {
            Order::Ascending => "asc",
            Order::Descending => "desc",
        };
        self.order.push(format!("{} {direction}", property.name()));
        self
    }

    /// Only these properties, by their names on the wire, in either case; `id` always comes along,
    /// since an entity without it cannot be read.
    ///
    /// # Errors
    /// [`NotSelectable`] when the entity has no property of such a name.
    pub fn select(
        mut self,
        names: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Self, NotSelectable> {
        let mut selected = vec!["id"];
        for name in names {
            let name = selectable::<R>(name.as_ref())?;
            if !selected.contains(&name) {
                selected.push(name);
            }
        }
        self.select = selected;
        Ok(self)
    }

    /// With the number of all entities that meet the condition.
    #[must_use]
    pub const fn count(mut self) -> Self {
        self.count = true;
        self
    }
}

/// The entity's own spelling of a property's name.
fn selectable<R: Arranged>(name: &str) -> Result<&'static str, NotSelectable> {
    let known = R::SELECTABLE
        .iter()
        .find(|known| known.eq_ignore_ascii_case(name));
    known.copied().ok_or_else(|| NotSelectable::new(name))
}

impl<R> Default for ListOptions<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> Clone for ListOptions<R> {
    fn clone(&self) -> Self {
        Self {
            filter: self.filter.clone(),
            top: self.top,
            skip: self.skip,
            order: self.order.clone(),
            select: self.select.clone(),
            count: self.count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MachineAction;
    use crate::properties::machine_action::{CREATION_DATE_TIME_UTC, MACHINE_ID, STATUS};

    #[test]
    fn nothing_asked_is_no_query() {
        assert_eq!(ListOptions::<MachineAction>::new().query(), None);
    }

    #[test]
    fn only_properties_can_be_selected() {
        let options = ListOptions::<MachineAction>::new();
        for name in ["", "id,status", "status&$top=1", "healthStatus"] {
            let error = options.clone().select([name]).expect_err(name);
            assert_eq!(
                error.to_string(),
                format!("there is no property {name:?} to select")
            );
        }
    }

    #[test]
    fn everything_asked_is_encoded() {
        let machine = crate::MachineId::new("a'&b").expect("an id");
        let options = ListOptions::new()
            .filter(STATUS.eq("Pending"))
            .filter(MACHINE_ID.eq(machine))
            .top(u32::MAX)
            .skip(7)
            .order_by(CREATION_DATE_TIME_UTC, Order::Descending)
            .order_by(STATUS, Order::Ascending)
            .select(["status", "id", "STATUS"])
            .expect("selectable")
            .count();
        assert_eq!(
            options.query().as_deref(),
            Some(
                "$filter=status%20eq%20%27Pending%27%20and%20machineId%20eq%20%27a%27%27%26b%27\
                 &$top=10000&$skip=7&$orderby=creationDateTimeUtc%20desc%2Cstatus%20asc\
                 &$select=id%2Cstatus&$count=true"
            )
        );
    }
}
