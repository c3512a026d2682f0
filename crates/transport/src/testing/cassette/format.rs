//! The file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::body::Body;
use crate::TransportErrorKind;

const FORMAT: &str = "quell-cassette";
const VERSION: u32 = 1;

/// The largest cassette, in bytes, that is written or read.
pub(super) const MOST: usize = 16 * 1024 * 1024;

/// Exchanges in order, without secrets. See the [module](super) for the format.
#[derive(Clone, Debug, PartialEq)]
pub struct Cassette {
    pub(super) exchanges: Vec<Exchange>,
}

/// Why a cassette cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CassetteError {
    /// The file cannot be opened, read or written.
    #[error("the cassette's file cannot be used")]
    File(#[from] std::io::Error),
    /// Not JSON, or not a cassette's.
    #[error("not a cassette")]
    Json(#[from] serde_json::Error),
    /// Of another format or version than this one.
    #[error(
        "the cassette is `{format}` in version {version} instead of `{FORMAT}` in version {VERSION}"
    )]
    Version {
        /// The format that it names.
        format: String,
        /// The version that it names.
        version: u32,
    },
    /// Larger than any test needs. Record less, or in several cassettes.
    #[error("the cassette is larger than {MOST} bytes")]
    TooLarge,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    version: u32,
    exchanges: Vec<Exchange>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "WrittenExchange", into = "WrittenExchange")]
pub(super) struct Exchange {
    pub(super) request: RecordedRequest,
    pub(super) end: End,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum End {
    Answer(RecordedAnswer),
    Failure(FailureName),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenExchange {
    request: RecordedRequest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<RecordedAnswer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<FailureName>,
}

impl From<Exchange> for WrittenExchange {
    fn from(exchange: Exchange) -> Self {
        let (answer, failure) = match exchange.end {
            End::Answer(answer) => (Some(answer), None),
            End::Failure(failure) => (None, Some(failure)),
        };
        Self {
            request: exchange.request,
            answer,
            failure,
        }
    }
}

impl TryFrom<WrittenExchange> for Exchange {
    type Error = &'static str;

    fn try_from(written: WrittenExchange) -> Result<Self, Self::Error> {
        let end = match (written.answer, written.failure) {
            (Some(answer), None) => End::Answer(answer),
            (None, Some(failure)) => End::Failure(failure),
            _ => return Err("an exchange ends with either an answer or a failure"),
        };
        Ok(Self {
            request: written.request,
            end,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordedRequest {
    pub(super) method: String,
    pub(super) url: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: Headers,
    #[serde(default, skip_serializing_if = "Body::is_empty")]
    pub(super) body: Body,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordedAnswer {
    pub(super) status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: Headers,
    #[serde(default, skip_serializing_if = "Body::is_empty")]
    pub(super) body: Body,
}

/// Names in lower case, each with its values in order.
pub(super) type Headers = BTreeMap<String, Vec<String>>;

/// A failure's kind, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FailureName {
    InvalidRequest,
    Resolve,
    Connect,
    Tls,
    ConnectionClosed,
    Timeout,
    Interrupted,
    BodyTooLarge,
    Decode,
    Other,
}

macro_rules! both_ways {
    ($($kind:ident)*) => {
        impl From<TransportErrorKind> for FailureName {
            fn from(kind: TransportErrorKind) -> Self {
                match kind {
                    $(TransportErrorKind::$kind => Self::$kind,)*
                }
            }
        }

        impl From<FailureName> for TransportErrorKind {
            fn from(name: FailureName) -> Self {
                match name {
                    $(FailureName::$kind => Self::$kind,)*
                }
            }
        }
    };
}

both_ways! {
    InvalidRequest Resolve Connect Tls ConnectionClosed
    Timeout Interrupted BodyTooLarge Decode Other
}

impl Cassette {
    /// The text of the file.
    ///
    /// # Errors
    ///
    /// If it is larger than 16 MiB.
    pub fn to_json(&self) -> Result<String, CassetteError> {
        let document = Document {
            format: FORMAT.to_owned(),
            version: VERSION,
            exchanges: self.exchanges.clone(),
        };
        let mut text = serde_json::to_string_pretty(&document)?;
        text.push('\n');
        if text.len() > MOST {
            return Err(CassetteError::TooLarge);
        }
        Ok(text)
    }

    /// Writes the file anew.
    ///
    /// # Errors
    ///
    /// If it is larger than 16 MiB or cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), CassetteError> {
        let text = self.to_json()?;
        Ok(File::create(path)?.write_all(text.as_bytes())?)
    }

    /// Reads the file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is larger than 16 MiB, or is no cassette of this version.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CassetteError> {
        let mut text = String::new();
        let limit = u64::try_from(MOST).unwrap_or(u64::MAX).saturating_add(1);
        File::open(path)?.take(limit).read_to_string(&mut text)?;
        text.parse()
    }

    /// How many exchanges it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exchanges.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exchanges.is_empty()
    }
}

impl FromStr for Cassette {
    type Err = CassetteError;

    fn from_str(text: &str) -> Result<Self, CassetteError> {
        /// What every version has, read before the rest is held to this version.
        #[derive(Deserialize)]
        struct Title {
            format: String,
            version: u32,
        }
        if text.len() > MOST {
            return Err(CassetteError::TooLarge);
        }
        let Title { format, version } = serde_json::from_str(text)?;
        if format != FORMAT || version != VERSION {
            return Err(CassetteError::Version { format, version });
        }
        let document: Document = serde_json::from_str(text)?;
        Ok(Self {
            exchanges: document.exchanges,
        })
    }
}
