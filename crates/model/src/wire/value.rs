//! Reading one value leniently.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

use crate::{ActionId, IndicatorId, MachineId, SecretText, Sha1, Timestamp};

/// A value of an answer: `None` where the service has nothing to say.
pub(crate) trait WireValue: Sized {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error>;
}

/// Lets serde read a [`WireValue`].
pub(crate) struct Lenient<T>(pub(crate) Option<T>);

impl<'de, T: WireValue> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// Reads values as serde does, null being nothing.
macro_rules! as_serde_reads {
    ($($type:ty),+) => {
        $(impl crate::wire::WireValue for $type {
            fn read<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
                serde::Deserialize::deserialize(d)
            }
        })+
    };
}

pub(crate) use as_serde_reads;

as_serde_reads!(bool, String, Sha1, Timestamp, SecretText, serde_json::Value);

/// An id that could not stand in a path is as good as none.
macro_rules! usable_id {
    ($($type:ty),+) => {
        $(impl WireValue for $type {
            fn read<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
                let text: Option<String> = Deserialize::deserialize(d)?;
                Ok(text.and_then(|text| Self::new(text).ok()))
            }
        })+
    };
}

usable_id!(MachineId, ActionId, IndicatorId);

/// A whole number; the service writes some as strings.
macro_rules! number_or_text {
    ($($type:ty),+) => {
        $(impl WireValue for $type {
            fn read<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
                d.deserialize_any(Number(PhantomData))
            }
        })+
    };
}

number_or_text!(i32, i64);

struct Number<T>(PhantomData<T>);

impl<'de, T> Visitor<'de> for Number<T>
where
    T: TryFrom<i64> + TryFrom<u64> + std::str::FromStr,
{
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number, a string of one, or null")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        number
            .try_into()
            .map(Some)
            .map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        number
            .try_into()
            .map(Some)
            .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        if text.is_empty() {
            return Ok(None);
        }
        text.parse()
            .map(Some)
            .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

impl<T: WireValue> WireValue for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(List(PhantomData))
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: WireValue> Visitor<'de> for List<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or null")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Lenient(element)) = elements.next_element()? {
            list.extend(element);
        }
        Ok(Some(list))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// Reads a string as the type that takes any text, without copying what is known.
pub(crate) fn deserialize_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    struct Text<T>(PhantomData<T>);

    impl<T: for<'a> From<&'a str>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            Ok(text.into())
        }
    }

    deserializer.deserialize_str(Text(PhantomData))
}
