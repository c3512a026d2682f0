//! Signs heads at intervals when something changed, and writes down what was counted.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Refusals;
use super::duty::Duty;
use crate::clock::Clock;
use crate::core::TenantId;
use crate::core::audit::{By, Deed, Head, Signed, SigningKey};
use crate::store::{Store, StoreError};

/// How often heads are signed: what is younger than this can be changed by who writes to the store
/// and does not hold the key.
const PERIOD: Duration = Duration::from_secs(60);
/// How many of these periods are one entry of what was refused.
const PERIODS_OF_COUNTING: u64 = 5;

/// Looks after the trails of a running server.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    key: Arc<SigningKey>,
    refusals: Arc<Refusals>,
    /// Servers whose keys differ would each sign after the other, for ever.
    signing: Arc<Mutex<Duty>>,
}

impl Keeper {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        key: SigningKey,
        refusals: Arc<Refusals>,
    ) -> Self {
        let signing = Duty::new(Arc::clone(&store), "audit heads".to_owned(), PERIOD / 2);
        Self {
            store,
            clock,
            key: Arc::new(key),
            refusals,
            signing: Arc::new(Mutex::new(signing)),
        }
    }

    /// Works until the server closes; then [`close`](Self::close) is to be called, once nothing is
    /// written any more.
    pub(crate) async fn run(self, closing: CancellationToken) {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for period in 0u64.. {
            tokio::select! {
                () = closing.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let counts = period % PERIODS_OF_COUNTING == PERIODS_OF_COUNTING - 1;
            if counts {
                log(self.write_counts().await);
            }
            log(self.sign_heads().await);
        }
    }

    /// Writes down and signs what is left.
    pub(crate) async fn close(&self) {
        log(self.write_counts().await);
        log(self.sign_heads().await);
        self.signing.lock().await.leave().await;
    }

    async fn write_counts(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        for (tenant, deed) in self.refusals.take() {
            let tenant = match tenant {
                Some(tenant) => tenant,
                None => self.store.first_tenant(now).await?,
            };
            self.store
                .tell(tenant, By::server("count"), deed, now)
                .await?;
        }
        Ok(())
    }

    /// Signs the head of each trail that has grown since, unless another server does it.
    pub(crate) async fn sign_heads(&self) -> Result<(), StoreError> {
        if !self.signing.lock().await.is_ours().await? {
            return Ok(());
        }
        for tenant in self.store.trails().await? {
            self.sign_head(tenant).await?;
        }
        Ok(())
    }

    async fn sign_head(&self, tenant: TenantId) -> Result<(), StoreError> {
        let last = self.store.last_head(tenant).await?;
        let end = self.store.trail_end(tenant).await?;
        if last.is_some_and(|last| last.statement.link == end) {
            return Ok(());
        }
        let time = self.clock.now();
        if last.is_none_or(|last| last.key != self.key.public()) {
            let used = Deed::AuditKeyUsed(self.key.public());
            let by = By::server("sign");
            self.store.tell(tenant, by, used, time).await?;
        }
        let link = self.store.trail_end(tenant).await?;
        let head = Head { tenant, link, time };
        self.store.keep_head(Signed::by(&self.key, head)).await
    }
}

fn log(done: Result<(), StoreError>) {
    if let Err(error) = done {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the audit trail is not signed"
        );
    }
}
