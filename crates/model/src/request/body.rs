//! A request's body, taken apart parameter by parameter.

use serde_json::{Map, Value};

use super::RequestFault;
use crate::{Command, CommandParameter, Comment, SecretText, Sha1, Timestamp};

/// The JSON object that a request consists of.
pub(crate) struct RequestBody(Map<String, Value>);

impl RequestBody {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, RequestFault> {
        let body = serde_json::from_slice(body).map_err(|_| RequestFault::InvalidBody)?;
        Self::nested(body)
    }

    fn nested(value: Value) -> Result<Self, RequestFault> {
        match value {
            Value::Object(parameters) => Ok(Self(parameters)),
            _ => Err(RequestFault::InvalidBody),
        }
    }

    /// Takes a parameter that must be there.
    pub(crate) fn required<T: Parameter>(&mut self, name: &'static str) -> Result<T, RequestFault> {
        self.optional(name)?
            .ok_or(RequestFault::MissingParameter { name })
    }

    /// Takes a parameter that may be absent or null.
    pub(crate) fn optional<T: Parameter>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, RequestFault> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::read(value),
        }
    }
}

/// What a parameter's value can be read as; `None` where the value counts as absent.
pub(crate) trait Parameter: Sized {
    fn read(value: Value) -> Result<Option<Self>, RequestFault>;
}

/// The text of a value that must be one.
fn text(value: Value) -> Result<String, RequestFault> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(RequestFault::InvalidBody),
    }
}

impl Parameter for String {
    fn read(value: Value) -> Result<Option<Self>, RequestFault> {
        text(value).map(Some)
    }
}

/// Any value of an open enumeration; whether the operation can do it is for the server to say.
macro_rules! open_parameter {
    ($name:ident) => {
        impl crate::request::Parameter for $name {
            fn read(
                value: serde_json::Value,
            ) -> Result<Option<Self>, crate::request::RequestFault> {
                let text: Option<String> = crate::request::Parameter::read(value)?;
                Ok(text.map(Self::from))
            }
        }
    };
}

pub(crate) use open_parameter;

impl Parameter for Comment {
    fn read(value: Value) -> Result<Option<Self>, RequestFault> {
        Ok(Self::new(text(value)?).ok())
    }
}

impl Parameter for Sha1 {
    fn read(value: Value) -> Result<Option<Self>, RequestFault> {
        let text = text(value)?;
        if text.is_empty() {
            return Ok(None);
        }
        text.parse()
            .map(Some)
            .map_err(|reason| RequestFault::invalid_hash(&text, reason))
    }
}

#[cfg(feature = "extension")]
impl Parameter for crate::ActionId {
    fn read(value: Value) -> Result<Option<Self>, RequestFault> {
        Ok(Self::new(text(value)?).ok())
    }
}

impl Parameter for Timestamp {
    fn read(value: Value) -> Result<Option<Self>, RequestFault> {
        let moment = text(value)?.parse();
        moment.map(Some).map_err(|_| RequestFault::InvalidBody)
    }
}

impl Parameter for bool {
    fn read(value: Value) -> Result<Option<Self>, RequestFault> {
        value.as_bool().map(Some).ok_or(RequestFault::InvalidBody)
    }
}

impl Parameter for SecretText {
    fn read(value: Value) -> Result<Option<Self>, RequestFault> {
        text(value).map(|text| Some(text.into()))
    }
}

/// An object of answers too, where it is read leniently.
impl Parameter for Command {
    fn read(value: Value) -> Result<Option<Self>, RequestFault> {
        let mut body = RequestBody::nested(value)?;
        let mut command = Self::new();
        command.kind = body.required("type")?;
        command.params = body.optional("params")?.unwrap_or_default();
        Ok(Some(command))
    }
}

impl Parameter for CommandParameter {
    fn read(value: Value) -> Result<Option<Self>, RequestFault> {
        let mut body = RequestBody::nested(value)?;
        let mut parameter = Self::new();
        parameter.key = body.required("key")?;
        parameter.value = body.optional("value")?;
        Ok(Some(parameter))
    }
}

/// Every element counts: one that is null or blank makes the list wrong.
impl<T: Parameter> Parameter for Vec<T> {
    fn read(value: Value) -> Result<Option<Self>, RequestFault> {
        let Value::Array(elements) = value else {
            return Err(RequestFault::InvalidBody);
        };
        let element = |value| T::read(value)?.ok_or(RequestFault::InvalidBody);
        elements
            .into_iter()
            .map(element)
            .collect::<Result<_, _>>()
            .map(Some)
    }
}
