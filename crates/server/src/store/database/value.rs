//! What goes into a statement.

use std::borrow::Cow;

use quell_model::{ActionId, MachineId, Sha1, Timestamp};

use crate::core::{GroupId, TenantId};
use crate::odata;

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) enum Value<'a> {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// A text.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
}

/// The values of a statement, in the order of its parameters: `values![tenant, &machine, now]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$(crate::store::database::Value::from($value)),*]
    };
}
pub(in crate::store) use values;

impl Value<'_> {
    /// A text to be compared with `lower(…)`.
    pub(in crate::store) fn folded(text: &str) -> Self {
        text.to_ascii_lowercase().into()
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<i32> for Value<'_> {
    fn from(number: i32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

/// Databases' integers have a sign; no count here comes near the limit.
impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Boolean(truth)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.as_str().into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(bytes.as_slice().into())
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes.as_slice().into())
    }
}

/// A list is kept as JSON.
impl From<&[String]> for Value<'_> {
    fn from(list: &[String]) -> Self {
        serde_json::Value::from(list).to_string().into()
    }
}

impl From<&Vec<String>> for Value<'_> {
    fn from(list: &Vec<String>) -> Self {
        list.as_slice().into()
    }
}

/// A moment is kept as ticks of 100 ns since the Unix epoch.
impl From<Timestamp> for Value<'_> {
    fn from(moment: Timestamp) -> Self {
        Self::Integer(moment.unix_ticks())
    }
}

impl From<TenantId> for Value<'_> {
    fn from(tenant: TenantId) -> Self {
        tenant.to_string().into()
    }
}

impl From<GroupId> for Value<'_> {
    fn from(group: GroupId) -> Self {
        group.number().into()
    }
}

impl<'a> From<&'a MachineId> for Value<'a> {
    fn from(machine: &'a MachineId) -> Self {
        machine.as_str().into()
    }
}

impl<'a> From<&'a ActionId> for Value<'a> {
    fn from(action: &'a ActionId) -> Self {
        action.as_str().into()
    }
}

impl From<Sha1> for Value<'_> {
    fn from(sha1: Sha1) -> Self {
        sha1.as_bytes().to_vec().into()
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> From<&'a odata::Value> for Value<'a> {
    fn from(value: &'a odata::Value) -> Self {
        match value {
            odata::Value::Integer(number) => Self::Integer(*number),
            odata::Value::Text(text) => text.into(),
            odata::Value::Boolean(truth) => Self::Boolean(*truth),
        }
    }
}
