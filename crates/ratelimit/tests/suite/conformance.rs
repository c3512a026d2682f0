//! The memory store passes the suite, and the suite notices a store that breaks a rule.

use std::time::Duration;

use async_trait::async_trait;
use quell_ratelimit::testing::conformance;
use quell_ratelimit::{
    MemoryStore, PermitId, PermitStore, Policy, PushBack, Snapshot, StoreError, Turn,
};

#[tokio::test(start_paused = true)]
async fn memory_store_conforms() {
    conformance(|policy: Policy| async { MemoryStore::new(policy) })
        .await
        .unwrap();
}

/// One rule to break.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Flaw {
    RefundsWhatWasSent,
    RefundsNothing,
    CountsFromTheSend,
    IgnoresPauses,
    IgnoresPushBack,
}

#[derive(Debug)]
struct Flawed {
    inner: MemoryStore,
    flaw: Flaw,
}

impl Flawed {
    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == flaw
    }
}

#[async_trait]
impl PermitStore for Flawed {
    async fn acquire(&self) -> Result<Turn, StoreError> {
        self.inner.acquire().await
    }

    async fn sent(&self, id: PermitId, timeout: Duration) -> Result<(), StoreError> {
        if self.has(Flaw::RefundsWhatWasSent) {
            return Ok(());
        }
        self.inner.sent(id, timeout).await?;
        if self.has(Flaw::CountsFromTheSend) {
            self.inner.complete(id, None).await?;
        }
        Ok(())
    }

    async fn complete(&self, id: PermitId, push_back: Option<PushBack>) -> Result<(), StoreError> {
        if self.has(Flaw::CountsFromTheSend) {
            return Ok(());
        }
        let push_back = push_back.filter(|_| !self.has(Flaw::IgnoresPushBack));
        self.inner.complete(id, push_back).await
    }

    fn abandon(&self, id: PermitId) {
        if !self.has(Flaw::RefundsNothing) {
            self.inner.abandon(id);
        }
    }

    async fn pause(&self, length: Duration) -> Result<(), StoreError> {
        if self.has(Flaw::IgnoresPauses) {
            Ok(())
        } else {
            self.inner.pause(length).await
        }
    }

    async fn forecast(&self, ahead: u32) -> Result<Duration, StoreError> {
        self.inner.forecast(ahead).await
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.inner.snapshot().await
    }
}

async fn flawed_store_is_noticed(flaw: Flaw) {
    let fresh = move |policy: Policy| async move {
        Flawed {
            inner: MemoryStore::new(policy),
            flaw,
        }
    };
    let run = tokio::spawn(conformance(fresh));
    assert!(
        run.await.is_err_and(|error| error.is_panic()),
        "{flaw:?} went unnoticed"
    );
}

#[tokio::test(start_paused = true)]
async fn suite_notices_each_broken_rule() {
    for flaw in [
        Flaw::RefundsWhatWasSent,
        Flaw::RefundsNothing,
        Flaw::CountsFromTheSend,
        Flaw::IgnoresPauses,
        Flaw::IgnoresPushBack,
    ] {
        flawed_store_is_noticed(flaw).await;
    }
}
