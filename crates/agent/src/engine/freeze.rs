//! Stopping every process that executes the file, until no new one appears.
//!
//! A scan sees a process only if it exists while the scan passes by, so one that keeps handing
//! over to a child could slip through for ever. Two scans in a row must find nothing new while all
//! that were found cannot run; if new ones keep appearing, their whole group is stopped at once,
//! which no fork can outrun, and the innocents in it go on at once.

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::action::{Action, Fault};
use super::frozen::refused;
use super::held::{Held, resume_bystander};
use crate::crash_point;
use crate::find::{FileId, RunningProcess, admitted, all_pids, processes};
use crate::journal::Fate;
use crate::sys::process_stat::ProcessStat;

/// How many scans in a row must find nothing new.
const QUIET: u32 = 2;
/// From which scan on new processes mean that somebody is running away.
const PATIENCE: u32 = 2;
/// How long a process is given to come to rest before the next scan.
const BREATH: Duration = Duration::from_micros(200);

impl Action<'_> {
    /// Stops the processes of all candidates.
    pub(super) fn freeze(&mut self) -> Result<(), Fault> {
        let wanted: HashSet<FileId> = self.candidates.iter().map(|one| one.id).collect();
        let deadline = Instant::now() + self.limits.freeze;
        let mut quiet = 0;
        let mut round = 0;
        while quiet < QUIET {
            let appeared = self.stop_those_of(&wanted)?;
            quiet = if appeared.is_empty() && self.frozen.is_still() {
                quiet + 1
            } else {
                0
            };
            if round >= PATIENCE {
                self.stop_groups_of(&appeared, &wanted)?;
            }
            if Instant::now() >= deadline {
                tracing::warn!("processes keep appearing or do not come to rest");
                break;
            }
            if quiet == 0 {
                thread::sleep(BREATH);
            }
            round += 1;
        }
        self.let_innocents_go()
    }

    /// One scan: stops what is new and answers its process ids.
    fn stop_those_of(&mut self, wanted: &HashSet<FileId>) -> Result<Vec<u32>, Fault> {
        let scan = processes(self.scope).map_err(Fault::Processes)?;
        let fresh: Vec<Held> = scan
            .running
            .iter()
            .filter(|process| self.is_fresh(process, wanted))
            .filter_map(|process| Held::take(process, wanted))
            .collect();
        let pids = fresh.iter().map(Held::pid).collect();
        self.stop(fresh)?;
        Ok(pids)
    }

    fn is_fresh(&self, process: &RunningProcess, wanted: &HashSet<FileId>) -> bool {
        wanted.contains(&process.executable)
            && !self.frozen.holds(process.pid)
            && !self.is_stuck(process.pid)
    }

    /// Notes processes, then stops them.
    fn stop(&mut self, fresh: Vec<Held>) -> Result<(), Fault> {
        let rows: Vec<_> = fresh.iter().map(|held| held.row.clone()).collect();
        self.journal.note_processes(self.id, &rows)?;
        let mut fates = Vec::new();
        for held in fresh {
            match held.stop() {
                Ok(()) => self.frozen.push(held),
                Err(errno) => {
                    self.stuck_processes.insert(held.row.identity);
                    fates.push((held.row.identity, Fate::Known(refused(errno))));
                }
            }
        }
        crash_point::here("during-freeze");
        self.journal.set_fates(self.id, &fates)?;
        Ok(())
    }

    fn stop_groups_of(&mut self, pids: &[u32], wanted: &HashSet<FileId>) -> Result<(), Fault> {
        let groups: HashSet<u32> = pids
            .iter()
            .filter_map(|pid| ProcessStat::of(*pid))
            .map(|stat| stat.group)
            .collect();
        for group in groups {
            if self.may_stop_group(group)? {
                self.stop_group(group, wanted)?;
            }
        }
        Ok(())
    }

    /// A group is stopped as a whole only if nobody in it is out of bounds: neither this process
    /// and those that it descends from, nor the first process, nor anyone outside of the scope.
    fn may_stop_group(&self, group: u32) -> Result<bool, Fault> {
        let members = members_of(group).map_err(Fault::Processes)?;
        let in_scope: HashSet<u32> = admitted(self.scope)
            .map_err(Fault::Processes)?
            .into_iter()
            .collect();
        let out_of_bounds = own_line();
        Ok(group > 1
            && members
                .iter()
                .all(|pid| in_scope.contains(pid) && !out_of_bounds.contains(pid)))
    }

    fn stop_group(&mut self, group: u32, wanted: &HashSet<FileId>) -> Result<(), Fault> {
        let Some(pid) = i32::try_from(group).ok().and_then(Pid::from_raw) else {
            return Ok(());
        };
        let stopped_before: HashSet<u32> = members_of(group)
            .map_err(Fault::Processes)?
            .into_iter()
            .filter(|pid| ProcessStat::of(*pid).is_some_and(|stat| stat.is_stopped()))
            .collect();
        self.journal.note_group(self.id, group)?;
        let stopped = kill_process_group(pid, Signal::STOP);
        // Those of its members that are wanted are stopped by name as well, so that they have a
        // row and a descriptor of their own before the rest goes on.
        self.stop_those_of(wanted)?;
        for member in members_of(group).map_err(Fault::Processes)? {
            if !stopped_before.contains(&member) && !self.frozen.holds(member) {
                resume_bystander(member);
            }
        }
        self.journal.group_resumed(self.id, group)?;
        if let Err(errno) = stopped {
            tracing::debug!(group, %errno, "a process group could not be stopped");
        }
        Ok(())
    }

    /// Between the look at a process and its stop it may have become another program.
    fn let_innocents_go(&mut self) -> Result<(), Fault> {
        let released = self.frozen.retain(Held::executes_the_same);
        self.journal.set_fates(self.id, &released)?;
        Ok(())
    }
}

/// The processes of a group.
pub(super) fn members_of(group: u32) -> std::io::Result<Vec<u32>> {
    let mut members = all_pids()?;
    members.retain(|pid| ProcessStat::of(*pid).is_some_and(|stat| stat.group == group));
    Ok(members)
}

/// This process and every one that it descends from.
fn own_line() -> HashSet<u32> {
    let mut line = HashSet::from([1]);
    let mut current = std::process::id();
    while current > 0 && line.insert(current) {
        current = ProcessStat::of(current).map_or(0, |stat| stat.parent);
    }
    line
}
