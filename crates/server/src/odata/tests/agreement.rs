//! Random filters over random rows: SQLite finds what a direct reading of the filter finds.
//!
//! The reading below shares nothing with the parser or the writer of SQL: it is a tree of its own
//! that can be written as text and evaluated.

use proptest::prelude::*;

use super::rows::{HEALTH, Machine, RISK, Rows};

/// A filter, as the specification describes it.
#[derive(Clone, Debug)]
enum Given {
    Constant(bool),
    Joined,
    Text(&'static str, String),
    Health(&'static str, Option<&'static str>),
    Group(&'static str, Option<i64>),
    Seen(&'static str, i64),
    SeenFirst(&'static str),
    Device(bool, Option<&'static str>),
    NameIn(Vec<Option<String>>),
    RiskIn(Vec<Option<&'static str>>),
    Part(&'static str, String),
    Tag(&'static str, &'static str, String),
    Not(Box<Given>),
    And(Vec<Given>),
    Or(Vec<Given>),
    IsTrue(Box<Given>, bool),
}

const DEVICES: [&str; 2] = [
    "0696c900-b8ce-42ce-96f6-1b68268b7bea",
    "abcdef00-0000-0000-0000-000000000001",
];

impl Given {
    fn holds(&self, machine: &Machine) -> Option<bool> {
        let name = machine.dns_name.as_deref();
        match self {
            Self::Constant(truth) => Some(*truth),
            Self::Joined => machine.joined,
            Self::Text(operator, text) => Some(compare(name, operator, Some(text.as_str()))),
            Self::Health(operator, value) => Some(compare(machine.health, operator, *value)),
            Self::Group(operator, value) => Some(compare(machine.group_number, operator, *value)),
            Self::Seen(operator, value) => Some(compare(machine.last_seen, operator, Some(*value))),
            Self::SeenFirst(operator) => {
                Some(compare(machine.first_seen, operator, machine.last_seen))
            }
            Self::Device(_, value) => Some(machine.device == *value),
            Self::NameIn(list) => Some(list.iter().any(|item| item.as_deref() == name)),
            Self::RiskIn(list) => Some(list.contains(&machine.risk)),
            Self::Part(function, text) => name.map(|name| match *function {
                "startswith" => name.starts_with(text.as_str()),
                "endswith" => name.ends_with(text.as_str()),
                _ => name.contains(text.as_str()),
            }),
            Self::Tag(quantifier, operator, text) => {
                let tags = machine.tags.as_deref().unwrap_or_default();
                let satisfies =
                    |tag: &String| compare(Some(tag.as_str()), operator, Some(text.as_str()));
                Some(match *quantifier {
                    "any" => tags.iter().any(satisfies),
                    _ => tags.iter().all(satisfies),
                })
            }
            Self::Not(inner) => inner.holds(machine).map(|truth| !truth),
            Self::And(terms) => joined(terms, machine, false),
            Self::Or(terms) => joined(terms, machine, true),
            Self::IsTrue(inner, truth) => Some((inner.holds(machine) == Some(true)) == *truth),
        }
    }

    fn write(&self) -> String {
        let nullable =
            |value: &Option<&'static str>| value.map_or_else(|| "null".to_owned(), quoted);
        match self {
            Self::Constant(truth) => truth.to_string(),
            Self::Joined => "isAadJoined".to_owned(),
            Self::Text(operator, text) => format!("computerDnsName {operator} {}", quoted(text)),
            Self::Health(operator, value) => format!("healthstatus {operator} {}", nullable(value)),
            Self::Group(operator, None) => format!("rbacGroupId {operator} NULL"),
            Self::Group(operator, Some(number)) => format!("rbacGroupId {operator} {number}"),
            Self::Seen(operator, ticks) => {
                format!("lastSeen {operator} 1970-01-01T00:00:00.{ticks:07}Z")
            }
            Self::SeenFirst(operator) => format!("firstSeen {operator} lastSeen"),
            Self::Device(false, Some(guid)) => format!("aadDeviceId eq {guid}"),
            Self::Device(_, value) => format!("{} eq aadDeviceId", nullable(value)),
            Self::NameIn(list) => {
                let items: Vec<_> = list
                    .iter()
                    .map(|item| item.as_deref().map_or("null".to_owned(), quoted))
                    .collect();
                format!("computerDnsName in ({})", items.join(" ,"))
            }
            Self::RiskIn(list) => format!(
                "riskScore IN({})",
                list.iter().map(nullable).collect::<Vec<_>>().join(",")
            ),
            Self::Part(function, text) => format!("{function}(computerDnsName,{})", quoted(text)),
            Self::Tag(quantifier, operator, text) => {
                format!(
                    "machineTags/{quantifier}(tag:tag {operator} {})",
                    quoted(text)
                )
            }
            Self::Not(inner) => format!("not ({})", inner.write()),
            Self::And(terms) => Self::write_all(terms, " and "),
            // An `or` beside an `and` shows whether their precedence is kept.
            Self::Or(terms) => Self::write_all(terms, " OR "),
            Self::IsTrue(inner, truth) => format!(
                "({}) {} true",
                inner.write(),
                if *truth { "eq" } else { "ne" }
            ),
        }
    }

    fn write_all(terms: &[Self], word: &str) -> String {
        let terms: Vec<_> = terms
            .iter()
            .map(|term| match term {
                Self::Or(_) if word == " and " => format!("({})", term.write()),
                bare => bare.write(),
            })
            .collect();
        terms.join(word)
    }
}

/// Equality knows null; an order with null does not hold.
fn compare<T: PartialOrd>(left: Option<T>, operator: &str, right: Option<T>) -> bool {
    match (operator, left, right) {
        ("eq", left, right) => left == right,
        ("ne", left, right) => left != right,
        ("gt", Some(left), Some(right)) => left > right,
        ("ge", Some(left), Some(right)) => left >= right,
        ("lt", Some(left), Some(right)) => left < right,
        ("le", Some(left), Some(right)) => left <= right,
        _ => false,
    }
}

/// Kleene's logic: `decisive` decides alone, `None` is carried otherwise.
fn joined(terms: &[Given], machine: &Machine, decisive: bool) -> Option<bool> {
    let truths: Vec<_> = terms.iter().map(|term| term.holds(machine)).collect();
    if truths.contains(&Some(decisive)) {
        Some(decisive)
    } else if truths.contains(&None) {
        None
    } else {
        Some(!decisive)
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Few characters, so that texts meet, and all those that mean something to a pattern.
fn text() -> impl Strategy<Value = String> {
    "[aAé*?\\[\\]^%_'\\\\-]{0,3}"
}

fn any_order() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["eq", "ne", "gt", "ge", "lt", "le"])
}

fn equality() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["eq", "ne"])
}

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(prop::sample::select(values))
}

fn given() -> impl Strategy<Value = Given> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Given::Constant),
        Just(Given::Joined),
        (any_order(), text()).prop_map(|(o, t)| Given::Text(o, t)),
        (equality(), one_of(HEALTH)).prop_map(|(o, v)| Given::Health(o, v)),
        (any_order(), prop::option::of(-2_i64..3)).prop_map(|(o, v)| Given::Group(o, v)),
        (any_order(), 0_i64..4).prop_map(|(o, v)| Given::Seen(o, v)),
        any_order().prop_map(Given::SeenFirst),
        (any::<bool>(), one_of(&DEVICES)).prop_map(|(b, v)| Given::Device(b, v)),
        prop::collection::vec(prop::option::of(text()), 1..4).prop_map(Given::NameIn),
        prop::collection::vec(one_of(RISK), 1..4).prop_map(Given::RiskIn),
        (
            prop::sample::select(vec!["startswith", "endswith", "contains"]),
            text()
        )
            .prop_map(|(f, t)| Given::Part(f, t)),
        (
            prop::sample::select(vec!["any", "all"]),
            any_order(),
            text()
        )
            .prop_map(|(q, o, t)| Given::Tag(q, o, t)),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|g| Given::Not(Box::new(g))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Given::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Given::Or),
            (inner, any::<bool>()).prop_map(|(g, truth)| Given::IsTrue(Box::new(g), truth)),
        ]
    })
}

fn machine() -> impl Strategy<Value = Machine> {
    let seen = || prop::option::of(0_i64..4);
    (
        prop::option::of(text()),
        (seen(), seen()),
        one_of(HEALTH),
        one_of(RISK),
        prop::option::of(-2_i64..3),
        any::<Option<bool>>(),
        one_of(&DEVICES),
        prop::option::of(prop::collection::vec(text(), 0..3)),
    )
        .prop_map(
            |(
                dns_name,
                (last_seen, first_seen),
                health,
                risk,
                group_number,
                joined,
                device,
                tags,
            )| Machine {
                id: "machine".to_owned(),
                dns_name,
                last_seen,
                first_seen,
                health,
                risk,
                group_number,
                joined,
                device,
                tags,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn sqlite_finds_what_the_filter_says(
        filters in prop::collection::vec(given(), 1..8),
        machines in prop::collection::vec(machine(), 1..12),
    ) {
        let rows = Rows::of_machines(&machines);
        for filter in filters {
            let expected: Vec<i64> = (0..)
                .zip(&machines)
                .filter(|(_, machine)| filter.holds(machine) == Some(true))
                .map(|(number, _)| number)
                .collect();
            let text = filter.write();
            prop_assert_eq!(rows.machines(&text), Ok(expected), "{}", text);
        }
    }
}
