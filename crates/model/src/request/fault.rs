//! Why a request's body is refused, in the service's own words.

use thiserror::Error;

use crate::{ErrorCode, ParseSha1Error};

/// As much of a wrong value as a message repeats.
const SHOWN_CHARACTERS: usize = 80;

/// Why a request's body is refused. Shown, it is the `message` of the service's error.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequestFault {
    /// The body is not JSON, not an object, or a value has the wrong type.
    #[error("Request body is incorrect")]
    InvalidBody,
    /// A parameter is absent, null or blank, or its key is in another case or language.
    #[error("Parameter {name} is missing.")]
    MissingParameter {
        /// The key, as it must be written.
        name: &'static str,
    },
    /// A hash is no SHA-1.
    #[error("Hash value {value} is invalid.")]
    InvalidHash {
        /// The beginning of what stands in its place.
        value: String,
        /// What is wrong with it.
        #[source]
        reason: ParseSha1Error,
    },
}

impl RequestFault {
    pub(super) fn invalid_hash(value: &str, reason: ParseSha1Error) -> Self {
        let shown = value
            .chars()
            .filter(|c| !c.is_control())
            .take(SHOWN_CHARACTERS)
            .collect();
        Self::InvalidHash {
            value: shown,
            reason,
        }
    }

    /// The service's code for it.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::InvalidBody => ErrorCode::InvalidRequestBody,
            Self::MissingParameter { .. } => ErrorCode::MissingRequiredParameter,
            Self::InvalidHash { .. } => ErrorCode::InvalidHashValue,
        }
    }

    /// The status of the answer: always 400.
    #[must_use]
    pub const fn status(&self) -> u16 {
        400
    }
}
