//! How far the service's clock and ours are apart, as its answers' `Date` tells.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use http::{HeaderMap, header};
use quell_model::Timestamp;

/// How far the service's clock is ahead of ours, in ticks of 100 ns, if an answer told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Skew(pub(crate) Option<i64>);

impl Skew {
    /// A moment of our clock in the service's; the same one while nothing is known of that.
    pub(crate) fn apply(self, ours: Timestamp) -> Timestamp {
        Timestamp::from_unix_ticks(ours.unix_ticks().saturating_add(self.0.unwrap_or(0)))
    }

    pub(crate) const fn is_known(self) -> bool {
        self.0.is_some()
    }
}

/// The service's clock, as its newest answer showed it.
#[derive(Debug)]
pub(crate) struct ServiceClock(AtomicI64);

/// No two clocks that can be written down are this far apart.
const UNHEARD: i64 = i64::MIN;

impl Default for ServiceClock {
    fn default() -> Self {
        Self(AtomicI64::new(UNHEARD))
    }
}

impl ServiceClock {
    /// Learns from an answer; one without a date teaches nothing.
    pub(crate) fn hear(&self, headers: &HeaderMap, now: SystemTime) {
        if let Some(date) = date(headers) {
            let skew = date
                .unix_ticks()
                .saturating_sub(Timestamp::from(now).unix_ticks());
            self.0.store(skew, Ordering::Relaxed);
        }
    }

    pub(crate) fn skew(&self) -> Skew {
        let heard = self.0.load(Ordering::Relaxed);
        Skew((heard != UNHEARD).then_some(heard))
    }
}

/// When an answer was written, by its writer's clock.
pub(crate) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok().map(Timestamp::from)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_newest_date_counts_and_garbage_does_not() {
        let clock = ServiceClock::default();
        let now = httpdate::parse_http_date("Tue, 01 Jul 2025 12:00:00 GMT").unwrap();
        let ours = Timestamp::from(now);
        assert_eq!(
            (clock.skew().apply(ours), clock.skew().is_known()),
            (ours, false)
        );
        for text in ["Tue, 01 Jul 2025 11:50:00 GMT", "yesterday"] {
            let value = HeaderValue::from_static(text);
            clock.hear(&HeaderMap::from_iter([(header::DATE, value)]), now);
        }
        clock.hear(&HeaderMap::new(), now);
        let behind = ours.saturating_sub(Duration::from_secs(600));
        assert_eq!(
            (clock.skew().apply(ours), clock.skew().is_known()),
            (behind, true)
        );
    }
}
