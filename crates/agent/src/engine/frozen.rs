//! The processes that are stopped at this moment, and the promise that none stays so.

use std::time::{Duration, Instant};

use quell_protocol::ProcessOutcome;
use rustix::io::Errno;

use super::held::{Held, await_end};
use crate::find::{FileId, ProcessIdentity};
use crate::journal::{Fate, ProcessRow};

/// Stopped processes. Dropping it, for whatever reason, lets them go on.
#[derive(Debug, Default)]
pub(super) struct Frozen {
    held: Vec<Held>,
}

impl Frozen {
    pub(super) fn push(&mut self, held: Held) {
        self.held.push(held);
    }

    /// Whether this very process is in hand: an id alone may have passed on to another one.
    pub(super) fn holds(&self, pid: u32) -> bool {
        self.held
            .iter()
            .any(|held| held.pid() == pid && !held.has_ended())
    }

    /// Those that have not ended.
    pub(super) fn rows(&self) -> impl Iterator<Item = &ProcessRow> {
        let living = self.held.iter().filter(|held| !held.has_ended());
        living.map(|held| &held.row)
    }

    /// Reads whose processes they are and where they run; answers all that is known of each.
    pub(super) fn describe(&mut self) -> Vec<ProcessRow> {
        self.held.iter_mut().for_each(Held::describe);
        self.held.iter().map(|held| held.row.clone()).collect()
    }

    /// Whether no thread of any of them can run.
    pub(super) fn is_still(&self) -> bool {
        self.held.iter().all(Held::is_still)
    }

    /// Lets go of every process for which `keep` is false and answers what became of it.
    pub(super) fn retain(
        &mut self,
        mut keep: impl FnMut(&mut Held) -> bool,
    ) -> Vec<(ProcessIdentity, Fate)> {
        let mut released = Vec::new();
        self.held.retain_mut(|held| {
            let ended = held.has_ended();
            if !ended && keep(held) {
                return true;
            }
            let fate = if ended {
                Fate::Known(ProcessOutcome::AlreadyEnded)
            } else {
                held.resume();
                Fate::Resumed
            };
            released.push((held.row.identity, fate));
            false
        });
        released
    }

    /// Lets all of them go on.
    pub(super) fn thaw(&mut self) -> Vec<(ProcessIdentity, Fate)> {
        self.retain(|_| false)
    }

    /// Lets those go on that were taken for `file`, because it is not what was asked for any more.
    pub(super) fn thaw_those_of(&mut self, file: FileId) -> Vec<(ProcessIdentity, Fate)> {
        self.retain(|held| held.row.file != file)
    }

    /// Kills all of them, and waits for their end at most for `patience`.
    pub(super) fn kill(&mut self, patience: Duration) -> Vec<(ProcessIdentity, Fate)> {
        let deadline = Instant::now() + patience;
        let (mut fates, killed) = self.signal_all();
        await_end(&killed, deadline);
        fates.extend(killed.iter().map(|held| {
            let outcome = if held.has_ended() {
                ProcessOutcome::Stopped
            } else {
                ProcessOutcome::KillPending
            };
            (held.row.identity, Fate::Known(outcome))
        }));
        fates
    }

    /// Nobody leaves the guard before the signal that ends it is on its way.
    fn signal_all(&mut self) -> (Vec<(ProcessIdentity, Fate)>, Vec<Held>) {
        let mut fates = Vec::new();
        let mut killed = Vec::new();
        for held in std::mem::take(&mut self.held) {
            match held.kill() {
                Ok(()) => killed.push(held),
                Err(errno) => {
                    held.resume();
                    fates.push((held.row.identity, Fate::Known(refused(errno))));
                }
            }
        }
        (fates, killed)
    }
}

/// What a signal that was not delivered says of the process.
pub(super) fn refused(errno: Errno) -> ProcessOutcome {
    if errno == Errno::SRCH {
        ProcessOutcome::AlreadyEnded
    } else {
        ProcessOutcome::AccessDenied
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        for held in &self.held {
            held.resume();
        }
    }
}
