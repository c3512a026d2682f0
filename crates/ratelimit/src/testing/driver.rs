use std::sync::Arc;
use std::time::Duration;

use super::{Subject, TIMEOUT};
use crate::{
    BudgetName, PermitId, PermitStore, Policy, Priority, PushBack, Snapshot, StoreError, Turn,
};

/// The time after which the suite stops to wait for a permit.
const LONGEST_WAIT: Duration = Duration::from_secs(2 * 3600);
/// Where the store does not say when to look again.
const LOOK: Duration = Duration::from_millis(20);

/// One user of one budget, and the clock of its store.
pub(super) struct Driver<'subject> {
    subject: &'subject dyn Subject,
    pub(super) store: Arc<dyn PermitStore>,
}

impl<'subject> Driver<'subject> {
    pub(super) async fn open(
        subject: &'subject dyn Subject,
        name: &str,
        policy: &Policy,
    ) -> Result<Self, StoreError> {
        let budget = BudgetName::new("conformance", "suite", name);
        let store = subject.connect().await?.open(&budget, policy).await?;
        Ok(Self { subject, store })
    }

    pub(super) async fn now(&self) -> Duration {
        self.subject.now().await
    }

    pub(super) async fn since(&self, earlier: Duration) -> Duration {
        self.now().await.saturating_sub(earlier)
    }

    pub(super) async fn advance(&self, by: Duration) {
        self.subject.advance(by).await;
    }

    pub(super) async fn ask(&self, priority: Priority) -> Result<Turn, StoreError> {
        self.store.acquire(priority).await
    }

    /// A permit that is due now.
    pub(super) async fn granted(&self) -> Result<PermitId, StoreError> {
        match self.ask(Priority::Batch).await? {
            Turn::Granted(id) => Ok(id),
            other => panic!("a permit was due, not {other:?}"),
        }
    }

    /// Whether a batch caller has to wait.
    pub(super) async fn waits(&self) -> Result<bool, StoreError> {
        self.waits_as(Priority::Batch).await
    }

    pub(super) async fn waits_as(&self, priority: Priority) -> Result<bool, StoreError> {
        Ok(!matches!(self.ask(priority).await?, Turn::Granted(_)))
    }

    pub(super) async fn sent(&self, id: PermitId) -> Result<(), StoreError> {
        self.store.sent(id, TIMEOUT).await
    }

    pub(super) async fn call(&self, id: PermitId) -> Result<(), StoreError> {
        self.sent(id).await?;
        self.store.complete(id, None).await
    }

    pub(super) async fn refused_call(
        &self,
        id: PermitId,
        push_back: PushBack,
    ) -> Result<(), StoreError> {
        self.sent(id).await?;
        self.store.complete(id, Some(push_back)).await
    }

    pub(super) async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.store.snapshot().await
    }

    /// Asks and waits as told until there is a permit.
    pub(super) async fn next_permit(&self) -> Result<(PermitId, Duration), StoreError> {
        let begun = self.now().await;
        loop {
            let wait = match self.ask(Priority::Batch).await? {
                Turn::Granted(id) => return Ok((id, self.since(begun).await)),
                Turn::After(wait) => wait,
                Turn::AfterCompletion { at_most, .. } => at_most.unwrap_or(LOOK).min(LOOK),
            };
            assert!(
                self.since(begun).await <= LONGEST_WAIT,
                "no permit in {LONGEST_WAIT:?}"
            );
            self.advance(wait).await;
        }
    }
}
