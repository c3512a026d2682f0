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
    /// Whoever asks goes by everyone else's clock, as [`Clock::outside`] does.
    clock: Arc<dyn Clock>,
    meters: Arc<Meters>,
    id: Uuid,
    started: Timestamp,
}

impl Presence {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, meters: Arc<Meters>) -> Self {
        Self {
            started: clock.outside(),
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
        let seen = self.clock.outside();
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

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::SystemTime;

    use super::*;
    use crate::clock::HurriedClock;
    use crate::store::SqlStore;

    const DAYS: Duration = Duration::from_secs(3 * 24 * 60 * 60);

    #[tokio::test]
    async fn server_whose_clock_is_hurried_is_seen_by_everyone_else_s() {
        let directory = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqlStore::open(&directory.path().join("db")).unwrap());
        let clock = HurriedClock::behind(DAYS, NonZeroU32::MIN);
        let present = || Timestamp::from(SystemTime::now());
        let before = present();
        let presence = Presence::new(Arc::clone(&store), Arc::new(clock.clone()), Arc::default());
        for advance in [Duration::ZERO, DAYS, DAYS] {
            clock.advance(advance);
            presence.tell().await;
            let seen: Vec<_> = store.servers().await.unwrap();
            assert_eq!(seen.len(), 1);
            assert!((before..=present()).contains(&seen[0].seen), "{seen:?}");
            assert!((before..=present()).contains(&seen[0].started), "{seen:?}");
        }
    }
}
