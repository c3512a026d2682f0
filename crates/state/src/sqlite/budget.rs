use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use quell_ratelimit::{
    Moment, PermitId, PermitStore, Priority, PushBack, RollingLog, Snapshot, StoreError, Turn,
};
use rusqlite::Connection;

use super::{SqliteState, forgetting, permits};
use crate::StateError;
use crate::budget::{Opened, decisions};

/// How often a waiting process looks whether another one has brought a permit back. A look reads one
/// page that is in memory.
const LOOK: Duration = Duration::from_millis(100);

/// One budget of the file.
#[derive(Debug)]
pub(super) struct SqliteBudget {
    state: SqliteState,
    opened: Arc<Opened>,
}

impl SqliteBudget {
    pub(super) fn new(state: SqliteState, opened: Arc<Opened>) -> Self {
        Self { state, opened }
    }

    async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut RollingLog, Moment) -> T + Send + 'static,
    ) -> Result<T, StateError> {
        let decide = move |log: &mut RollingLog, now| ask(log, now).into();
        let (answer, _) = self.state.decide(&self.opened, decide).await?;
        Ok(answer)
    }
}

#[async_trait]
impl PermitStore for SqliteBudget {
    async fn acquire(&self, priority: Priority) -> Result<Turn, StoreError> {
        let acquire = move |log: &mut RollingLog, now| decisions::acquire(log, priority, now);
        Ok(self.ask(acquire).await?)
    }

    async fn sent(&self, id: PermitId, timeout: Duration) -> Result<(), StoreError> {
        let sent = move |log: &mut RollingLog, now| log.sent(id, now + timeout, now);
        self.ask(sent).await?.map_err(StoreError::new)
    }

    async fn complete(&self, id: PermitId, push_back: Option<PushBack>) -> Result<(), StoreError> {
        let complete =
            move |log: &mut RollingLog, now| decisions::end(log, id, push_back, None, now);
        self.state.decide(&self.opened, complete).await?;
        Ok(())
    }

    fn abandon(&self, id: PermitId) {
        let abandon = move |log: &mut RollingLog, now| decisions::abandon(log, id, now);
        let (work, undo) = (
            self.state.deciding(&self.opened, abandon),
            forgetting(&self.opened),
        );
        let work = move |connection: &Connection| work(connection).map(drop);
        // If it is left undone, the permit counts until its lease or its expiry.
        self.state.shared.writer.write_some_time(work, undo);
    }

    async fn pause(&self, length: Duration) -> Result<(), StoreError> {
        let pause = move |log: &mut RollingLog, now| log.pause(now + length, now);
        Ok(self.ask(pause).await?)
    }

    async fn forecast(&self, ahead: u32, priority: Priority) -> Result<Duration, StoreError> {
        let forecast =
            move |log: &mut RollingLog, now: Moment| log.forecast(ahead, priority, now).since(now);
        Ok(self.ask(forecast).await?)
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let snapshot = |log: &mut RollingLog, now| log.snapshot(now);
        Ok(self.ask(snapshot).await?)
    }

    async fn changed(&self) {
        let id = self.opened.id;
        loop {
            tokio::time::sleep(LOOK).await;
            let stirred = self
                .state
                .read(move |connection| permits::stirred(connection, id));
            match stirred.await {
                Ok(stirred) if self.opened.is_stirred(stirred) => return,
                // Who cannot look asks again when his time has come, and is told the fault.
                Ok(_) | Err(_) => {}
            }
        }
    }
}
