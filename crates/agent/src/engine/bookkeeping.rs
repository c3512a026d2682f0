//! What the journal knows and is told while nothing is acted on: lives, freezes, cancellations, reports.

use quell_model::ActionId;
use quell_protocol::Phase;

use super::{Engine, EngineError};
use crate::config::pause;

impl Engine {
    /// Whether the server was frozen when it was last heard of.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn is_frozen(&self) -> Result<bool, EngineError> {
        Ok(self.journal.is_frozen()?)
    }

    /// Whether nothing may be begun now: the server is frozen, or the machine's owner has paused the
    /// agent.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn must_wait(&self) -> Result<bool, EngineError> {
        Ok(self.journal.is_frozen()? || pause::is_paused(&self.config.state_dir))
    }

    /// Notes whether the server is frozen: as long as it is, nothing should be begun.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn set_frozen(&self, frozen: bool) -> Result<(), EngineError> {
        Ok(self.journal.set_frozen(frozen)?)
    }

    /// Counts a start of the agent, durably, and answers which one it is.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn begin_life(&self) -> Result<u64, EngineError> {
        Ok(self.journal.begin_life()?)
    }

    /// Whether somebody asked for the action to be given up.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn is_cancelled(&self, action: &ActionId) -> Result<bool, EngineError> {
        Ok(self.journal.is_cancelled(action)?)
    }

    /// Asks for an action to be given up. It is heeded until the first name is taken away.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn cancel(&self, action: &ActionId) -> Result<(), EngineError> {
        Ok(self.journal.cancel(action)?)
    }

    /// What has ended and was not reported yet, oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn unreported(&self) -> Result<Vec<(ActionId, Phase)>, EngineError> {
        Ok(self.journal.unreported()?)
    }

    /// Notes that the server has the report.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn mark_reported(&self, action: &ActionId) -> Result<(), EngineError> {
        Ok(self.journal.mark_reported(action)?)
    }

    /// The highest sequence number that was taken up; 0 before the first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn acknowledged(&self) -> Result<u64, EngineError> {
        Ok(self.journal.acknowledged()?)
    }

    /// The actions that were taken up and have not ended, oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn in_progress(&self) -> Result<Vec<ActionId>, EngineError> {
        let unfinished = self.journal.unfinished()?;
        Ok(unfinished
            .into_iter()
            .map(|order| order.action_id)
            .collect())
    }
}
