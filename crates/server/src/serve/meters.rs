//! What is counted and measured, as Prometheus reads it.

use std::fmt;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::store::WriteWatch;

/// What one request was about and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    operation: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Coded {
    code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reasoned {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InStatus {
    status: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Build {
    version: &'static str,
}

/// Why a connection was closed by us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// Its address has too many.
    TooManyOfAddress,
    /// The handshake of TLS failed or took too long.
    Handshake,
    /// It asked nothing for too long.
    Silent,
    /// It did not take its answers.
    NotReading,
    /// It asked and took back too often.
    Resets,
}

impl Closed {
    fn reason(self) -> &'static str {
        match self {
            Self::TooManyOfAddress => "too_many_of_address",
            Self::Handshake => "handshake",
            Self::Silent => "silent",
            Self::NotReading => "not_reading",
            Self::Resets => "resets",
        }
    }
}

/// Everything that is counted and measured.
pub(super) struct Meters {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Asked, Histogram, fn() -> Histogram>,
    refusals: Family<Coded, Counter>,
    in_flight: Family<Asked, Gauge>,
    actions: Family<InStatus, Gauge>,
    held: Gauge,
    commits: Family<Ended, Counter>,
    commit_duration: Histogram,
    batch: Histogram,
    connections: Gauge,
    closed: Family<Reasoned, Counter>,
    reloads: Family<Ended, Counter>,
    /// The statuses that were told, so that one that no action has any more goes to zero.
    statuses: Mutex<Vec<String>>,
}

impl fmt::Debug for Meters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meters").finish_non_exhaustive()
    }
}

/// Seconds: from what a memory answers to what a hold lasts.
const SECONDS: [f64; 14] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0,
];
/// Writes that share a commit.
const BATCHES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

impl Default for Meters {
    fn default() -> Self {
        let mut meters = Self {
            registry: Registry::with_prefix("quell"),
            requests: Family::default(),
            durations: Family::new_with_constructor(seconds),
            refusals: Family::default(),
            in_flight: Family::default(),
            actions: Family::default(),
            held: Gauge::default(),
            commits: Family::default(),
            commit_duration: seconds(),
            batch: Histogram::new(BATCHES),
            connections: Gauge::default(),
            closed: Family::default(),
            reloads: Family::default(),
            statuses: Mutex::default(),
        };
        meters.register();
        meters
    }
}

impl Meters {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("requests", "Requests answered", self.requests.clone());
        registry.register(
            "request_duration_seconds",
            "Time from a request's head to its answer's head",
            self.durations.clone(),
        );
        registry.register(
            "requests_in_flight",
            "Requests that are being answered",
            self.in_flight.clone(),
        );
        registry.register(
            "refusals",
            "Requests refused, by error code",
            self.refusals.clone(),
        );
        registry.register(
            "actions",
            "Machine actions kept, by status, as of the last half minute",
            self.actions.clone(),
        );
        registry.register(
            "held_polls",
            "Agents that wait for orders",
            self.held.clone(),
        );
        registry.register(
            "store_commits",
            "Commits of the store",
            self.commits.clone(),
        );
        registry.register(
            "store_commit_duration_seconds",
            "Time from a commit's first write to its sync",
            self.commit_duration.clone(),
        );
        registry.register(
            "store_batch_writes",
            "Writes that shared a commit",
            self.batch.clone(),
        );
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register(
            "connections_closed",
            "Connections closed by the server before their time",
            self.closed.clone(),
        );
        registry.register(
            "tls_reloads",
            "Times that certificate and key were read again",
            self.reloads.clone(),
        );
        let version = env!("CARGO_PKG_VERSION");
        registry.register("build", "This program", Info::new(Build { version }));
    }

    /// Everything, in OpenMetrics' text format.
    pub(super) fn told(&self) -> Result<String, fmt::Error> {
        let mut told = String::new();
        text::encode(&mut told, &self.registry).map(|()| told)
    }

    /// How many agents wait for orders.
    pub(super) fn held(&self) -> u64 {
        u64::try_from(self.held.get()).unwrap_or(0)
    }

    /// Counts a request from now until the guard is dropped.
    pub(super) fn arrived(&self, operation: &'static str, held: bool) -> InFlight {
        let of_operation = self.in_flight.get_or_create_owned(&Asked { operation });
        let gauges = [Some(of_operation), held.then(|| self.held.clone())];
        for gauge in gauges.iter().flatten() {
            gauge.inc();
        }
        InFlight(gauges)
    }

    pub(super) fn answered(&self, operation: &'static str, status: u16, took: Duration) {
        let answered = Answered { operation, status };
        self.requests.get_or_create(&answered).inc();
        let asked = Asked { operation };
        self.durations
            .get_or_create(&asked)
            .observe(took.as_secs_f64());
    }

    pub(super) fn refused(&self, code: &str) {
        let code = code.to_owned();
        self.refusals.get_or_create(&Coded { code }).inc();
    }

    /// How many actions have which status.
    pub(super) fn actions(&self, counted: &[(String, u64)]) {
        let mut statuses = self.statuses.lock().unwrap_or_else(PoisonError::into_inner);
        for status in statuses.drain(..) {
            self.actions.get_or_create(&InStatus { status }).set(0);
        }
        for (status, count) in counted {
            let label = InStatus {
                status: status.clone(),
            };
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            self.actions.get_or_create(&label).set(count);
            statuses.push(status.clone());
        }
    }

    /// Counts a connection from now until the guard is dropped.
    pub(super) fn connected(&self) -> InFlight {
        self.connections.inc();
        InFlight([Some(self.connections.clone()), None])
    }

    pub(super) fn closed(&self, closed: Closed) {
        let reason = closed.reason();
        self.closed.get_or_create(&Reasoned { reason }).inc();
    }

    pub(super) fn reloaded(&self, done: bool) {
        let outcome = outcome(done);
        self.reloads.get_or_create(&Ended { outcome }).inc();
    }
}

impl WriteWatch for Meters {
    fn committed(&self, writes: usize, took: Duration, done: bool) {
        let outcome = outcome(done);
        self.commits.get_or_create(&Ended { outcome }).inc();
        self.commit_duration.observe(took.as_secs_f64());
        self.batch
            .observe(f64::from(u32::try_from(writes).unwrap_or(u32::MAX)));
    }
}

fn outcome(done: bool) -> &'static str {
    if done { "done" } else { "failed" }
}

/// Counted until it is dropped.
#[derive(Debug)]
pub(super) struct InFlight([Option<Gauge>; 2]);

impl Drop for InFlight {
    fn drop(&mut self) {
        for gauge in self.0.iter().flatten() {
            gauge.dec();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_told_under_its_name() {
        let meters = Meters::default();
        let hold = meters.arrived("hold", true);
        let connection = meters.connected();
        meters.answered("GetMachine", 429, Duration::from_millis(3));
        meters.refused("TooManyRequests");
        meters.committed(7, Duration::from_millis(4), true);
        meters.committed(1, Duration::from_secs(5), false);
        meters.closed(Closed::NotReading);
        meters.reloaded(false);
        meters.actions(&[("Pending".to_owned(), 5)]);
        let told = meters.told().unwrap();
        for line in [
            "quell_requests_total{operation=\"GetMachine\",status=\"429\"} 1",
            "quell_request_duration_seconds_bucket{le=\"0.005\",operation=\"GetMachine\"} 1",
            "quell_refusals_total{code=\"TooManyRequests\"} 1",
            "quell_held_polls 1",
            "quell_requests_in_flight{operation=\"hold\"} 1",
            "quell_connections 1",
            "quell_store_commits_total{outcome=\"failed\"} 1",
            "quell_store_batch_writes_bucket{le=\"8.0\"} 2",
            "quell_connections_closed_total{reason=\"not_reading\"} 1",
            "quell_tls_reloads_total{outcome=\"failed\"} 1",
            "quell_actions{status=\"Pending\"} 5",
            concat!(
                "quell_build_info{version=\"",
                env!("CARGO_PKG_VERSION"),
                "\"} 1"
            ),
            "# EOF",
        ] {
            assert!(told.lines().any(|told| told == line), "{line}\n{told}");
        }
        drop((hold, connection));
        meters.actions(&[("Succeeded".to_owned(), 5)]);
        let told = meters.told().unwrap();
        for line in [
            "quell_held_polls 0",
            "quell_connections 0",
            "quell_actions{status=\"Pending\"} 0",
        ] {
            assert!(told.lines().any(|told| told == line), "{line}\n{told}");
        }
    }
}
