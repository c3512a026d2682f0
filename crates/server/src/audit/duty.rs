//! What one server does for all that share its store.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use crate::store::{Store, StoreError};

/// For how many looks a duty is ours once it is: so often it may be late before another takes it.
const LOOKS_IN_A_TERM: u32 = 4;

/// A duty that this server has, or that it takes over when the one that has it is gone.
#[derive(Debug)]
pub(super) struct Duty {
    store: Arc<dyn Store>,
    name: String,
    holder: Uuid,
    pause: Duration,
    looked: Option<(Instant, bool)>,
}

impl Duty {
    /// A duty that is looked after so often.
    pub(super) fn new(store: Arc<dyn Store>, name: String, pause: Duration) -> Self {
        Self {
            store,
            name,
            holder: Uuid::new_v4(),
            pause,
            looked: None,
        }
    }

    /// Whether it is ours, as it was found not longer ago than a pause.
    pub(super) async fn is_ours(&mut self) -> Result<bool, StoreError> {
        if let Some((at, ours)) = self.looked
            && at.elapsed() < self.pause
        {
            return Ok(ours);
        }
        // Before it is asked: an answer that comes late must not be believed for longer.
        let at = Instant::now();
        let term = self.pause.saturating_mul(LOOKS_IN_A_TERM);
        let ours = self.store.hold(&self.name, self.holder, term).await?;
        self.looked = Some((at, ours));
        Ok(ours)
    }

    /// Leaves it to the others. What cannot be written is over when the term is.
    pub(super) async fn leave(&mut self) {
        let was_ours = self.looked.take().is_some_and(|(_, ours)| ours);
        if !was_ours {
            return;
        }
        if let Err(error) = self.store.leave(&self.name, self.holder).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(duty = self.name, error, "a duty is left by its end alone");
        }
    }
}
