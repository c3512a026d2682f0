//! Reading and writing one object, property by property.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde_json::Value;

use super::Extra;
use super::reading::{Reading, WireValue};

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

    fn visit_str<E: Error>(self, seen: &str) -> Result<Self::Value, E> {
        Ok(self
            .canonical(seen)
            .map_or_else(|| Cow::Owned(seen.to_owned()), Cow::Borrowed))
    }
}

/// Reads a property's value. Of several, the last that is not null counts. One that is not of the
/// property's type is kept as it came.
pub(crate) fn fill<'de, A: MapAccess<'de>, T: WireValue>(
    object: &mut A,
    extra: &mut Extra,
    name: Cow<'static, str>,
    property: &mut Option<T>,
) -> Result<(), A::Error> {
    match object.next_value()? {
        Reading::Nothing => {}
        Reading::Fit(value) => {
            extra.remove(name.as_ref());
            *property = Some(value);
        }
        Reading::Misfit(value) if property.is_none() => {
            extra.insert(name.into_owned(), value);
        }
        Reading::Misfit(_) => {}
    }
    Ok(())
}

/// Reads the value of a property without which the rest would mislead: an entity's key, a status. One
/// that is not of its type fails the answer. The error tells nothing of it, for it may be a secret.
pub(crate) fn insist<'de, A: MapAccess<'de>, T: WireValue>(
    object: &mut A,
    name: &str,
    property: &mut Option<T>,
) -> Result<(), A::Error> {
    match object.next_value()? {
        Reading::Nothing => {}
        Reading::Fit(value) => *property = Some(value),
        Reading::Misfit(value) => {
            let kind = kind(&value);
            return Err(A::Error::custom(format_args!("`{name}` cannot be {kind}")));
        }
    }
    Ok(())
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "this number",
        Value::String(_) => "this text",
        Value::Array(_) => "this list",
        Value::Object(_) => "this object",
    }
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

/// Writes a property of a request, which is left out when it has no value.
pub(crate) fn entry<M: SerializeMap, T: Serialize + ?Sized>(
    object: &mut M,
    name: &str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| object.serialize_entry(name, value))
}

/// Writes a property that is left out when there is nothing to say.
pub(crate) fn optional<M: SerializeMap, T: Serialize + ?Sized>(
    object: &mut M,
    extra: &Extra,
    name: &str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    match value {
        Some(value) => object.serialize_entry(name, value),
        None => entry(object, name, extra.get(name)),
    }
}

/// Writes a property that is null when there is nothing to say.
pub(crate) fn nullable<M: SerializeMap, T: Serialize>(
    object: &mut M,
    extra: &Extra,
    name: &str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    match (value, extra.get(name)) {
        (None, Some(kept)) => object.serialize_entry(name, kept),
        (value, _) => object.serialize_entry(name, &value),
    }
}

/// Writes a list, which is empty when there is nothing to say.
pub(crate) fn list<M: SerializeMap, T: Serialize>(
    object: &mut M,
    extra: &Extra,
    name: &str,
    list: &[T],
) -> Result<(), M::Error> {
    match extra.get(name) {
        Some(kept) if list.is_empty() => object.serialize_entry(name, kept),
        _ => object.serialize_entry(name, list),
    }
}

/// Writes a property that has its default when there is nothing to say.
pub(crate) fn defaulted<M: SerializeMap, T: Serialize + PartialEq>(
    object: &mut M,
    extra: &Extra,
    name: &str,
    value: &T,
    default: impl FnOnce() -> T,
) -> Result<(), M::Error> {
    match extra.get(name) {
        Some(kept) if *value == default() => object.serialize_entry(name, kept),
        _ => object.serialize_entry(name, value),
    }
}

/// Writes back what is not known. What is, was written in its own place.
pub(crate) fn extra<M: SerializeMap>(
    object: &mut M,
    extra: &Extra,
    known: Names,
) -> Result<(), M::Error> {
    extra
        .iter()
        .filter(|(name, _)| known.canonical(name).is_none())
        .try_for_each(|(name, value)| object.serialize_entry(name, value))
}
