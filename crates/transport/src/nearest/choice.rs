//! What is chosen and why, and what came of it.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use super::Candidate;
use super::course::Sign;
use crate::{Endpoint, TransportErrorKind};

/// The endpoint to use now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub(super) candidate: Candidate,
    pub(super) position: usize,
    pub(super) why: Why,
}

impl Choice {
    /// Who was chosen.
    #[must_use]
    pub const fn candidate(&self) -> &Candidate {
        &self.candidate
    }

    /// Where it is.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        self.candidate.endpoint()
    }

    /// Why this one.
    #[must_use]
    pub const fn why(&self) -> Why {
        self.why
    }
}

/// Why an endpoint is the one to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// It is the only candidate: someone named it.
    Named,
    /// It is home, and nothing was measured yet.
    NotMeasured,
    /// It has the shortest connects, or those of another are not shorter by enough.
    Nearest,
    /// The one that was preferred fails.
    FailedOver,
    /// It is home, and none could be reached.
    NoneReached,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Named => "named",
            Self::NotMeasured => "not measured yet",
            Self::Nearest => "nearest",
            Self::FailedOver => "the nearest fails",
            Self::NoneReached => "none reached",
        })
    }
}

/// What a call met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Met {
    /// An answer with this status.
    Answer(StatusCode),
    /// No answer, for this reason.
    Failure(TransportErrorKind),
}

impl Met {
    pub(super) fn sign(self, took: Duration) -> Sign {
        use TransportErrorKind::{Connect, Resolve, Tls};
        match self {
            Self::Answer(StatusCode::SERVICE_UNAVAILABLE)
            | Self::Failure(Connect | Tls | Resolve) => Sign::Failed,
            Self::Answer(_) => Sign::Answered(took),
            Self::Failure(_) => Sign::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TransportErrorKind::{Connect, Interrupted, Resolve, Timeout, Tls};

    #[test]
    fn what_speaks_against_an_endpoint_is_no_connection_and_503() {
        let took = Duration::from_secs(1);
        let sign = |met: Met| met.sign(took);
        for kind in [Connect, Resolve, Tls] {
            assert_eq!(sign(Met::Failure(kind)), Sign::Failed, "{kind:?}");
        }
        assert_eq!(
            sign(Met::Answer(StatusCode::SERVICE_UNAVAILABLE)),
            Sign::Failed
        );
        for kind in [Timeout, Interrupted] {
            assert_eq!(sign(Met::Failure(kind)), Sign::Nothing, "{kind:?}");
        }
        for status in [200, 401, 404, 429, 500, 502, 504] {
            let answer = Met::Answer(StatusCode::from_u16(status).unwrap());
            assert_eq!(sign(answer), Sign::Answered(took), "{status}");
        }
    }
}
