//! Keeps in the store that this server runs, for whoever asks the store how things stand.

use std::sync::Arc;
use std::time::Duration;

use quell_model::Timestamp;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::meters::Meters;
use crate::clock::Clock;
use crate::store::Store;
use crate::store::record::RunningServer;

/// How often.
const PERIOD: Duration = Duration::from_secs(10);
/// Who says nothing for so long has ended: three times in a row may be missed.
pub(crate) const SILENCE: Duration = Duration::from_secs(40);

/// Tells that this server runs.
#[derive(Debug)]
pub(super) struct Presence {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    meters: Arc<Meters>,
    id: Uuid,
    started: Timestamp,
}

impl Presence {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, meters: Arc<Meters>) -> Self {
        Self {
            started: clock.now(),
            store,
            clock,
            meters,
            id: Uuid::new_v4(),
        }
    }

    /// Until the server closes.
    pub(super) async fn run(self, closing: CancellationToken) {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = closing.cancelled() => break,
                _ = ticks.tick() => self.tell().await,
            }
        }
        if let Err(error) = self.store.server_ends(self.id).await {
            tracing::debug!(%error, "not told that the server ends");
        }
    }

    /// A store that takes nothing is told of by the server's health.
    async fn tell(&self) {
        let seen = self.clock.now();
        let server = RunningServer {
            id: self.id,
            started: self.started,
            seen,
            held_polls: self.meters.held(),
        };
        let told = self.store.server_runs(server, seen.saturating_sub(SILENCE));
        if let Err(error) = told.await {
            tracing::debug!(%error, "not told that the server runs");
        }
    }
}
