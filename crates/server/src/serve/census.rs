//! Counts the actions now and then, for the metrics: whoever reads them must not make the store count.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::meters::Meters;
use crate::store::Store;

/// How often.
const PERIOD: Duration = Duration::from_secs(30);

/// Counts until the server closes.
pub(super) async fn count(store: Arc<dyn Store>, meters: Arc<Meters>, closing: CancellationToken) {
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = closing.cancelled() => return,
            _ = ticks.tick() => {}
        }
        match store.actions_by_status().await {
            Ok(counted) => meters.actions(&counted),
            Err(error) => tracing::warn!(%error, "the actions cannot be counted"),
        }
    }
}
