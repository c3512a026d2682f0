//! A body as it is written, and as it is compared.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded;

/// How gzip, zip, zstd, xz and zlib streams begin; the last in its usual levels.
const COMPRESSED: [&[u8]; 7] = [
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"\x28\xb5\x2f\xfd",
    b"\xfd7zXZ\0",
    b"\x78\x01",
    b"\x78\x9c",
    b"\x78\xda",
];

/// One way to write a body, the most readable that loses nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Body {
    #[default]
    Empty,
    Json(Value),
    Form(Vec<(String, String)>),
    Text(String),
    Base64(String),
    /// It is not kept, for this reason.
    Removed(String),
}

impl Body {
    /// A request's body: compared by meaning, so written by meaning.
    pub(super) fn of_request(headers: &HeaderMap, bytes: &[u8]) -> Self {
        Self::read(headers, bytes, |value, _| Self::Json(value))
    }

    /// An answer's body: replayed to the byte, so written to the byte. JSON that
    /// was not changed by the removal of secrets is written as it came.
    pub(super) fn of_answer(
        headers: &HeaderMap,
        bytes: &[u8],
        clean: impl Fn(&Value) -> bool,
    ) -> Self {
        Self::read(headers, bytes, |value, text| {
            if clean(&value) {
                Self::Text(text.to_owned())
            } else {
                Self::Json(value)
            }
        })
    }

    fn read(headers: &HeaderMap, bytes: &[u8], json: impl Fn(Value, &str) -> Self) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        if is_coded(headers) {
            return Self::Removed("its content coding hides what is in it".to_owned());
        }
        if COMPRESSED.iter().any(|magic| bytes.starts_with(magic)) {
            return Self::Removed("it is compressed, which hides what is in it".to_owned());
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Self::Base64(STANDARD.encode(bytes));
        };
        if has_type(headers, "application/x-www-form-urlencoded") {
            let pairs = form_urlencoded::parse(bytes);
            return Self::Form(pairs.into_owned().collect());
        }
        match serde_json::from_str::<Value>(text) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => json(value, text),
            _ => Self::Text(text.to_owned()),
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// The bytes to be replayed; `Err` says why there are none.
    pub(super) fn bytes(&self) -> Result<Bytes, String> {
        match self {
            Self::Empty => Ok(Bytes::new()),
            Self::Json(value) => Ok(value.to_string().into()),
            Self::Text(text) => Ok(text.clone().into()),
            Self::Form(pairs) => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                Ok(form.extend_pairs(pairs).finish().into())
            }
            Self::Base64(text) => match STANDARD.decode(text) {
                Ok(bytes) => Ok(bytes.into()),
                Err(error) => Err(error.to_string()),
            },
            Self::Removed(why) => Err(why.clone()),
        }
    }

    /// The same however a form's pairs are ordered, and however JSON was written down.
    pub(super) fn normal(self) -> Self {
        match self {
            Self::Form(mut pairs) => {
                pairs.sort();
                Self::Form(pairs)
            }
            Self::Text(text) => match serde_json::from_str(&text) {
                Ok(value @ (Value::Object(_) | Value::Array(_))) => Self::Json(value),
                _ => Self::Text(text),
            },
            other => other,
        }
    }
}

fn is_coded(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn has_type(headers: &HeaderMap, expected: &str) -> bool {
    let given = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    given
        .and_then(|given| given.split(';').next())
        .is_some_and(|given| given.trim().eq_ignore_ascii_case(expected))
}
