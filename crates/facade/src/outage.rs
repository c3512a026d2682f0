//! How long a service that does not answer is waited out by those who wait for the ends of actions.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, ErrorKind};

const LONGEST: Duration = Duration::from_secs(300);

/// Failures in a row, since when. Whoever looks once in half an hour has not seen an outage of half
/// an hour when one look fails, so it is counted from the first failure.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outage {
    since: Option<Instant>,
}

impl Outage {
    /// There was an answer.
    pub(crate) const fn end(&mut self) {
        self.since = None;
    }

    /// Whether to look again after this failure.
    pub(crate) fn is_sat_out(&mut self, failure: &Error, now: Instant) -> bool {
        if failure.kind() == ErrorKind::RateLimited {
            // Limits that are used up are no outage.
            return true;
        }
        may_pass(failure) && now - *self.since.get_or_insert(now) < LONGEST
    }
}

/// Whether a failure says nothing of the actions and may be gone at the next look.
pub(crate) fn may_pass(failure: &Error) -> bool {
    use ErrorKind::{RateLimited, Timeout, Transport, Unavailable};
    matches!(
        failure.kind(),
        Transport | Timeout | Unavailable | RateLimited
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_counted_from_its_first_failure_and_ends_with_an_answer() {
        let down = Error::new(ErrorKind::Unavailable);
        let (mut outage, now) = (Outage::default(), Instant::now());
        assert!(outage.is_sat_out(&down, now));
        assert!(outage.is_sat_out(&down, now + LONGEST / 2));
        assert!(!outage.is_sat_out(&down, now + LONGEST));
        outage.end();
        assert!(outage.is_sat_out(&down, now + LONGEST));
    }

    #[test]
    fn a_refusal_is_not_sat_out_and_limits_always_are() {
        let (mut outage, now) = (Outage::default(), Instant::now());
        assert!(!outage.is_sat_out(&Error::new(ErrorKind::Forbidden), now));
        let limits = Error::new(ErrorKind::RateLimited);
        assert!(outage.is_sat_out(&limits, now));
        assert!(outage.is_sat_out(&limits, now + LONGEST * 100));
    }
}
