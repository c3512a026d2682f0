//! Random filters over machines with awkward names: the store finds what a direct reading of the filter
//! finds, whatever database it stands on.
//!
//! The reading shares nothing with the parser or the writer of SQL: it is a tree of its own that can be
//! written as text and evaluated on what the store says that it holds. Random means: the same each time.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::core::{Health, Tag};
use crate::odata::{Kind, Property, Query, Schema};
use crate::store::record::{MachineRecord, MachineScope, SweepRule};

/// As the API has them; the columns are those that both schemas of the store have.
const MACHINES: Schema = Schema::new(
    "Machine",
    &[
        Property::stored("id", "id", Kind::Text).filterable(),
        Property::stored("name", "computer_dns_name", Kind::Text).filterable(),
        Property::stored("version", "version", Kind::Text).filterable(),
        Property::stored("lastSeen", "last_seen", Kind::DateTime).filterable(),
        Property::stored(
            "health",
            "health_status",
            Kind::Enum(&["Active", "Inactive", "ImpairedCommunication"]),
        )
        .filterable(),
        Property::stored("nothing", "CAST(NULL AS TEXT)", Kind::Guid).filterable(),
        Property::stored("zero", "CAST(0 AS BIGINT)", Kind::Int).filterable(),
        Property::stored(
            "tags",
            "(SELECT json_group_array(tag) FROM machine_tags \
             WHERE machine_tags.tenant = machines.tenant AND machine = machines.id)",
            Kind::TextList,
        )
        .filterable(),
    ],
);

/// Names that mean something to SQL, to patterns, or to a collation.
const NAMES: &[&str] = &[
    "a",
    "A",
    "b.example",
    "B.example",
    "a%",
    "a_",
    "%",
    "_",
    "[a]",
    "a*",
    "a?",
    "a'b",
    "''",
    "\\",
    "a\\%",
    "é",
    "e\u{301}",
    "🦀",
    "\u{202e}",
    "' OR 1=1 --",
    "\"",
    "?1",
    "$1",
    "null",
    "a b",
];
const TAGS: &[&str] = &["web", "Web", "w%", "it's", "é"];
const ORDERS: &[&str] = &["eq", "ne", "gt", "ge", "lt", "le"];
const HEALTHS: &[Health] = &[Health::Active, Health::Inactive];

#[derive(Clone, Debug)]
enum Given {
    Name(&'static str, &'static str),
    NameIn(Vec<Option<&'static str>>),
    Part(&'static str, &'static str),
    Version(&'static str, Option<&'static str>),
    Seen(&'static str, i64),
    Health(&'static str, Health),
    Nothing(&'static str),
    Zero(&'static str, i64),
    Tag(&'static str, &'static str, &'static str),
    Not(Box<Given>),
    Both(Box<Given>, Box<Given>),
    Either(Box<Given>, Box<Given>),
}

/// A generator that gives the same on every machine (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bound = u64::try_from(bound).unwrap();
        usize::try_from((mixed ^ mixed >> 31) % bound).unwrap()
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn given(&mut self, depth: u32) -> Given {
        let inner = |dice: &mut Self| Box::new(dice.given(depth - 1));
        match self.below(if depth == 0 { 9 } else { 12 }) {
            0 => Given::Name(self.pick(ORDERS), self.pick(NAMES)),
            1 => Given::NameIn((0..=self.below(3)).map(|_| self.maybe(NAMES)).collect()),
            2 => Given::Part(
                self.pick(&["startswith", "endswith", "contains"]),
                self.pick(NAMES),
            ),
            3 => Given::Version(self.pick(ORDERS), self.maybe(&["12", "13", ""])),
            4 => Given::Seen(
                self.pick(ORDERS),
                i64::try_from(self.below(4)).unwrap() * 100,
            ),
            5 => Given::Health(self.pick(&["eq", "ne"]), self.pick(HEALTHS)),
            6 => Given::Nothing(self.pick(&["eq", "ne"])),
            7 => Given::Zero(self.pick(ORDERS), i64::try_from(self.below(3)).unwrap() - 1),
            8 => Given::Tag(
                self.pick(&["any", "all"]),
                self.pick(ORDERS),
                self.pick(TAGS),
            ),
            9 => Given::Not(inner(self)),
            10 => Given::Both(inner(self), inner(self)),
            _ => Given::Either(inner(self), inner(self)),
        }
    }

    fn maybe(&mut self, of: &[&'static str]) -> Option<&'static str> {
        (self.below(4) > 0).then(|| self.pick(of))
    }
}

impl Given {
    /// Every property here but `version` and `nothing` has a value, and no function is asked of those: so a
    /// filter is true or false, never unknown.
    fn holds(&self, machine: &MachineRecord) -> bool {
        let name = machine.facts.computer_dns_name.as_str();
        match self {
            Self::Name(order, text) => compare(Some(name), order, Some(text)),
            Self::NameIn(list) => list.contains(&Some(name)),
            Self::Part("startswith", text) => name.starts_with(text),
            Self::Part("endswith", text) => name.ends_with(text),
            Self::Part(_, text) => name.contains(text),
            Self::Version(order, text) => compare(machine.facts.version.as_deref(), order, *text),
            Self::Seen(order, seconds) => {
                compare(Some(machine.last_seen), order, Some(at(*seconds)))
            }
            Self::Health(order, health) => (*order == "eq") == (machine.health == *health),
            Self::Nothing(order) => *order == "eq",
            Self::Zero(order, number) => compare(Some(0), order, Some(*number)),
            Self::Tag(quantifier, order, text) => {
                let satisfies = |tag: &String| compare(Some(tag.as_str()), order, Some(text));
                match *quantifier {
                    "any" => machine.tags.iter().any(satisfies),
                    _ => machine.tags.iter().all(satisfies),
                }
            }
            Self::Not(inner) => !inner.holds(machine),
            Self::Both(left, right) => left.holds(machine) && right.holds(machine),
            Self::Either(left, right) => left.holds(machine) || right.holds(machine),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Name(order, text) => format!("name {order} {}", quoted(Some(text))),
            Self::NameIn(list) => {
                let items: Vec<_> = list.iter().map(|item| quoted(*item)).collect();
                format!("name in ({})", items.join(","))
            }
            Self::Part(function, text) => format!("{function}(name,{})", quoted(Some(text))),
            Self::Version(order, text) => format!("version {order} {}", quoted(*text)),
            Self::Seen(order, seconds) => format!("lastSeen {order} {}", at(*seconds)),
            Self::Health(order, health) => format!("health {order} '{}'", health.as_str()),
            Self::Nothing(order) => format!("nothing {order} null"),
            Self::Zero(order, number) => format!("zero {order} {number}"),
            Self::Tag(quantifier, order, text) => {
                format!("tags/{quantifier}(t: t {order} {})", quoted(Some(text)))
            }
            Self::Not(inner) => format!("not ({})", inner.write()),
            Self::Both(left, right) => format!("({}) and ({})", left.write(), right.write()),
            Self::Either(left, right) => format!("({}) OR ({})", left.write(), right.write()),
        }
    }
}

/// Equality knows null; an order with null does not hold.
fn compare<T: PartialOrd>(left: Option<T>, order: &str, right: Option<T>) -> bool {
    match (order, left, right) {
        ("eq", left, right) => left == right,
        ("ne", left, right) => left != right,
        ("gt", Some(left), Some(right)) => left > right,
        ("ge", Some(left), Some(right)) => left >= right,
        ("lt", Some(left), Some(right)) => left < right,
        ("le", Some(left), Some(right)) => left <= right,
        _ => false,
    }
}

fn quoted(text: Option<&str>) -> String {
    text.map_or_else(
        || "null".to_owned(),
        |text| format!("'{}'", text.replace('\'', "''")),
    )
}

/// All of it percent-encoded, as a careful client does.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// A machine for each name; every third is silent, every other has no version, and tags go around.
async fn many_machines(store: &Arc<dyn Store>) -> TenantId {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    add_token(store, tenant, "s", u32::try_from(NAMES.len()).unwrap()).await;
    for (number, name) in NAMES.iter().enumerate() {
        let id = format!("m{number}");
        let seconds = if number % 3 == 0 { 0 } else { 200 };
        let mut enrolment = enrolment("s", &id, u8::try_from(number).unwrap() + 1, at(seconds));
        enrolment.facts = facts(name);
        enrolment.facts.version = (number % 2 == 0).then(|| "12".to_owned());
        store.enrol(enrolment).await.unwrap();
        let tags = TAGS.iter().cycle().skip(number).take(number % 4);
        let tags: Vec<Tag> = tags.map(|tag| tag.parse().unwrap()).collect();
        store
            .tag(tenant, &machine_id(&id), tags, Vec::new(), by(), at(0))
            .await
            .unwrap();
    }
    let rule = SweepRule {
        inactive_after: Duration::from_secs(100),
        sightings_kept: Duration::from_secs(86_400),
        held_back: Duration::ZERO,
    };
    store.sweep(rule, at(250)).await.unwrap();
    tenant
}

async fn found(store: &Arc<dyn Store>, tenant: TenantId, filter: &str) -> Vec<MachineRecord> {
    let raw = match filter {
        "" => String::new(),
        filter => format!("$filter={}", encoded(filter)),
    };
    let query = Query::parse(&raw, &MACHINES).unwrap_or_else(|fault| panic!("{filter}: {fault}"));
    let page = store
        .machines(tenant.into(), MachineScope::All, query)
        .await;
    page.unwrap_or_else(|error| panic!("{filter}: {error}"))
        .items
}

pub(in crate::store) async fn random_filters_find_what_they_say(store: Arc<dyn Store>) {
    let tenant = many_machines(&store).await;
    let machines = found(&store, tenant, "").await;
    assert_eq!(machines.len(), NAMES.len());
    assert!(machines.iter().any(|one| one.health == Health::Inactive));
    let mut dice = Dice(7);
    for _ in 0..600 {
        let given = dice.given(3);
        let text = given.write();
        let expected: Vec<_> = machines
            .iter()
            .filter(|one| given.holds(one))
            .map(|one| &one.id)
            .collect();
        let found = found(&store, tenant, &text).await;
        let found: Vec<_> = found.iter().map(|one| &one.id).collect();
        assert_eq!(found, expected, "{text}");
    }
}

pub(in crate::store) async fn hostile_text_is_compared_as_text(store: Arc<dyn Store>) {
    let tenant = many_machines(&store).await;
    for name in NAMES {
        for filter in [
            format!("name eq {}", quoted(Some(name))),
            format!("name in ({})", quoted(Some(name))),
            format!(
                "startswith(name,{0}) and endswith(name,{0}) and name le {0}",
                quoted(Some(name))
            ),
        ] {
            let found = found(&store, tenant, &filter).await;
            let names: Vec<_> = found
                .iter()
                .map(|one| one.facts.computer_dns_name.as_str())
                .collect();
            assert_eq!(names, [*name], "{filter}");
        }
    }
    let everyone = found(&store, tenant, "").await;
    assert_eq!(everyone.len(), NAMES.len(), "nothing was changed");
}
