//! Values of every kind, for property tests: `any::<MachineAction>()` makes one with properties and
//! values that this version knows and with others.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::objects::{answers, enumerations, requests};
use crate::odata::{NextLink, ODataPage, Top};
use crate::*;

/// Implements [`Arbitrary`] by an expression.
macro_rules! made_by {
    ($($type:ty = $strategy:expr;)+) => {
        $(impl Arbitrary for $type {
            type Parameters = ();
            type Strategy = BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> BoxedStrategy<Self> {
                $strategy.boxed()
            }
        })+
    };
}

made_by! {
    Sha1 = any::<[u8; 20]>().prop_map(Self::from_bytes);
    Timestamp = (Self::NEVER.unix_ticks()..=Self::LAST.unix_ticks()).prop_map(Self::from_unix_ticks);
    MachineId = prop_oneof!["[0-9a-f]{40}", "[a-z]{1,8}\\.example", any::<String>()]
        .prop_filter_map("an id", |text| Self::new(text).ok());
    ActionId = prop_oneof![guid(), any::<String>()]
        .prop_filter_map("an id", |text| Self::new(text).ok());
    IndicatorId = prop_oneof!["[0-9]{1,6}", any::<String>()]
        .prop_filter_map("an id", |text| Self::new(text).ok());
    FileId = prop_oneof![any::<Sha1>().prop_map(Self::from), "[0-9a-f]{64}"
        .prop_filter_map("an id", |text| Self::new(text).ok())];
    Comment = any::<String>().prop_filter_map("not blank", |text| Self::new(text).ok());
    SecretText = any::<String>().prop_map(Self::new);
    NextLink = prop_oneof!["https://[a-z]{1,8}\\.example/api/machine(s|actions)\\?\\$skip=[0-9]{1,6}", any::<String>()]
        .prop_map(Self::new);
    Top = (0..=Self::MOST.get()).prop_map(Self::from);
    LookBackHours = (1..=Self::MOST.get()).prop_filter_map("in range", |hours| Self::new(hours).ok());
    ApiFault = (300_u16..600, any::<ErrorCode>(), any::<String>())
        .prop_map(|(status, code, message)| Self::new(status, code, &message));
}

impl<T: Arbitrary + 'static> Arbitrary for ODataPage<T> {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> BoxedStrategy<Self> {
        let value = vec(any::<T>(), 0..4);
        let about = (
            any::<Option<String>>(),
            any::<Option<u64>>(),
            any::<Option<NextLink>>(),
        );
        (value, about, extra())
            .prop_map(|(value, (context, count, next_link), extra)| Self {
                context,
                count,
                value,
                next_link,
                extra,
            })
            .boxed()
    }
}

fn guid() -> impl Strategy<Value = String> {
    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
}

/// Properties that no version knows.
fn extra() -> impl Strategy<Value = Extra> {
    prop::collection::btree_map("novel[A-Z][a-z]{0,6}", json(), 0..3)
        .prop_map(|properties| properties.into_iter().collect())
}

/// Any JSON but null, which in an answer is as good as nothing.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..3)
                .prop_map(|map| map.into_iter().collect::<Value>()),
        ]
    })
    .prop_filter("not null", |value| !value.is_null())
}

/// What a field of an object may hold.
trait Field: Sized + std::fmt::Debug {
    fn made() -> BoxedStrategy<Self>;
}

macro_rules! any_of_it {
    ($($type:ty),+ $(,)?) => {
        $(impl Field for $type {
            fn made() -> BoxedStrategy<Self> {
                any::<Self>().boxed()
            }
        })+
    };
}

any_of_it!(
    String,
    bool,
    i32,
    i64,
    Sha1,
    Timestamp,
    MachineId,
    ActionId,
    IndicatorId,
    Comment,
    SecretText,
);

impl Field for Value {
    fn made() -> BoxedStrategy<Self> {
        json().boxed()
    }
}

impl<T: Field + 'static> Field for Option<T> {
    fn made() -> BoxedStrategy<Self> {
        prop::option::of(T::made()).boxed()
    }
}

impl<T: Field + 'static> Field for Vec<T> {
    fn made() -> BoxedStrategy<Self> {
        vec(T::made(), 0..3).boxed()
    }
}

macro_rules! of_enumerations {
    ($($name:ident,)+) => {
        made_by! {
            $($name = prop_oneof![
                4 => select($name::KNOWN),
                1 => "Novel[A-Z][a-z]{0,6}".prop_map($name::from),
            ];)+
        }
        any_of_it!($($name),+);
    };
}

enumerations!(of_enumerations);

/// One strategy for each field, one inside the other, since a tuple holds no more than twelve.
macro_rules! nested {
    (strategy) => { Just(()) };
    (strategy $first:ty $(, $rest:ty)*) => { (<$first as Field>::made(), nested!(strategy $($rest),*)) };
    (pattern) => { () };
    (pattern $first:ident $(, $rest:ident)*) => { ($first, nested!(pattern $($rest),*)) };
}

macro_rules! of_answers {
    ($($name:ident { $($field:ident: $kind:ty = $wire:literal $($needed:ident)?,)* })+) => {
        made_by! {
            $($name = (nested!(strategy $($kind),*), extra())
                .prop_map(|(nested!(pattern $($field),*), extra)| Self { $($field,)* extra });)+
        }
        any_of_it!($($name),+);
    };
}

macro_rules! of_requests {
    ($($name:ident { $($field:ident: $kind:ty = $wire:literal $($needed:ident)?,)* })+) => {
        made_by! {
            $($name = nested!(strategy $($kind),*)
                .prop_map(|nested!(pattern $($field),*)| Self { $($field,)* });)+
        }
    };
}

answers!(of_answers);
requests!(of_requests);
#[cfg(feature = "extension")]
crate::objects::extension_requests!(of_requests);
#[cfg(feature = "high-risk")]
crate::objects::high_risk_requests!(of_requests);

made_by! {
    StopAndQuarantineFile = (any::<MachineId>(), any::<Sha1>(), any::<Comment>())
        .prop_map(|(machine, sha1, comment)| Self::new(machine, sha1, comment));
    CancelMachineAction = (any::<ActionId>(), any::<Comment>())
        .prop_map(|(action, comment)| Self::new(action, comment));
}
