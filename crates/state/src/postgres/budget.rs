use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use quell_ratelimit::{
    Moment, PermitId, PermitStore, Priority, PushBack, RollingLog, Snapshot, StoreError, Turn,
};

use super::PostgresState;
use super::outbox::Returned;
use crate::StateError;
use crate::budget::{Opened, decisions};

/// One budget of the database.
#[derive(Debug)]
pub(super) struct PostgresBudget {
    state: PostgresState,
    opened: Arc<Opened>,
    /// What had been heard of others when the last question was asked.
    heard: AtomicU64,
}

impl PostgresBudget {
    pub(super) fn new(state: PostgresState, opened: Arc<Opened>) -> Self {
        let heard = AtomicU64::new(*state.shared.stirs.borrow());
        Self {
            state,
            opened,
            heard,
        }
    }

    async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut RollingLog, Moment) -> T + Send + 'static,
    ) -> Result<T, StateError> {
        let heard = *self.state.shared.stirs.borrow();
        self.heard.store(heard, Ordering::Relaxed);
        let decide = move |log: &mut RollingLog, now| ask(log, now).into();
        let (answer, _) = self.state.decide(&self.opened, decide).await?;
        Ok(answer)
    }

    /// How long to wait for a database that is away, unless it has been for too long.
    async fn wait_out(&self, error: StateError) -> Result<Duration, StoreError> {
        let worth_waiting = match error {
            StateError::Unreachable { .. } => self.state.shared.link.worth_waiting().await,
            _ => None,
        };
        worth_waiting.ok_or_else(|| StoreError::new(error))
    }
}

#[async_trait]
impl PermitStore for PostgresBudget {
    async fn acquire(&self, priority: Priority) -> Result<Turn, StoreError> {
        let acquire = move |log: &mut RollingLog, now| decisions::acquire(log, priority, now);
        match self.ask(acquire).await {
            Ok(turn) => Ok(turn),
            Err(error) => self.wait_out(error).await.map(Turn::After),
        }
    }

    async fn sent(&self, id: PermitId, timeout: Duration) -> Result<(), StoreError> {
        let sent = move |log: &mut RollingLog, now| log.sent(id, now + timeout, now);
        self.ask(sent).await?.map_err(StoreError::new)
    }

    async fn complete(&self, id: PermitId, push_back: Option<PushBack>) -> Result<(), StoreError> {
        let returned = Returned {
            budget: Arc::clone(&self.opened),
            permit: id,
            push_back,
            settled: None,
        };
        Ok(self.state.bring_back(returned).await?)
    }

    fn abandon(&self, id: PermitId) {
        let (state, opened) = (self.state.clone(), Arc::clone(&self.opened));
        let abandon = async move {
            let abandon = move |log: &mut RollingLog, now| decisions::abandon(log, id, now);
            // If it fails, the permit counts until its lease or its expiry.
            drop(state.decide(&opened, abandon).await);
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(abandon);
        }
    }

    async fn pause(&self, length: Duration) -> Result<(), StoreError> {
        let pause = move |log: &mut RollingLog, now| log.pause(now + length, now);
        Ok(self.ask(pause).await?)
    }

    async fn forecast(&self, ahead: u32, priority: Priority) -> Result<Duration, StoreError> {
        let forecast =
            move |log: &mut RollingLog, now: Moment| log.forecast(ahead, priority, now).since(now);
        match self.ask(forecast).await {
            Ok(wait) => Ok(wait),
            Err(error) => self.wait_out(error).await,
        }
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let snapshot = |log: &mut RollingLog, now| log.snapshot(now);
        Ok(self.ask(snapshot).await?)
    }

    async fn changed(&self) {
        let heard = self.heard.load(Ordering::Relaxed);
        let mut stirs = self.state.shared.stirs.subscribe();
        // It ends only with the state itself, which is kept here.
        drop(stirs.wait_for(|count| *count != heard).await);
    }
}
