//! Answers: what was asked for, or why not.

mod fault;
pub(crate) mod plain;

use serde::de::DeserializeOwned;
use thiserror::Error;

pub use fault::ApiFault;

/// Why an answer holds nothing.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// The service refused; nothing was done, unless the status is 500 or above.
    #[error(transparent)]
    Refused(#[from] ApiFault),
    /// The status says that it was done, but the body cannot be read.
    #[error("the service answered {status} with a body that cannot be read")]
    Unreadable {
        /// The answer's status, from 200 to 299.
        status: u16,
        /// What is wrong with the body.
        source: serde_json::Error,
    },
}

impl ResponseError {
    /// The answer's status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Refused(fault) => fault.status,
            Self::Unreadable { status, .. } => *status,
        }
    }

    /// Why the service refused, if it did.
    #[must_use]
    pub const fn fault(&self) -> Option<&ApiFault> {
        match self {
            Self::Refused(fault) => Some(fault),
            Self::Unreadable { .. } => None,
        }
    }
}

pub(crate) fn read<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, ResponseError> {
    taken(status, body)?;
    serde_json::from_slice(body).map_err(|source| ResponseError::Unreadable { status, source })
}

/// Whether the service took the request, whatever it says besides.
pub(crate) fn taken(status: u16, body: &[u8]) -> Result<(), ResponseError> {
    match status {
        200..=299 => Ok(()),
        _ => Err(ApiFault::read(status, body).into()),
    }
}
