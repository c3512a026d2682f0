//! A request's body, taken apart parameter by parameter.

use serde_json::{Map, Value};

use super::RequestFault;
use crate::{Comment, RequestSource, Sha1};

/// The JSON object that a request consists of.
pub(crate) struct RequestBody(Map<String, Value>);

impl RequestBody {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, RequestFault> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(parameters)) => Ok(Self(parameters)),
            Ok(_) | Err(_) => Err(RequestFault::InvalidBody),
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
            Some(Value::String(text)) => T::from_text(text),
            Some(_) => Err(RequestFault::InvalidBody),
        }
    }
}

/// What a parameter's text can be read as; `None` where the text counts as absent.
pub(crate) trait Parameter: Sized {
    fn from_text(text: String) -> Result<Option<Self>, RequestFault>;
}

impl Parameter for String {
    fn from_text(text: String) -> Result<Option<Self>, RequestFault> {
        Ok(Some(text))
    }
}

impl Parameter for RequestSource {
    fn from_text(text: String) -> Result<Option<Self>, RequestFault> {
        Ok(Some(text.into()))
    }
}

impl Parameter for Comment {
    fn from_text(text: String) -> Result<Option<Self>, RequestFault> {
        Ok(Self::new(text).ok())
    }
}

impl Parameter for Sha1 {
    fn from_text(text: String) -> Result<Option<Self>, RequestFault> {
        if text.is_empty() {
            return Ok(None);
        }
        text.parse()
            .map(Some)
            .map_err(|reason| RequestFault::invalid_hash(&text, reason))
    }
}
