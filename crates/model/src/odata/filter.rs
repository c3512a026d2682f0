//! Conditions over the properties of an entity.

use std::fmt;
use std::marker::PhantomData;

use super::value::{FilterValue, List, Ordered, literal};

/// A property of the entity `R` that a filter may name, and the kind of value that it holds.
pub struct Property<R, V> {
    name: &'static str,
    of: PhantomData<fn() -> (R, V)>,
}

impl<R, V> Property<R, V> {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            of: PhantomData,
        }
    }

    /// The property's name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<R, V: FilterValue> Property<R, V> {
    /// It is this value.
    pub fn eq(self, value: impl Into<V>) -> Filter<R> {
        self.compared("eq", &value.into())
    }

    /// It is another value.
    pub fn ne(self, value: impl Into<V>) -> Filter<R> {
        self.compared("ne", &value.into())
    }

    /// It is one of these values; nothing for no values, since no entity could match.
    pub fn one_of(self, values: impl IntoIterator<Item = impl Into<V>>) -> Option<Filter<R>> {
        let literals: Vec<String> = values
            .into_iter()
            .map(|value| literal(&value.into()))
            .collect();
        let list = literals.join(",");
        (!literals.is_empty()).then(|| Filter::new(format!("{} in ({list})", self.name)))
    }

    /// It has a value, as a machine has no `computerDnsName` before it first reports.
    #[must_use]
    pub fn is_set(self) -> Filter<R> {
        Filter::new(format!("{} ne null", self.name))
    }

    fn compared(self, operator: &str, value: &V) -> Filter<R> {
        Filter::new(format!("{} {operator} {}", self.name, literal(value)))
    }
}

impl<R, V: Ordered> Property<R, V> {
    /// It is greater or later.
    pub fn gt(self, value: impl Into<V>) -> Filter<R> {
        self.compared("gt", &value.into())
    }

    /// It is at least this, or not earlier.
    pub fn ge(self, value: impl Into<V>) -> Filter<R> {
        self.compared("ge", &value.into())
    }

    /// It is less or earlier.
    pub fn lt(self, value: impl Into<V>) -> Filter<R> {
        self.compared("lt", &value.into())
    }

    /// It is at most this, or not later.
    pub fn le(self, value: impl Into<V>) -> Filter<R> {
        self.compared("le", &value.into())
    }
}

impl<R> Property<R, String> {
    /// It begins with this.
    pub fn starts_with(self, prefix: impl Into<String>) -> Filter<R> {
        Filter::new(format!(
            "startswith({},{})",
            self.name,
            literal(&prefix.into())
        ))
    }
}

impl<R, V: FilterValue> Property<R, List<V>> {
    /// This is among them.
    pub fn contains(self, element: impl Into<V>) -> Filter<R> {
        Filter::new(format!(
            "{}/any(tag: tag eq {})",
            self.name,
            literal(&element.into())
        ))
    }
}

impl<R, V> Clone for Property<R, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, V> Copy for Property<R, V> {}

impl<R, V> fmt::Debug for Property<R, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Property").field(&self.name).finish()
    }
}

/// A condition over entities `R`, as OData writes it.
///
/// There is no negation: every client and every page that was seen does without, since each
/// comparison has its opposite.
pub struct Filter<R> {
    expression: String,
    /// Whether it is alternatives, which bind less than conditions that must all hold.
    alternatives: bool,
    of: PhantomData<fn() -> R>,
}

impl<R> Filter<R> {
    const fn new(expression: String) -> Self {
        Self {
            expression,
            alternatives: false,
            of: PhantomData,
        }
    }

    /// Both conditions hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::new([self.operand(), other.operand()].join(" and "))
    }

    /// One of the conditions holds, or both do.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            alternatives: true,
            ..Self::new([self.expression, other.expression].join(" or "))
        }
    }

    /// One of these conditions holds; nothing for no conditions, since no entity could match.
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        conditions.into_iter().reduce(Self::or)
    }

    /// The condition as it stands beside `and`.
    fn operand(self) -> String {
        if self.alternatives {
            format!("({})", self.expression)
        } else {
            self.expression
        }
    }

    /// The condition as it stands after `$filter=`, not yet percent-encoded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.expression
    }
}

impl<R> Clone for Filter<R> {
    fn clone(&self) -> Self {
        Self {
            alternatives: self.alternatives,
            ..Self::new(self.expression.clone())
        }
    }
}

impl<R> PartialEq for Filter<R> {
    fn eq(&self, other: &Self) -> bool {
        self.expression == other.expression
    }
}

impl<R> Eq for Filter<R> {}

impl<R> fmt::Debug for Filter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Filter").field(&self.expression).finish()
    }
}

impl<R> fmt::Display for Filter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expression)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::properties::{indicator, machine, machine_action};
    use crate::{ActionId, ActionType, IndicatorSeverity, Timestamp};

    #[test]
    fn conditions_read_as_odata() {
        let since: Timestamp = "2024-03-05T06:07:08.5Z".parse().expect("a moment");
        let filter = machine_action::KIND
            .eq(ActionType::StopAndQuarantineFile)
            .and(machine_action::CREATION_DATE_TIME_UTC.ge(since))
            .and(machine_action::STATUS.ne("Pending"));
        assert_eq!(
            filter.as_str(),
            "type eq 'StopAndQuarantineFile' and creationDateTimeUtc ge 2024-03-05T06:07:08.5Z \
             and status ne 'Pending'"
        );
    }

    #[test]
    fn lists_prefixes_and_tags() {
        let ids = ["a", "b"].map(|id| ActionId::new(id).expect("an id"));
        let filter = machine_action::ID.one_of(ids).expect("not empty");
        assert_eq!(filter.as_str(), "id in ('a','b')");
        assert_eq!(machine_action::ID.one_of(Vec::<ActionId>::new()), None);
        let filter = machine::COMPUTER_DNS_NAME.starts_with("web-");
        assert_eq!(filter.as_str(), "startswith(computerDnsName,'web-')");
        let filter = machine::MACHINE_TAGS.contains("lab");
        assert_eq!(filter.as_str(), "machineTags/any(tag: tag eq 'lab')");
        assert_eq!(machine::RBAC_GROUP_ID.lt(3).as_str(), "rbacGroupId lt 3");
    }

    #[test]
    fn alternatives_keep_together_beside_other_conditions() {
        let named = |name: &str| machine::COMPUTER_DNS_NAME.eq(name);
        let either = Filter::any(["a", "b"].map(named)).expect("not empty");
        let risky = machine::RISK_SCORE.eq("High");
        assert_eq!(
            either.clone().and(risky.clone()).as_str(),
            "(computerDnsName eq 'a' or computerDnsName eq 'b') and riskScore eq 'High'"
        );
        assert_eq!(
            risky
                .clone()
                .and(named("a"))
                .or(named("b").and(risky))
                .as_str(),
            "riskScore eq 'High' and computerDnsName eq 'a' or computerDnsName eq 'b' \
             and riskScore eq 'High'"
        );
        assert_eq!(Filter::<crate::Machine>::any([]), None);
        assert_eq!(
            machine::COMPUTER_DNS_NAME.is_set().and(either).as_str(),
            "computerDnsName ne null and (computerDnsName eq 'a' or computerDnsName eq 'b')"
        );
    }

    #[test]
    fn each_kind_of_value_is_written_in_its_way() {
        let filter = indicator::GENERATE_ALERT
            .eq(true)
            .and(indicator::SEVERITY.eq(IndicatorSeverity::High))
            .and(indicator::RBAC_GROUP_NAMES.contains("lab's"));
        assert_eq!(
            filter.as_str(),
            "generateAlert eq true and severity eq 'High' and \
             rbacGroupNames/any(tag: tag eq 'lab''s')"
        );
    }

    proptest! {
        #[test]
        fn no_value_leaves_its_quotes(text in "[ -~]{0,20}") {
            let filter = machine_action::REQUESTOR.eq(text.as_str());
            let literal = filter.as_str().strip_prefix("requestor eq '").expect("quoted");
            let inside = literal.strip_suffix('\'').expect("quoted");
            prop_assert_eq!(inside.replace("''", "'"), text.clone());
            prop_assert_eq!(inside.matches('\'').count(), 2 * text.matches('\'').count());
        }
    }
}
