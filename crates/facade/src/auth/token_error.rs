use std::error::Error as StdError;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use quell_transport::{TransportError, TransportErrorKind};

use super::{MissingPermission, Objection, Refusal};
use crate::error::one_line;

/// Why there is no token. No message repeats a secret that was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The token endpoint gave no answer.
    #[error("the token endpoint gave no answer")]
    Transport(#[source] TransportError),
    /// The token endpoint refused the credential, the tenant or the audience.
    ///
    /// Nobody is asked again for a minute: every caller is told the same meanwhile.
    #[error("the token endpoint refused {0}")]
    Refused(Box<Refusal>),
    /// The token endpoint does not work at the moment, or is asked too often.
    #[error("the token endpoint does not work at the moment ({status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// How long it asked to wait.
        retry_after: Option<Duration>,
    },
    /// The token endpoint failed a moment ago and is left alone for a while.
    #[error("the token endpoint failed a moment ago and is not asked again yet")]
    LeftAlone {
        /// How much longer.
        wait: Duration,
        /// How it failed.
        #[source]
        failure: Arc<Self>,
    },
    /// The token source gave no answer within its [`patience`](super::TokenSource::patience).
    #[error("the token source gave no answer in time")]
    Overdue,
    /// The endpoint's answer is not a token.
    #[error("the token endpoint's answer is not a token: {reason}")]
    Unreadable {
        /// What is wrong with it, without its content.
        reason: &'static str,
    },
    /// There is a token, and it says itself that the service would refuse it.
    #[error(transparent)]
    Objectionable(#[from] Objection),
    /// There is a token, and it says itself that it lacks a permission for this operation.
    #[error(transparent)]
    MissingPermission(#[from] MissingPermission),
    /// A file that proves who we are cannot be read.
    #[error("the file {} cannot be read", one_line(&path.to_string_lossy()))]
    File {
        /// Where it is.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The person declined to sign in.
    #[error("the sign-in was declined")]
    Declined,
    /// The person did not sign in while the code was valid.
    #[error("nobody signed in while the code was valid")]
    CodeExpired,
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
            Self::Unavailable { .. } | Self::Overdue => true,
            Self::LeftAlone { failure, .. } => failure.may_pass(),
            Self::Source { may_pass, .. } => *may_pass,
            Self::Refused(_)
            | Self::Unreadable { .. }
            | Self::Objectionable(_)
            | Self::MissingPermission(_)
            | Self::File { .. }
            | Self::Declined
            | Self::CodeExpired => false,
        }
    }

    /// How long the token endpoint asked to wait, or is left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            Self::LeftAlone { wait, .. } => Some(*wait),
            _ => None,
        }
    }

    /// The authority's refusal, with what to do about it.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::LeftAlone { failure, .. } => failure.refusal(),
            _ => None,
        }
    }

    /// The permission that the token lacks.
    #[must_use]
    pub const fn missing_permission(&self) -> Option<&MissingPermission> {
        match self {
            Self::MissingPermission(missing) => Some(missing),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_forges_no_second_line() {
        let error = TokenError::File {
            path: PathBuf::from("token\nERROR \u{1b}[31mall is lost"),
            source: std::io::ErrorKind::NotFound.into(),
        };
        assert_eq!(
            error.to_string(),
            "the file token ERROR [31mall is lost cannot be read"
        );
    }
}
