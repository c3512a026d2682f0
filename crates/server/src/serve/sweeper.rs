//! Lets time pass in the store, now and then.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
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
        match self.store.sweep(self.rule, self.clock.now()).await {
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

    async fn tend(&self) {
        if let Err(error) = self.issuer.tend().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "signing keys not tended"
            );
        }
    }
}
