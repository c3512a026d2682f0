//! Telling machines that wait of a freeze, and of its end.
//!
//! An operator's command freezes in another process, which wakes nobody here. Nothing is handed out
//! from that moment on all the same; what this is about is how soon a machine lays aside what it
//! took up and did not begin.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Wake;
use crate::store::Store;

/// How often it looks: one row or none, and no more than that however many machines wait.
const LOOK: Duration = Duration::from_millis(200);

/// Wakes every hold when something is frozen or thawed, until the server closes.
pub(crate) async fn tell_of_freezes(
    store: Arc<dyn Store>,
    wake: Arc<Wake>,
    closing: CancellationToken,
) {
    let mut known = Vec::new();
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = closing.cancelled() => return,
            _ = ticks.tick() => {}
        }
        // A store that is away is told of by the server's health, and looked at again.
        let Ok(found) = store.freezes().await else {
            continue;
        };
        if known != found {
            wake.wake_all();
            known = found;
        }
    }
}

#[cfg(test)]
mod tests {
    use quell_model::{MachineId, Timestamp};

    use super::*;
    use crate::core::TenantId;
    use crate::core::audit::By;
    use crate::store::record::Freeze;
    use crate::store::{Guard as _, SqlStore};

    #[tokio::test]
    async fn whoever_waits_is_woken_by_a_freeze_and_by_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&dir.path().join("quell.db")).unwrap();
        let (wake, closing) = (Arc::new(Wake::default()), CancellationToken::new());
        let telling = tokio::spawn(tell_of_freezes(
            Arc::new(store.clone()),
            Arc::clone(&wake),
            closing.clone(),
        ));
        let now = Timestamp::from_unix_seconds(1_700_000_000);
        let sleeper = wake.sleeper(TenantId::fresh(), MachineId::new("m").unwrap());
        for frozen in [true, false].repeat(2) {
            let mut woken = Box::pin(sleeper.notify().notified());
            woken.as_mut().enable();
            let by = By::server("test");
            match frozen {
                true => {
                    let freeze = Freeze {
                        tenant: None,
                        since: now,
                        reason: String::new(),
                        by: "ana".to_owned(),
                    };
                    store.freeze(freeze, by).await.unwrap();
                }
                false => assert!(store.thaw(None, String::new(), by, now).await.unwrap()),
            }
            // Nobody wakes it but the task: without that the test would wait for ever.
            woken.await;
        }
        closing.cancel();
        telling.await.unwrap();
    }
}
