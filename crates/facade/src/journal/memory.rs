use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Intent, IntentId, Journal, JournalError, Settlement};

/// A journal that lives as long as its process: for tests, and for services that only want to
/// know at shutdown what was left open.
///
/// It keeps settled intents too, so it grows; a process that never ends wants a durable one.
///
/// ```
/// use quell::{Client, MemoryJournal};
/// use std::sync::Arc;
///
/// let journal = Arc::new(MemoryJournal::default());
/// let builder = Client::builder().journal(journal.clone());
/// ```
#[derive(Debug, Default)]
pub struct MemoryJournal(Mutex<BTreeMap<u64, Line>>);

#[derive(Debug)]
struct Line {
    intent: Intent,
    settlement: Option<Settlement>,
}

/// No such line.
#[derive(Debug, thiserror::Error)]
#[error("no intent {0} was written down")]
struct Unwritten(IntentId);

impl MemoryJournal {
    /// What became of an intent; `None` while it is unsettled, or if it was never written.
    #[must_use]
    pub fn settlement(&self, id: &IntentId) -> Option<Settlement> {
        let lines = self.lines();
        lines.get(&number(id)?)?.settlement.clone()
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<u64, Line>> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn number(id: &IntentId) -> Option<u64> {
    id.as_str().parse().ok()
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn sending(&self, intent: &Intent) -> Result<IntentId, JournalError> {
        let mut lines = self.lines();
        let number = lines.last_key_value().map_or(1, |(last, _)| last + 1);
        lines.insert(
            number,
            Line {
                intent: intent.clone(),
                settlement: None,
            },
        );
        Ok(IntentId::new(number.to_string()))
    }

    async fn settled(&self, id: &IntentId, settlement: &Settlement) -> Result<(), JournalError> {
        let mut lines = self.lines();
        let line = number(id).and_then(|number| lines.get_mut(&number));
        let line = line.ok_or_else(|| JournalError::new(Unwritten(id.clone())))?;
        line.settlement.get_or_insert_with(|| settlement.clone());
        Ok(())
    }

    async fn unsettled(&self) -> Result<Vec<(IntentId, Intent)>, JournalError> {
        let lines = self.lines();
        let open = lines.iter().filter(|(_, line)| line.settlement.is_none());
        Ok(open
            .map(|(number, line)| (IntentId::new(number.to_string()), line.intent.clone()))
            .collect())
    }
}
