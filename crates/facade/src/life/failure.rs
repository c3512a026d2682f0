use std::sync::Arc;
use std::time::Duration;

use quell_ratelimit::StoreError;
use quell_transport::{TargetError, TransportError, TransportErrorKind};

use crate::auth::TokenError;
use crate::error::{Error, ErrorKind};
use crate::journal::JournalError;

/// Why an attempt brought no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// There is no token.
    Token(Arc<TokenError>),
    /// The limits have no room before the deadline.
    Limits { wait: Duration },
    /// The store that keeps the permits failed: nothing was sent.
    Store(StoreError),
    /// The journal did not take the intent: nothing was sent.
    Journal(JournalError),
    /// The request has no place at the host that was chosen.
    Target(TargetError),
    /// The request cannot be put together.
    Request(http::Error),
    /// The deadline passed before anything was sent.
    TooLate,
    /// The deadline passed while the request was on its way.
    Abandoned,
    /// It was handed to the transport.
    Transport(TransportError),
}

impl Failure {
    /// The error without its outcome: nothing was performed unless the caller says otherwise.
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::Token(error) => no_token(error),
            Self::Limits { wait } => {
                Error::new(ErrorKind::RateLimited).with_retry_after(Some(wait))
            }
            Self::Store(error) => Error::new(ErrorKind::Store)
                .with_detail("no permit could be reserved")
                .because(error),
            Self::Journal(error) => Error::new(ErrorKind::Store)
                .with_detail("the intent could not be written down")
                .because(error),
            Self::Target(error) => Error::new(ErrorKind::InvalidInput).because(error),
            Self::Request(error) => Error::new(ErrorKind::InvalidInput).because(error),
            Self::TooLate | Self::Abandoned => Error::new(ErrorKind::Timeout),
            Self::Transport(error) => Error::new(kind_of(error.kind())).because(error),
        }
    }
}

/// The error of a call, or a sign-in, for which there is no token.
pub(crate) fn no_token(error: Arc<TokenError>) -> Error {
    let kind = match &*error {
        TokenError::MissingPermission(_) => ErrorKind::Forbidden,
        other if other.may_pass() => ErrorKind::Unavailable,
        _ => ErrorKind::Authentication,
    };
    Error::new(kind)
        .with_retry_after(error.retry_after())
        .because(error)
}

const fn kind_of(kind: TransportErrorKind) -> ErrorKind {
    match kind {
        TransportErrorKind::Timeout => ErrorKind::Timeout,
        TransportErrorKind::BodyTooLarge | TransportErrorKind::Decode => ErrorKind::Decode,
        TransportErrorKind::InvalidRequest => ErrorKind::Configuration,
        _ => ErrorKind::Transport,
    }
}
