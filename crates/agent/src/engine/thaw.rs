//! Letting everybody go on who was left stopped, without an agent.
//!
//! A service manager calls this when the agent has ended in whatever way, and an operator where it
//! does not start any more. It needs no more than the journal's rows.

use std::path::Path;

use super::action::Fault;
use super::config::Limits;
use super::freeze::thaw_noted;
use super::settle::settle_processes;
use super::{Engine, EngineError};
use crate::find::Scope;
use crate::journal::Journal;

/// Lets every process go on that an earlier run with this state directory left stopped, thaws what
/// it left frozen, and finishes those whose file it had taken away. Answers how many processes
/// there were. Doing it twice does nothing more, and the agent's next start does all the rest.
///
/// # Errors
/// When an agent runs, which lets them go itself; when the journal cannot be read; when a process
/// is out of reach, or a control group is not thawed. Everybody else goes on all the same.
pub fn thaw(state_dir: &Path) -> Result<usize, EngineError> {
    let Some(journal) = Journal::as_it_is(state_dir)? else {
        return Ok(0);
    };
    let everybody = Scope::machine(Vec::new());
    let patience = Limits::default().kill;
    let mut count = 0;
    let (mut failure, mut still_frozen) = (None, None);
    for action in journal.actions_with_stopped()? {
        match settle_processes(&journal, &everybody, &action, patience) {
            Ok(processes) => count += processes,
            Err(Fault::Journal(error)) => {
                // They went on; that this could not be noted is the next start's business.
                tracing::warn!(%error, "the journal was not told");
            }
            Err(fault) => failure = failure.or(Some(fault)),
        }
        if let Some(group) = journal.possibly_frozen_cgroups(&action)?.first() {
            still_frozen.get_or_insert(String::from_utf8_lossy(group).into_owned());
        }
    }
    match (failure, still_frozen) {
        (Some(fault), _) => Err(fault.into()),
        (None, Some(group)) => Err(EngineError::StillFrozen(group)),
        (None, None) => Ok(count),
    }
}

impl Engine {
    /// Tries again to thaw what an action could not thaw, between two actions. To be called now and
    /// then: whoever is in such a group rests until it succeeds.
    ///
    /// # Errors
    /// When the journal cannot be used.
    pub fn thaw_again(&self) -> Result<(), EngineError> {
        // While an action goes on, what is frozen is frozen for it.
        let _between_actions = self.bench();
        for action in self.journal.actions_with_stopped()? {
            thaw_noted(&self.journal, &action)?;
        }
        Ok(())
    }
}
