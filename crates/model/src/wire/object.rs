//! Reading and writing one object, property by property.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::ser::SerializeMap;

use super::Extra;
use super::value::{Lenient, WireValue};

/// Every spelling of an object's properties, each with the service's own spelling.
#[derive(Clone, Copy)]
pub(crate) struct Names(pub(crate) &'static [(&'static str, &'static str)]);

impl Names {
    fn canonical(self, seen: &str) -> Option<&'static str> {
        self.0
            .iter()
            .find(|(spelling, _)| spelling.eq_ignore_ascii_case(seen))
            .map(|(_, canonical)| *canonical)
    }
}

/// Reads a key: the service's own spelling where it is known, else the key as it is.
impl<'de> DeserializeSeed<'de> for Names {
    type Value = Cow<'static, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Names {
    type Value = Cow<'static, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property's name")
    }

    fn visit_str<E: de::Error>(self, seen: &str) -> Result<Self::Value, E> {
        Ok(self
            .canonical(seen)
            .map_or_else(|| Cow::Owned(seen.to_owned()), Cow::Borrowed))
    }
}

/// Reads a property's value. Of several, the last that is not null counts.
pub(crate) fn fill<'de, A: MapAccess<'de>, T: WireValue>(
    object: &mut A,
    property: &mut Option<T>,
) -> Result<(), A::Error> {
    let Lenient(value) = object.next_value()?;
    if value.is_some() {
        *property = value;
    }
    Ok(())
}

/// Keeps a property that is not known.
pub(crate) fn keep<'de, A: MapAccess<'de>>(
    object: &mut A,
    extra: &mut Extra,
    name: Cow<'static, str>,
) -> Result<(), A::Error> {
    extra.insert(name.into_owned(), object.next_value()?);
    Ok(())
}

/// Writes a property that is left out when it has no value.
pub(crate) fn entry<M: SerializeMap, T: Serialize>(
    object: &mut M,
    name: &str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| object.serialize_entry(name, value))
}

/// Writes back what is not known.
pub(crate) fn extra<M: SerializeMap>(object: &mut M, extra: &Extra) -> Result<(), M::Error> {
    extra
        .iter()
        .try_for_each(|(name, value)| object.serialize_entry(name, value))
}
