//! Counters for a metrics exporter.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use quell_transport::TransportErrorKind;

use crate::{Done, Ended, ErrorKind, Hooks, Outcome, Sending, WaitReason, Waiting};

/// Counts what a client does, for whatever exports metrics.
///
/// It is [`Hooks`] to give to a client, or to several; its clones count together. Counting takes a
/// lock for some nanoseconds, allocates only when an operation is first called, and needs no
/// metrics crate: [`snapshot`](Self::snapshot) gives plain numbers that only ever grow.
///
/// ```
/// use quell::{Client, Counters};
///
/// let counters = Counters::default();
/// let builder = Client::builder().hooks(counters.clone());
/// // … and wherever metrics are exported:
/// for (operation, of) in &counters.snapshot().operations {
///     println!("quell_attempts_total{{operation=\"{operation}\"}} {}", of.attempts);
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Counters(Arc<Mutex<Metrics>>);

/// What was counted up to a moment, by operation in the API's words.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Metrics {
    /// For each operation that was called.
    pub operations: BTreeMap<String, OperationMetrics>,
}

/// What was counted of one operation.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct OperationMetrics {
    /// Requests handed to the transport. Those of them that are neither among the
    /// [`answers`](Self::answers) nor the [`failures`](Self::failures) are on their way, or their
    /// calls were dropped.
    pub attempts: u64,
    /// Answers by their HTTP status.
    pub answers: BTreeMap<u16, u64>,
    /// Attempts without an answer, by what went wrong.
    pub failures: BTreeMap<&'static str, u64>,
    /// Answers with status 429.
    pub refusals: u64,
    /// How long attempts took, answered or not.
    pub latency: Histogram,
    /// Calls that ended well.
    pub succeeded: u64,
    /// Calls that ended in an error, by its kind.
    pub failed: BTreeMap<&'static str, u64>,
    /// Those of them of which nobody knows whether they were performed.
    pub unknown_outcomes: u64,
    /// Waits, by what for.
    pub waits: BTreeMap<&'static str, Waits>,
}

/// How often and how long calls meant to wait. A wait for the limits may turn out longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waits {
    /// How often.
    pub count: u64,
    /// How long in all.
    pub total: Duration,
}

/// How many took how long.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    counts: [u64; BOUNDS.len()],
    count: u64,
    sum: Duration,
}

/// The upper bounds of the buckets, in milliseconds: from a call in the same region to the longest
/// that anybody waits for.
const BOUNDS: [u32; 12] = [
    10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 120_000,
];

impl Histogram {
    /// How many there were.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// How long they took together.
    #[must_use]
    pub const fn sum(&self) -> Duration {
        self.sum
    }

    /// Upper bounds, and how many took at most so long: cumulative, as Prometheus wants them. What
    /// took longer than the last bound is in [`count`](Self::count) only.
    pub fn buckets(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        let bounds = BOUNDS
            .iter()
            .map(|bound| Duration::from_millis((*bound).into()));
        bounds.zip(self.counts.iter().scan(0_u64, |below, count| {
            *below = below.saturating_add(*count);
            Some(*below)
        }))
    }

    fn record(&mut self, took: Duration) {
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(took);
        let bucket = BOUNDS
            .iter()
            .position(|bound| took.as_millis() <= (*bound).into());
        if let Some(count) = bucket.and_then(|bucket| self.counts.get_mut(bucket)) {
            *count = count.saturating_add(1);
        }
    }
}

impl Counters {
    /// Everything that was counted so far.
    #[must_use]
    pub fn snapshot(&self) -> Metrics {
        self.metrics().clone()
    }

    fn of(&self, operation: &str, count: impl FnOnce(&mut OperationMetrics)) {
        let mut metrics = self.metrics();
        if let Some(counted) = metrics.operations.get_mut(operation) {
            count(counted);
        } else {
            count(metrics.operations.entry(operation.to_owned()).or_default());
        }
    }

    fn metrics(&self) -> MutexGuard<'_, Metrics> {
        // Nothing panics while it is held, and numbers are never half-written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hooks for Counters {
    fn before_send(&self, sending: &Sending<'_>, _: &mut HeaderMap) {
        self.of(sending.operation, |counted| one_more(&mut counted.attempts));
    }

    fn after_attempt(&self, ended: &Ended<'_>) {
        self.of(ended.operation, |counted| {
            counted.latency.record(ended.took);
            match ended.result {
                Ok(status) => {
                    one_more(counted.answers.entry(status).or_default());
                    if status == 429 {
                        one_more(&mut counted.refusals);
                    }
                }
                Err(kind) => one_more(counted.failures.entry(failure(kind)).or_default()),
            }
        });
    }

    fn after_call(&self, done: &Done<'_>) {
        self.of(done.operation, |counted| match done.result {
            Ok(()) => one_more(&mut counted.succeeded),
            Err((kind, outcome)) => {
                one_more(counted.failed.entry(error(kind)).or_default());
                if outcome == Outcome::Unknown {
                    one_more(&mut counted.unknown_outcomes);
                }
            }
        });
    }

    fn before_wait(&self, waiting: &Waiting<'_>) {
        self.of(waiting.operation, |counted| {
            let waits = counted.waits.entry(reason(waiting.reason)).or_default();
            one_more(&mut waits.count);
            waits.total = waits.total.saturating_add(waiting.wait);
        });
    }
}

fn one_more(count: &mut u64) {
    *count = count.saturating_add(1);
}

/// Names for labels; they stay as they are.
const fn failure(kind: TransportErrorKind) -> &'static str {
    match kind {
        TransportErrorKind::InvalidRequest => "invalid_request",
        TransportErrorKind::Resolve => "resolve",
        TransportErrorKind::Connect => "connect",
        TransportErrorKind::Tls => "tls",
        TransportErrorKind::ConnectionClosed => "connection_closed",
        TransportErrorKind::Timeout => "timeout",
        TransportErrorKind::Interrupted => "interrupted",
        TransportErrorKind::BodyTooLarge => "body_too_large",
        TransportErrorKind::Decode => "decode",
        _ => "other",
    }
}

const fn error(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidInput => "invalid_input",
        ErrorKind::Configuration => "configuration",
        ErrorKind::Authentication => "authentication",
        ErrorKind::Forbidden => "forbidden",
        ErrorKind::NotFound => "not_found",
        ErrorKind::Conflict => "conflict",
        ErrorKind::RateLimited => "rate_limited",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::Service => "service",
        ErrorKind::Transport => "transport",
        ErrorKind::Timeout => "timeout",
        ErrorKind::Decode => "decode",
        ErrorKind::Store => "store",
    }
}

const fn reason(reason: WaitReason) -> &'static str {
    match reason {
        WaitReason::Limits => "limits",
        WaitReason::Retry => "retry",
        WaitReason::Poll => "poll",
        WaitReason::Reconcile => "reconcile",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_what_is_beyond_them_is_counted() {
        let mut histogram = Histogram::default();
        for milliseconds in [3, 10, 11, 400, 120_000, 120_001] {
            histogram.record(Duration::from_millis(milliseconds));
        }
        let at = |bound: u64| {
            let bound = Duration::from_millis(bound);
            histogram
                .buckets()
                .find(|(upper, _)| *upper == bound)
                .unwrap()
                .1
        };
        assert_eq!(
            [at(10), at(25), at(250), at(500), at(120_000)],
            [2, 3, 3, 4, 5]
        );
        assert_eq!(histogram.count(), 6);
        assert_eq!(histogram.sum(), Duration::from_millis(240_425));
    }
}
