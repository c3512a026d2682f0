//! One process in hand, by a descriptor that cannot come to mean another process.

use std::os::fd::OwnedFd;
use std::time::Instant;

use quell_protocol::Confidence;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};

use crate::find::{
    ControlGroup, Execution, ProcessIdentity, Wanted, current_executable, executable_link,
    executions_by, uid_of,
};
use crate::journal::{Fate, ProcessRow};
use crate::sys::cgroup;
use crate::sys::process_stat::{ProcessStat, threads};

/// A process in hand.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) row: ProcessRow,
    pidfd: OwnedFd,
    /// Where the stack of the program began, if it was the same before and after the look at what that
    /// executes.
    stack: Option<u64>,
}

/// Opens a descriptor of whatever process has this id now. The first process and this one are
/// refused here as well, whatever was decided before: no signal goes to a process without one.
fn open(pid: u32) -> Result<OwnedFd, Errno> {
    if pid <= 1 || pid == std::process::id() {
        return Err(Errno::PERM);
    }
    pidfd_open(number(pid).ok_or(Errno::SRCH)?, PidfdFlags::empty())
}

/// Whether the kernel lacked something and so said nothing about the process.
fn wants_resources(errno: Errno) -> bool {
    matches!(errno, Errno::MFILE | Errno::NFILE | Errno::NOMEM)
}

fn number(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

impl Held {
    /// Takes a process in hand if it still executes one of `wanted`, in a way that is meant: it may have
    /// become another program since it was seen. What it takes to find it again is read; the rest may
    /// wait until it is stopped.
    pub(super) fn take(
        seen: &Execution,
        wanted: &Wanted,
        is_meant: impl Fn(&Execution) -> bool,
    ) -> Option<Self> {
        let pidfd = open(seen.pid).ok()?;
        let stat = ProcessStat::of(seen.pid)?;
        let (executions, executable) = executions_by(seen.pid, wanted)?;
        let execution = executions.into_iter().find(is_meant)?;
        let confidence = execution.confidence();
        // Whose own program is the file is always told by that.
        let after = (confidence != Confidence::Executable)
            .then(|| ProcessStat::of(seen.pid))
            .flatten();
        let held = Self {
            row: ProcessRow {
                identity: ProcessIdentity {
                    pid: seen.pid,
                    start_time: stat.start_time,
                },
                uid: u32::MAX,
                link: Vec::new(),
                executable,
                file: execution.file,
                confidence,
                cgroup: None,
                parent: Some(stat.parent),
                was_stopped: stat.is_suspended(),
                fate: Fate::Stopping,
            },
            pidfd,
            stack: after
                .map(|stat| stat.stack)
                .filter(|stack| *stack == stat.stack),
        };
        // What was read by number is true of the descriptor's process only if that still lives.
        (!held.has_ended()).then_some(held)
    }

    /// Reads whose process it is and where it runs, for the result.
    pub(super) fn describe(&mut self) {
        let pid = self.pid();
        let (uid, link, cgroup) = (uid_of(pid), executable_link(pid), ControlGroup::of(pid));
        if !self.has_ended() {
            (self.row.uid, self.row.link, self.row.cgroup) = (uid, link, cgroup);
        }
    }

    /// Takes the process of a journal's row in hand, if it still lives. An error means that it
    /// cannot be told, as for want of descriptors: it may still be stopped.
    pub(super) fn again(row: ProcessRow) -> Result<Option<Self>, Errno> {
        let pidfd = match open(row.identity.pid) {
            Ok(pidfd) => pidfd,
            Err(errno) if wants_resources(errno) => return Err(errno),
            // There is no such process; or the number is a thread's, or our own, by now.
            Err(_) => return Ok(None),
        };
        let stat = ProcessStat::of(row.identity.pid);
        let held = Self {
            row,
            pidfd,
            stack: None,
        };
        if held.has_ended() {
            return Ok(None);
        }
        let is_same = stat.ok_or(Errno::ACCESS)?.start_time == held.row.identity.start_time;
        Ok(is_same.then_some(held))
    }

    pub(super) fn pid(&self) -> u32 {
        self.row.identity.pid
    }

    pub(super) fn stop(&self) -> Result<(), Errno> {
        pidfd_send_signal(&self.pidfd, Signal::STOP)
    }

    pub(super) fn kill(&self) -> Result<(), Errno> {
        pidfd_send_signal(&self.pidfd, Signal::KILL)
    }

    /// Lets the process go on, unless somebody else had stopped it before.
    pub(super) fn resume(&self) {
        if !self.row.was_stopped {
            resume(&self.pidfd, self.pid());
        }
    }

    /// Whether the process, which does not run meanwhile, executes one of `wanted` in a way that is
    /// meant. Between the look at it and its stop it may have become another program, or the same one
    /// with another script.
    pub(super) fn is_meant(
        &mut self,
        wanted: &Wanted,
        is_meant: impl Fn(&Execution) -> bool,
    ) -> bool {
        let Some((executions, executable)) = executions_by(self.pid(), wanted) else {
            return false;
        };
        // A script cannot be looked up again once the file is gone from its path.
        if executions.is_empty() {
            return executable == self.row.executable && self.is_the_same_program();
        }
        let Some(execution) = executions.into_iter().find(is_meant) else {
            return false;
        };
        self.row.executable = executable;
        self.row.file = execution.file;
        self.row.confidence = execution.confidence();
        true
    }

    /// Whether it has not become another program since it was taken, be it the same once more.
    fn is_the_same_program(&self) -> bool {
        let stat = ProcessStat::of(self.pid());
        self.stack.is_some() && stat.map(|stat| stat.stack) == self.stack
    }

    /// Whether the process still executes the program that it did when it was taken.
    pub(super) fn executes_the_same(&self) -> bool {
        current_executable(self.pid()) == Some(self.row.executable)
    }

    pub(super) fn has_ended(&self) -> bool {
        let mut polled = [PollFd::new(&self.pidfd, PollFlags::IN)];
        matches!(poll(&mut polled, Some(&Timespec::default())), Ok(1..))
    }

    /// Whether none of the process's threads can run: all are stopped, or somebody has frozen its
    /// whole control group.
    pub(super) fn is_still(&self) -> bool {
        let rests = |stat: ProcessStat| stat.is_stopped() || stat.is_dead();
        let first = ProcessStat::of(self.pid());
        if first.is_some_and(|stat| stat.threads == 1) {
            return first.is_some_and(rests) || cgroup::is_frozen(self.pid());
        }
        let mut threads = threads(self.pid())
            .into_iter()
            .filter_map(|thread| ProcessStat::of_thread(self.pid(), thread));
        threads.all(rests) || cgroup::is_frozen(self.pid())
    }
}

fn resume(pidfd: &OwnedFd, pid: u32) {
    match pidfd_send_signal(pidfd, Signal::CONT) {
        Ok(()) | Err(Errno::SRCH) => {}
        Err(errno) => tracing::error!(pid, %errno, "a process could not be let go on"),
    }
}

/// Lets a process go on that was stopped with its group. Without a descriptor to spare it is told
/// by its number: going on harms nobody, staying stopped would.
pub(super) fn resume_bystander(pid: u32) {
    match open(pid) {
        Ok(pidfd) => resume(&pidfd, pid),
        Err(errno) if !wants_resources(errno) => {}
        Err(errno) => {
            tracing::debug!(pid, %errno, "a process is let go on by its number");
            if let Some(Err(errno)) = number(pid).map(|pid| kill_process(pid, Signal::CONT)) {
                tracing::error!(pid, %errno, "a process could not be let go on");
            }
        }
    }
}

/// Waits until all of the processes have ended, at most until `deadline`.
pub(super) fn await_end(processes: &[Held], deadline: Instant) {
    let mut waiting: Vec<&Held> = processes.iter().collect();
    while !waiting.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok(timeout) = Timespec::try_from(left) else {
            return;
        };
        let mut polled: Vec<_> = waiting
            .iter()
            .map(|held| PollFd::new(&held.pidfd, PollFlags::IN))
            .collect();
        match poll(&mut polled, Some(&timeout)) {
            Err(Errno::INTR) | Ok(1..) => {}
            Ok(0) | Err(_) => return,
        }
        drop(polled);
        waiting.retain(|held| !held.has_ended());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find::{FileId, Nature, execution_of};
    use std::process::Command;

    /// Whoever becomes another program while he is taken in hand must not be held as that one: he
    /// would be killed for what he ran before.
    #[test]
    fn who_becomes_another_program_while_he_is_taken_is_not_taken_as_that_one() {
        let file = |path: &std::path::Path| FileId::of(&rustix::fs::stat(path).unwrap());
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("script");
        std::fs::write(&script, "exec sleep 600\n").unwrap();
        let wanted = Wanted::from([(file(&script), Nature::Interpreted)]);
        let innocent = file(&std::fs::canonicalize("/bin/sleep").unwrap());
        for _ in 0..300 {
            let mut child = Command::new("/bin/sh").arg(&script).spawn().unwrap();
            let pid = child.id();
            while current_executable(pid).is_some_and(|id| id != innocent) {
                let taken = execution_of(pid, &wanted)
                    .and_then(|seen| Held::take(&seen, &wanted, |_| true));
                let executable = taken.map(|held| held.row.executable);
                if executable == Some(innocent) {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    panic!("an innocent program is held");
                }
            }
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    #[test]
    fn first_process_and_this_one_are_never_taken_in_hand() {
        for pid in [0, 1, std::process::id(), u32::MAX] {
            assert!(open(pid).is_err(), "{pid}");
        }
    }

    #[test]
    fn row_whose_number_is_the_agents_own_by_now_is_of_a_process_that_ended() {
        let row = ProcessRow {
            identity: ProcessIdentity {
                pid: std::process::id(),
                start_time: 1,
            },
            uid: 0,
            link: Vec::new(),
            executable: FileId { dev: 1, ino: 1 },
            file: FileId { dev: 1, ino: 1 },
            confidence: Confidence::Executable,
            cgroup: None,
            parent: None,
            was_stopped: false,
            fate: Fate::Stopping,
        };
        assert!(Held::again(row).unwrap().is_none());
    }
}
