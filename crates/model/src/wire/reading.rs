//! Reading one value that may be of another kind than it should be, without losing it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// What stands where a value was expected.
pub(crate) enum Reading<T> {
    /// Null.
    Nothing,
    /// The value.
    Fit(T),
    /// Something that the property cannot hold, as it came.
    Misfit(Value),
}

/// A value that holds no other.
#[derive(Clone, Copy)]
pub(crate) enum Scalar<'a> {
    Bool(bool),
    Number(&'a Number),
    Text(&'a str),
}

impl From<Scalar<'_>> for Value {
    fn from(scalar: Scalar<'_>) -> Self {
        match scalar {
            Scalar::Bool(value) => value.into(),
            Scalar::Number(number) => number.clone().into(),
            Scalar::Text(text) => text.into(),
        }
    }
}

/// What a property of an answer can hold. What is of no kind that is read here is a misfit: it never
/// fails the answer around it.
pub(crate) trait WireValue: Sized {
    fn from_scalar(_: Scalar<'_>) -> Option<Self> {
        None
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Reading<Self>, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(list)).map(Reading::Misfit)
    }

    fn from_object<'de, A: MapAccess<'de>>(object: A) -> Result<Reading<Self>, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(object)).map(Reading::Misfit)
    }
}

impl<'de, T: WireValue> Deserialize<'de> for Reading<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything(PhantomData))
    }
}

/// Takes whatever comes, so that a reader of JSON is always behind the value afterwards.
struct Anything<T>(PhantomData<T>);

impl<T: WireValue> Anything<T> {
    fn scalar<E>(scalar: Scalar<'_>) -> Result<Reading<T>, E> {
        Ok(T::from_scalar(scalar).map_or_else(|| Reading::Misfit(scalar.into()), Reading::Fit))
    }

    fn number<E>(number: impl Into<Number>) -> Result<Reading<T>, E> {
        Self::scalar(Scalar::Number(&number.into()))
    }
}

impl<'de, T: WireValue> Visitor<'de> for Anything<T> {
    type Value = Reading<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Reading::Nothing)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Self::scalar(Scalar::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Self::number(number)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Self::number(number)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        // JSON has no other numbers than finite ones.
        Number::from_f64(number).map_or(Ok(Reading::Nothing), Self::number)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Self::scalar(Scalar::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        T::from_list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        T::from_object(object)
    }
}
