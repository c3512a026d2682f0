use std::error::Error as StdError;
use std::time::Duration;

use quell_transport::{TransportError, TransportErrorKind};

/// Why there is no token. No message repeats a secret that was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The token endpoint gave no answer.
    #[error("the token endpoint gave no answer")]
    Transport(#[source] TransportError),
    /// The token endpoint refused the credential, the tenant or the audience.
    #[error("the token endpoint refused ({status} {code}): {description}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// OAuth2's code, such as `invalid_client`.
        code: String,
        /// The endpoint's explanation, on one line, with what was sent taken out.
        description: String,
    },
    /// The token endpoint does not work at the moment, or is asked too often.
    #[error("the token endpoint does not work at the moment ({status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// How long it asked to wait.
        retry_after: Option<Duration>,
    },
    /// The endpoint's answer is not a token.
    #[error("the token endpoint's answer is not a token: {reason}")]
    Unreadable {
        /// What is wrong with it, without its content.
        reason: &'static str,
    },
    /// A token source of your own failed.
    #[error("the token source failed")]
    Source {
        /// Its error.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
        /// Whether asking again may help.
        may_pass: bool,
    },
}

impl TokenError {
    /// The failure of a token source of your own that asking again will not mend.
    #[must_use]
    pub fn permanent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Source {
            source: source.into(),
            may_pass: false,
        }
    }

    /// The failure of a token source of your own that may pass.
    #[must_use]
    pub fn passing(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Source {
            source: source.into(),
            may_pass: true,
        }
    }

    /// Whether asking again may help.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        use TransportErrorKind::{BodyTooLarge, Decode, InvalidRequest, Tls};
        match self {
            Self::Transport(error) => {
                !matches!(error.kind(), Tls | InvalidRequest | BodyTooLarge | Decode)
            }
            Self::Unavailable { .. } => true,
            Self::Source { may_pass, .. } => *may_pass,
            Self::Refused { .. } | Self::Unreadable { .. } => false,
        }
    }

    /// How long the token endpoint asked to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
