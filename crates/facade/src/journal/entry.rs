use std::sync::Arc;
use std::time::SystemTime;

use quell_model::Timestamp;
use tokio::sync::OnceCell;

use super::{Intent, IntentId, Journal, JournalError, Settlement};
use crate::life::BOOKKEEPING;

/// One call's line in the journal: written once, when its first byte is about to leave.
#[derive(Debug)]
pub(crate) struct Entry {
    journal: Option<Arc<dyn Journal>>,
    draft: Intent,
    written: OnceCell<Written>,
}

/// A line that was written; without a journal it is in nobody's book, but the intent is known.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    intent: Intent,
    line: Option<(Arc<dyn Journal>, IntentId)>,
}

impl Entry {
    /// `draft` is the intent but for its time.
    pub(crate) fn new(journal: Option<Arc<dyn Journal>>, draft: Intent) -> Self {
        Self {
            journal,
            draft,
            written: OnceCell::new(),
        }
    }

    /// Writes it, unless an earlier attempt did.
    pub(crate) async fn write(&self) -> Result<(), JournalError> {
        self.written.get_or_try_init(|| self.begin()).await?;
        Ok(())
    }

    async fn begin(&self) -> Result<Written, JournalError> {
        let mut intent = self.draft.clone();
        intent.begun = Timestamp::from(SystemTime::now());
        let line = match &self.journal {
            Some(journal) => Some((Arc::clone(journal), journal.sending(&intent).await?)),
            None => None,
        };
        Ok(Written { intent, line })
    }

    /// What was written, if a byte may have left for it.
    pub(crate) fn written(&self) -> Option<Written> {
        self.written.get().cloned()
    }

    /// Notes what became of it, if it was written.
    pub(crate) async fn settle(&self, settlement: &Settlement) {
        if let Some(written) = self.written.get() {
            written.settle(settlement).await;
        }
    }
}

impl Written {
    pub(crate) const fn intent(&self) -> &Intent {
        &self.intent
    }

    /// Notes what became of it. If that fails it stays unsettled, which costs a look later.
    pub(crate) async fn settle(&self, settlement: &Settlement) {
        let Some((journal, id)) = &self.line else {
            return;
        };
        let settling = tokio::time::timeout(BOOKKEEPING, journal.settled(id, settlement));
        let settled = settling
            .await
            .unwrap_or_else(|late| Err(JournalError::new(late)));
        if let Err(error) = settled {
            tracing::warn!(error = %error, intent = %id, "the intent could not be settled");
        }
    }
}
