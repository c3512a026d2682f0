//! Brings one receiver what it has not got.

use std::sync::Arc;
use std::time::Duration;

use quell_transport::{BuildError, RootCertificates};
use tokio_util::sync::CancellationToken;

use super::{DeliveryError, Destination, Receiver};
use crate::audit::duty::Duty;
use crate::core::TenantId;
use crate::store::{Store, StoreError};

/// How often it looks for new entries.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How often it looks whether another server delivers.
const LOOK: Duration = Duration::from_secs(10);
/// The most entries of a batch.
const BATCH: u32 = 256;

/// Brings one receiver what it has not got.
#[derive(Debug)]
pub(crate) struct Courier {
    store: Arc<dyn Store>,
    name: String,
    duty: Duty,
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
        trusted: RootCertificates,
    ) -> Result<Self, BuildError> {
        let receiver = destination.receiver(trusted)?;
        Ok(Self::to(store, destination.name(), receiver))
    }

    fn to(store: Arc<dyn Store>, name: String, receiver: Box<dyn Receiver>) -> Self {
        Self {
            duty: Duty::new(Arc::clone(&store), format!("audit to {name}"), LOOK),
            store,
            name,
            receiver,
        }
    }

    /// Works until the server closes. What is under way then is delivered again after the next
    /// start.
    pub(crate) async fn run(mut self, closing: CancellationToken) {
        self.work(closing).await;
        self.duty.leave().await;
    }

    async fn work(&mut self, closing: CancellationToken) {
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
        if !self.duty.is_ours().await? {
            return Ok(());
        }
        for tenant in self.store.trails().await? {
            while self.deliver_batch(tenant).await? {}
        }
        Ok(())
    }

    /// Whether there was anything to deliver, and it was ours to do.
    async fn deliver_batch(&mut self, tenant: TenantId) -> Result<bool, Hindrance> {
        if !self.duty.is_ours().await? {
            return Ok(false);
        }
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
    use crate::store::postgres::tests::Database;
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

    fn courier(store: Arc<dyn Store>, recording: &Recording) -> Courier {
        Courier::to(store, "recording".to_owned(), Box::new(recording.clone()))
    }

    #[tokio::test]
    async fn receiver_gets_all_once_and_what_failed_again_also_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&dir.path().join("quell.db")).unwrap();
        let tenant = TenantId::fresh();
        let recording = Recording::default();
        let courier = || courier(Arc::new(store.clone()), &recording);
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

    #[tokio::test]
    async fn one_of_two_servers_delivers_and_the_other_when_it_is_gone_on_postgres() {
        let database = Database::create().await;
        let open = || async { SqlStore::connect(database.options()).await.unwrap() };
        let (here, there) = (open().await, open().await);
        let tenant = TenantId::fresh();
        let [by_one, by_other] = [Recording::default(), Recording::default()];
        let mut one = courier(Arc::new(here.clone()), &by_one);
        let mut other = courier(Arc::new(there), &by_other);
        told(&here, tenant, 2).await;
        for _ in 0..2 {
            one.deliver_all().await.unwrap();
            other.deliver_all().await.unwrap();
        }
        assert_eq!(by_one.0.lock().unwrap().0, [1, 2]);
        let delivered = by_other.0.lock().unwrap().0.len();
        assert_eq!(delivered, 0, "it is the first one's to do");
        one.duty.leave().await;
        told(&here, tenant, 1).await;
        // It looks again after a while, not each second.
        let mut later = courier(Arc::new(here), &by_other);
        later.deliver_all().await.unwrap();
        assert_eq!(
            by_other.0.lock().unwrap().0,
            [3],
            "no more than was missing"
        );
    }

    #[test]
    fn pauses_grow_up_to_a_minute() {
        let seconds = [1, 2, 3, 6, 7, 40].map(|failures| backoff(failures).as_secs());
        assert_eq!(seconds, [1, 2, 4, 32, 60, 60]);
    }
}
