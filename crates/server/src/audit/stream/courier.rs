//! Brings one receiver what it has not got.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{DeliveryError, Destination, Receiver};
use crate::core::TenantId;
use crate::outgoing::OutgoingError;
use crate::store::{Store, StoreError};

/// How often it looks for new entries.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The most entries of a batch.
const BATCH: u32 = 256;

/// Brings one receiver what it has not got.
#[derive(Debug)]
pub(crate) struct Courier {
    store: Arc<dyn Store>,
    name: String,
    receiver: Box<dyn Receiver>,
}

#[derive(Debug, thiserror::Error)]
enum Hindrance {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
}

impl Courier {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        destination: &Destination,
    ) -> Result<Self, OutgoingError> {
        Ok(Self {
            store,
            name: destination.name(),
            receiver: destination.receiver()?,
        })
    }

    /// Works until the server closes. What is under way then is delivered again after the next
    /// start.
    pub(crate) async fn run(mut self, closing: CancellationToken) {
        let mut failures = 0u32;
        loop {
            let pause = tokio::select! {
                () = closing.cancelled() => return,
                done = self.deliver_all() => self.pause(done, &mut failures),
            };
            tokio::select! {
                () = closing.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    fn pause(&self, done: Result<(), Hindrance>, failures: &mut u32) -> Duration {
        match done {
            Ok(()) => {
                if *failures > 0 {
                    tracing::info!(receiver = self.name, "the audit trail is delivered again");
                }
                *failures = 0;
                PAUSE
            }
            Err(error) => {
                if *failures == 0 {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(
                        receiver = self.name,
                        error,
                        "the audit trail is not delivered: trying on"
                    );
                }
                *failures = failures.saturating_add(1);
                backoff(*failures)
            }
        }
    }

    async fn deliver_all(&mut self) -> Result<(), Hindrance> {
        for tenant in self.store.trails().await? {
            while self.deliver_batch(tenant).await? {}
        }
        Ok(())
    }

    /// Whether there was anything to deliver.
    async fn deliver_batch(&mut self, tenant: TenantId) -> Result<bool, Hindrance> {
        let position = self.store.position(&self.name, tenant).await?;
        let entries = self.store.entries(tenant, position, BATCH).await?;
        let Some(last) = entries.last() else {
            return Ok(false);
        };
        self.receiver.deliver(tenant, &entries).await?;
        // Kept after the receiver has them: a crash in between delivers them twice, never not.
        self.store
            .set_position(&self.name, tenant, last.sequence)
            .await?;
        Ok(true)
    }
}

fn backoff(failures: u32) -> Duration {
    let doubled = 1u32
        .checked_shl(failures.saturating_sub(1))
        .unwrap_or(u32::MAX);
    PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use quell_model::Timestamp;

    use super::*;
    use crate::core::audit::{By, Deed};
    use crate::store::record::KeptEntry;
    use crate::store::{SqlStore, Trail as _};

    #[derive(Clone, Debug, Default)]
    struct Recording(Arc<Mutex<(Vec<u64>, bool)>>);

    #[async_trait]
    impl Receiver for Recording {
        async fn deliver(
            &mut self,
            _: TenantId,
            entries: &[KeptEntry],
        ) -> Result<(), DeliveryError> {
            let mut state = self.0.lock().unwrap();
            state.0.extend(entries.iter().map(|entry| entry.sequence));
            match state.1 {
                true => Err(DeliveryError::Status(http::StatusCode::BAD_GATEWAY)),
                false => Ok(()),
            }
        }
    }

    async fn told(store: &SqlStore, tenant: TenantId, count: u64) {
        for _ in 0..count {
            let now = Timestamp::from_unix_seconds(1);
            let told = store.tell(tenant, By::server("test"), Deed::BackupMade, now);
            told.await.unwrap();
        }
    }

    #[tokio::test]
    async fn receiver_gets_all_once_and_what_failed_again_also_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&dir.path().join("quell.db")).unwrap();
        let tenant = TenantId::fresh();
        let recording = Recording::default();
        let courier = || Courier {
            store: Arc::new(store.clone()),
            name: "recording".to_owned(),
            receiver: Box::new(recording.clone()),
        };
        told(&store, tenant, 300).await;
        courier().deliver_all().await.unwrap();
        recording.0.lock().unwrap().1 = true;
        told(&store, tenant, 2).await;
        let mut before = courier();
        assert!(before.deliver_all().await.is_err());
        recording.0.lock().unwrap().1 = false;
        courier().deliver_all().await.unwrap();
        let expected: Vec<u64> = (1..=302).chain([301, 302]).collect();
        assert_eq!(recording.0.lock().unwrap().0, expected);
    }

    #[test]
    fn pauses_grow_up_to_a_minute() {
        let seconds = [1, 2, 3, 6, 7, 40].map(|failures| backoff(failures).as_secs());
        assert_eq!(seconds, [1, 2, 4, 32, 60, 60]);
    }
}
