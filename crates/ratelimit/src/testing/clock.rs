use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep};

use super::Subject;
use crate::{Budgets, StoreError};

/// Budgets on tokio's clock, which a test may have paused.
#[derive(Debug)]
pub struct TokioTime {
    budgets: Arc<dyn Budgets>,
    begun: Instant,
}

impl TokioTime {
    /// These budgets, whose every user has this same value.
    #[must_use]
    pub fn new(budgets: Arc<dyn Budgets>) -> Self {
        Self {
            budgets,
            begun: Instant::now(),
        }
    }
}

#[async_trait]
impl Subject for TokioTime {
    async fn connect(&self) -> Result<Arc<dyn Budgets>, StoreError> {
        Ok(Arc::clone(&self.budgets))
    }

    async fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    async fn advance(&self, by: Duration) {
        sleep(by).await;
    }
}
