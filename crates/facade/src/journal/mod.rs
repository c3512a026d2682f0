//! What was asked of the service, written down before it is asked.

mod entry;
mod intent;
mod memory;

use std::error::Error as StdError;
use std::fmt::{self, Debug};

use async_trait::async_trait;
use quell_model::ActionId;

pub(crate) use entry::{Entry, Written};
pub use intent::Intent;
pub use memory::MemoryJournal;

/// Where intents are written down before their bytes leave, so that a process that is killed in
/// between can tell what it may have done.
///
/// A client writes one intent for each action that it asks of a machine (reads are not written
/// down, nor are cancellations, which can be seen at the action), once, after the permit and
/// before the first byte, however often the request is then repeated. It settles the intent when it knows that there is an action,
/// or that there never will be one. What it does not know it leaves unsettled: an answer that was
/// lost, a future that was dropped, a process that died. [`Client::reconcile`](crate::Client::reconcile)
/// finds out what became of those.
///
/// # Contract
///
/// - [`sending`](Self::sending) returns only when the intent will survive whatever the journal is
///   meant to survive. If it fails, nothing is sent.
/// - [`settled`](Self::settled) for an intent that is settled already changes nothing.
/// - Dropping the future of any method half-way leaves nothing worse than an intent too many among
///   the [`unsettled`](Self::unsettled).
///
/// `quell::testing::journal` (feature `testing`) checks an implementation.
#[async_trait]
pub trait Journal: Debug + Send + Sync + 'static {
    /// Writes an intent down, durably.
    ///
    /// # Errors
    ///
    /// [`JournalError`]: nothing is sent.
    async fn sending(&self, intent: &Intent) -> Result<IntentId, JournalError>;

    /// Notes what became of an intent.
    ///
    /// # Errors
    ///
    /// [`JournalError`], also for an intent that was never written; it stays unsettled.
    async fn settled(&self, id: &IntentId, settlement: &Settlement) -> Result<(), JournalError>;

    /// The intents of which it is not known what became of them, oldest first.
    ///
    /// # Errors
    ///
    /// [`JournalError`].
    async fn unsettled(&self) -> Result<Vec<(IntentId, Intent)>, JournalError>;
}

/// Names an intent within its journal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntentId(String);

impl IntentId {
    /// Any name that the journal knows it by.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IntentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known for certain of an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settlement {
    /// The service has this action for it, made for it or found open.
    Placed(ActionId),
    /// The service did not do it, and what was sent cannot be done any more.
    NotPerformed,
}

/// The journal could not do it.
#[derive(Debug, thiserror::Error)]
#[error("the journal of intents failed")]
pub struct JournalError {
    #[source]
    source: Box<dyn StdError + Send + Sync>,
}

impl JournalError {
    /// Wraps the journal's own error, which is kept as the source.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: source.into(),
        }
    }
}
