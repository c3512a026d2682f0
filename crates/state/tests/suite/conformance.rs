use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use quell_ratelimit::testing::{Subject, TokioTime, conformance};
use quell_ratelimit::{Budgets, MemoryBudgets, StoreError};
use quell_state::SqliteState;

use crate::clock::SetClock;
use crate::database::Database;

#[tokio::test(start_paused = true)]
async fn memory_conforms() {
    let budgets = Arc::new(MemoryBudgets::new());
    conformance(&TokioTime::new(budgets)).await.unwrap();
}

/// A file, opened by each user for himself.
struct File {
    path: PathBuf,
    clock: Arc<SetClock>,
}

#[async_trait]
impl Subject for File {
    async fn connect(&self) -> Result<Arc<dyn Budgets>, StoreError> {
        let clock = Arc::clone(&self.clock);
        Ok(Arc::new(SqliteState::open_with_clock(&self.path, clock)?))
    }

    async fn now(&self) -> Duration {
        self.clock.passed()
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn file_conforms() {
    let directory = tempfile::tempdir().unwrap();
    let file = File {
        path: directory.path().join("state.db"),
        clock: Arc::new(SetClock::new()),
    };
    conformance(&file).await.unwrap();
}

/// A database, connected to by each user for himself.
struct Server(Database);

#[async_trait]
impl Subject for Server {
    async fn connect(&self) -> Result<Arc<dyn Budgets>, StoreError> {
        Ok(Arc::new(self.0.state().await))
    }

    async fn now(&self) -> Duration {
        self.0.passed().await
    }

    async fn advance(&self, by: Duration) {
        // The server's clock has microseconds.
        self.0.advance(by + Duration::from_micros(1)).await;
    }
}

#[tokio::test]
async fn database_conforms_on_postgres() {
    let database = Database::create().await;
    database.stop_clock().await;
    conformance(&Server(database)).await.unwrap();
}
