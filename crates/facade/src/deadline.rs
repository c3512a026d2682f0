//! How long a call may take in all.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;
use tokio::time::error::Elapsed;

/// The moment at which a call is given up, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// This long after `now`; `None`, or more than the clock can hold, is never.
    pub(crate) fn after(limit: Option<Duration>, now: Instant) -> Self {
        Self(limit.and_then(|limit| now.checked_add(limit)))
    }

    /// Whether a wait that begins `now` ends before the call is given up.
    pub(crate) fn allows(self, wait: Duration, now: Instant) -> bool {
        self.0
            .is_none_or(|end| now.checked_add(wait).is_some_and(|waited| waited < end))
    }

    /// What a future brings, unless the call is given up first.
    pub(crate) async fn bound<F: Future>(self, future: F) -> Result<F::Output, Elapsed> {
        let mut future = pin!(future);
        // Most of what is bounded is there at once, and needs no timer.
        let at_once = poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
        match (at_once.await, self.0) {
            (Poll::Ready(output), _) => Ok(output),
            (Poll::Pending, Some(end)) => tokio::time::timeout_at(end, future).await,
            (Poll::Pending, None) => Ok(future.await),
        }
    }

    /// How much time is left; `None` if there is no end.
    pub(crate) fn remaining(self, now: Instant) -> Option<Duration> {
        self.0.map(|end| end.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_wait_must_end_before_the_deadline() {
        let now = Instant::now();
        let deadline = Deadline::after(Some(SECOND), now);
        assert!(deadline.allows(SECOND / 2, now));
        assert!(!deadline.allows(SECOND, now));
        assert!(!deadline.allows(SECOND / 2, now + SECOND / 2));
        assert_eq!(deadline.remaining(now + 2 * SECOND), Some(Duration::ZERO));
    }

    #[test]
    fn without_a_deadline_every_wait_is_allowed() {
        let now = Instant::now();
        for limit in [None, Some(Duration::MAX)] {
            let deadline = Deadline::after(limit, now);
            assert!(deadline.allows(Duration::MAX, now));
            assert_eq!(deadline.remaining(now), None);
        }
    }

    #[test]
    fn a_wait_beyond_the_clock_passes_any_deadline() {
        let now = Instant::now();
        assert!(!Deadline::after(Some(SECOND), now).allows(Duration::MAX, now));
    }
}
