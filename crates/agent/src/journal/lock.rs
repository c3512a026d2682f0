//! The lock by which one agent at a time works with a state directory.
//!
//! An agent that is killed holds it until the kernel has taken apart what it had, and not only until
//! the signal was sent. Whoever comes right after waits for that, and for nothing else.

use std::fs::File;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::JournalError;
use crate::sys::file_locks::holder_of;
use crate::sys::process_stat::is_ending;

/// How long an agent that is ending is waited for: it may have to wait for a disk.
const FOR_ONE_THAT_ENDS: Duration = Duration::from_secs(10);
/// Whoever is about to end does not look so at every moment.
const FOR_ANY: Duration = Duration::from_millis(50);
const BREATH: Duration = Duration::from_millis(2);

/// Takes the lock of `directory`.
///
/// # Errors
/// When an agent runs that has it, or one does not end.
pub(super) fn take(lock: &File, directory: &Path) -> Result<(), JournalError> {
    let mut waiting = Waiting::since(Instant::now());
    loop {
        match flock(lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(()),
            Err(Errno::WOULDBLOCK | Errno::INTR) => {}
            Err(errno) => {
                return Err(JournalError::Directory {
                    path: directory.to_owned(),
                    source: errno.into(),
                });
            }
        }
        let holder = holder_of(lock);
        let ending = holder.filter(|pid| is_ending(*pid));
        let runs = holder.is_some() && ending.is_none();
        if waiting.is_over(runs, Instant::now()) {
            let path = directory.to_owned();
            return Err(match ending {
                Some(pid) => JournalError::Ending { path, pid },
                None => JournalError::InUse(path),
            });
        }
        thread::sleep(BREATH);
    }
}

/// How long the lock has been waited for.
struct Waiting {
    began: Instant,
    /// Since when its holder looks as if it went on.
    runs_since: Option<Instant>,
}

impl Waiting {
    fn since(began: Instant) -> Self {
        Self {
            began,
            runs_since: None,
        }
    }

    /// Whether it is no use to wait longer for a holder that `runs` at the moment `now`.
    fn is_over(&mut self, runs: bool, now: Instant) -> bool {
        self.runs_since = runs.then(|| self.runs_since.unwrap_or(now));
        let goes_on = self.runs_since.is_some_and(|since| now - since >= FOR_ANY);
        goes_on || now - self.began >= FOR_ONE_THAT_ENDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Journal;
    use std::process::{Child, Command};

    /// An agent as far as its lock is concerned.
    fn holder(directory: &Path) -> Child {
        let lock = directory.join(super::super::LOCK);
        let mut command = Command::new("flock");
        let command = command.arg("--no-fork").arg(&lock).args(["sleep", "600"]);
        let child = command.spawn().unwrap();
        let opened = loop {
            if let Ok(opened) = File::open(&lock) {
                break opened;
            }
        };
        while holder_of(&opened) != Some(child.id()) {
            thread::yield_now();
        }
        child
    }

    #[test]
    fn agent_that_was_killed_a_moment_ago_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        drop(Journal::open(dir.path()).unwrap());
        for _ in 0..20 {
            let mut agent = holder(dir.path());
            agent.kill().unwrap();
            let opened = Journal::as_it_is(dir.path());
            agent.wait().unwrap();
            assert!(opened.unwrap().is_some());
        }
    }

    #[test]
    fn agent_that_runs_is_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        drop(Journal::open(dir.path()).unwrap());
        let mut agent = holder(dir.path());
        let refused = Journal::as_it_is(dir.path());
        agent.kill().unwrap();
        agent.wait().unwrap();
        assert!(matches!(refused, Err(JournalError::InUse(_))));
    }

    #[test]
    fn waiting_ends_soon_for_one_that_runs_and_late_for_one_that_does_not_end() {
        let began = Instant::now();
        let at = |ms| began + Duration::from_millis(ms);
        let mut waiting = Waiting::since(began);
        assert!(!waiting.is_over(true, at(0)) && !waiting.is_over(true, at(49)));
        // It was about to end.
        assert!(!waiting.is_over(false, at(60)) && !waiting.is_over(true, at(80)));
        assert!(waiting.is_over(true, at(130)));
        let mut waiting = Waiting::since(began);
        assert!(!waiting.is_over(false, at(9999)));
        assert!(waiting.is_over(false, at(10_000)));
    }
}
