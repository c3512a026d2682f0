//! Letting everybody go on who was left stopped, without an agent.
//!
//! A service manager calls this when the agent has ended in whatever way, and an operator where it
//! does not start any more. It needs no more than the journal's rows.

use std::path::Path;

use super::EngineError;
use super::action::Fault;
use super::config::Limits;
use super::settle::settle_processes;
use crate::find::Scope;
use crate::journal::Journal;

/// Lets every process go on that an earlier run with this state directory left stopped, thaws what
/// it left frozen, and finishes those whose file it had taken away. Answers how many processes
/// there were. Doing it twice does nothing more, and the agent's next start does all the rest.
///
/// # Errors
/// When an agent runs, which lets them go itself; when the journal cannot be read; when a process
/// is out of reach. Everybody else goes on all the same.
pub fn thaw(state_dir: &Path) -> Result<usize, EngineError> {
    let Some(journal) = Journal::as_it_is(state_dir)? else {
        return Ok(0);
    };
    let everybody = Scope::machine(Vec::new());
    let patience = Limits::default().kill;
    let mut count = 0;
    let mut failure = None;
    for action in journal.actions_with_stopped()? {
        match settle_processes(&journal, &everybody, &action, patience) {
            Ok(processes) => count += processes,
            Err(Fault::Journal(error)) => {
                // They went on; that this could not be noted is the next start's business.
                tracing::warn!(%error, "the journal was not told");
            }
            Err(fault) => failure = failure.or(Some(fault)),
        }
    }
    failure.map_or(Ok(count), |fault| Err(fault.into()))
}
