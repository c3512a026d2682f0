//! Lets time pass in the store, now and then.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quell_model::Timestamp;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::core::ClockSteps;
use crate::issuer::Issuer;
use crate::store::Store;
use crate::store::record::SweepRule;

/// How often.
const PERIOD: Duration = Duration::from_secs(30);

/// Lets time pass in a store: ends what is overdue, forgets what is too old to matter, and lets keys
/// take turns.
#[derive(Clone, Debug)]
pub struct Sweeper {
    store: Arc<dyn Store>,
    issuer: Arc<Issuer>,
    clock: Arc<dyn Clock>,
    rule: SweepRule,
    steps: Arc<Mutex<ClockSteps>>,
}

impl Sweeper {
    pub(super) fn new(
        store: Arc<dyn Store>,
        issuer: Arc<Issuer>,
        clock: Arc<dyn Clock>,
        rule: SweepRule,
    ) -> Self {
        Self {
            store,
            issuer,
            clock,
            rule,
            steps: Arc::default(),
        }
    }

    pub(super) async fn run(self, closing: CancellationToken) {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = closing.cancelled() => return,
                _ = ticks.tick() => self.sweep().await,
            }
        }
    }

    /// Does it now, by the server's clock. A store that cannot is tried again at the next interval.
    pub async fn sweep(&self) {
        self.tend().await;
        let now = self.clock.now();
        let rule = SweepRule {
            held_back: self.look(now),
            ..self.rule
        };
        match self.store.sweep(rule, now).await {
            Ok(swept) if swept.timed_out + swept.inactive > 0 => {
                tracing::info!(
                    timed_out = swept.timed_out,
                    inactive = swept.inactive,
                    "time has passed"
                );
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "no sweep");
            }
        }
    }

    /// How much of what the clock shows has not passed.
    fn look(&self, now: Timestamp) -> Duration {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let held_back = steps.look(now, self.clock.running());
        if held_back > Duration::ZERO {
            tracing::warn!(
                seconds = held_back.as_secs(),
                "the clock was set forward: what waits for machines is not over because of that"
            );
        }
        held_back
    }

    async fn tend(&self) {
        if let Err(error) = self.issuer.tend().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "signing keys not tended"
            );
        }
    }
}
