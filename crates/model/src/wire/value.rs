//! The kinds of values that answers consist of.

use serde::Serialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Error, MapAccess, SeqAccess};
use serde_json::{Number, Value};

use super::reading::{Reading, Scalar, WireValue};
use crate::odata::NextLink;
use crate::{ActionId, IndicatorId, MachineId, SecretText, Sha1, Timestamp};

impl WireValue for bool {
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
        match scalar {
            Scalar::Bool(value) => Some(value),
            _ => None,
        }
    }
}

/// Reads texts, each by an expression; what no text can be is a misfit.
macro_rules! texts {
    ($($type:ty = $read:expr;)+) => {
        $(impl WireValue for $type {
            fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
                match scalar {
                    Scalar::Text(text) => $read(text),
                    _ => None,
                }
            }
        })+
    };
}

texts! {
    String = |text: &str| Some(text.to_owned());
    SecretText = |text: &str| Some(Self::new(text));
    NextLink = |text: &str| Some(Self::new(text));
    Sha1 = |text: &str| text.parse().ok();
    Timestamp = moment;
    // An id that could not stand in a path is none.
    MachineId = |text: &str| Self::new(text).ok();
    ActionId = |text: &str| Self::new(text).ok();
    IndicatorId = |text: &str| Self::new(text).ok();
}

/// Every moment of the service is UTC, so one whose zone was left out is too: .NET leaves it out of
/// a moment that nobody set, `0001-01-01T00:00:00`.
fn moment(text: &str) -> Option<Timestamp> {
    let zoned = || format!("{text}Z").parse();
    text.parse().or_else(|_| zoned()).ok()
}

/// Reads whole numbers; the service writes some as texts.
macro_rules! whole_numbers {
    ($($type:ty = $as:ident;)+) => {
        $(impl WireValue for $type {
            fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
                match scalar {
                    Scalar::Number(number) => Number::$as(number)?.try_into().ok(),
                    Scalar::Text(text) => text.parse().ok(),
                    Scalar::Bool(_) => None,
                }
            }
        })+
    };
}

whole_numbers! {
    i32 = as_i64;
    i64 = as_i64;
    u64 = as_u64;
}

/// What is not documented may be anything.
impl WireValue for Value {
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
        Some(scalar.into())
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Reading<Self>, A::Error> {
        Self::deserialize(SeqAccessDeserializer::new(list)).map(Reading::Fit)
    }

    fn from_object<'de, A: MapAccess<'de>>(object: A) -> Result<Reading<Self>, A::Error> {
        Self::deserialize(MapAccessDeserializer::new(object)).map(Reading::Fit)
    }
}

/// A list fits as a whole or not at all: of one element left out, nobody would know.
impl<T: WireValue + Serialize> WireValue for Vec<T> {
    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Reading<Self>, A::Error> {
        let mut fitting = Self::new();
        while let Some(element) = list.next_element()? {
            match element {
                Reading::Nothing => {}
                Reading::Fit(element) => fitting.push(element),
                Reading::Misfit(misfit) => return misfits(&fitting, misfit, list),
            }
        }
        Ok(Reading::Fit(fitting))
    }
}

/// A list that does not fit because of this element: those before it, itself, and the rest.
fn misfits<'de, A: SeqAccess<'de>, T: Serialize, L>(
    before: &[T],
    misfit: Value,
    mut list: A,
) -> Result<Reading<L>, A::Error> {
    let before = before.iter().map(serde_json::to_value);
    let mut all: Vec<Value> = before.collect::<Result<_, _>>().map_err(A::Error::custom)?;
    all.push(misfit);
    while let Some(element) = list.next_element()? {
        all.push(element);
    }
    Ok(Reading::Misfit(all.into()))
}

/// Reads an object of the contract, by the visitor that its reader is made of.
macro_rules! object {
    ($name:ident, $visitor:ident) => {
        impl crate::wire::WireValue for $name {
            fn from_object<'de, A: MapAccess<'de>>(
                object: A,
            ) -> Result<crate::wire::Reading<Self>, A::Error> {
                $visitor.visit_map(object).map(crate::wire::Reading::Fit)
            }
        }
    };
}

pub(crate) use object;
