//! Stopping every process that executes the file, until no new one appears.
//!
//! How hard they are chased is decided by [`crate::plan::chase`]; the modules below it do what no
//! single signal can.

mod cgroup;
mod group;
#[cfg(test)]
mod tests;
mod trace;

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

pub(super) use cgroup::thaw_noted;
use group::StoppedGroup;
pub(super) use group::members_of;
use trace::Trace;

use super::action::{Action, Fault};
use super::frozen::refused;
use super::held::Held;
use crate::crash_point;
use crate::find::{Execution, Wanted, admitted, deep_scan, processes};
use crate::journal::Fate;
use crate::plan::Fact;
use crate::plan::chase::{Chase, Measure, Scan};
use crate::sys::process_stat::ProcessStat;

/// How long a process is given to come to rest before the next scan.
const BREATH: Duration = Duration::from_micros(200);

/// How closely a scan looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// At executables.
    Executables,
    /// At what is mapped as code and at scripts as well.
    Everything,
}

impl Action<'_> {
    /// Stops the processes of all candidates, and counts them.
    pub(super) fn freeze(&mut self) -> Result<Fact, Fault> {
        self.stop_all()?;
        Ok(Fact::Frozen {
            too_many: self.stopped_too_many(),
        })
    }

    fn stop_all(&mut self) -> Result<(), Fault> {
        let candidates = self.candidates.iter();
        let wanted: Wanted = candidates.map(|one| (one.id, one.nature)).collect();
        let deadline = Instant::now() + self.limits.freeze;
        let mut chase = Chase::default();
        loop {
            let depth = match chase.is_deep() {
                true => Depth::Everything,
                false => Depth::Executables,
            };
            let before: HashSet<u32> = admitted(self.scope)
                .map_err(Fault::Processes)?
                .into_iter()
                .collect();
            let appeared = self.stop_those_of(&wanted, depth, None)?;
            let mut traces: Vec<Trace> = appeared.into_iter().filter_map(Trace::of).collect();
            if traces.is_empty() {
                let fleeting = trace::of_the_fleeting(self.scope, &wanted, before);
                let fleeting = fleeting.map_err(Fault::Processes)?;
                let beyond_hand = |trace: &Trace| !self.frozen.holds(trace.pid);
                traces = fleeting.into_iter().filter(beyond_hand).collect();
            }
            let measure = chase.observe(Scan {
                appeared: !traces.is_empty(),
                still: self.frozen.is_still(),
                late: Instant::now() >= deadline,
            });
            match measure {
                Measure::Enough => break,
                Measure::GiveUp => {
                    tracing::warn!("processes keep appearing or do not come to rest");
                    break;
                }
                Measure::ScanAgain => {}
                Measure::StopGroups => {
                    let beyond = self.stop_groups_of(traces, &wanted)?;
                    self.freeze_cgroups_of(&beyond, &wanted)?;
                }
                Measure::FreezeControlGroups => self.freeze_cgroups_of(&traces, &wanted)?,
            }
            if !self.frozen.is_still() {
                thread::sleep(BREATH);
            }
        }
        self.let_innocents_go()
    }

    /// One scan: stops what is new and answers its process ids. Who is in a group that this engine
    /// has just stopped was stopped before only if that was seen before.
    fn stop_those_of(
        &mut self,
        wanted: &Wanted,
        depth: Depth,
        group: Option<&StoppedGroup>,
    ) -> Result<Vec<u32>, Fault> {
        let mut fresh: Vec<Held> = Vec::new();
        for execution in self.executions(wanted, depth)? {
            let is_new = self.is_fresh(&execution, wanted)
                && fresh.iter().all(|held| held.pid() != execution.pid);
            if is_new {
                fresh.extend(Held::take(&execution, wanted));
            }
        }
        if let Some(group) = group {
            for held in &mut fresh {
                held.row.was_stopped &= !group.was_stopped_by_us(held.pid());
            }
        }
        let pids = fresh.iter().map(Held::pid).collect();
        self.stop(fresh)?;
        Ok(pids)
    }

    /// Who executes one of the wanted files at this moment.
    fn executions(&self, wanted: &Wanted, depth: Depth) -> Result<Vec<Execution>, Fault> {
        let scan = processes(self.scope).map_err(Fault::Processes)?;
        let mut executions: Vec<Execution> = scan
            .running
            .into_iter()
            .filter(|process| wanted.contains_key(&process.executable))
            .map(Execution::from)
            .collect();
        if depth == Depth::Everything {
            let deep = deep_scan(self.scope, Some(wanted)).map_err(Fault::Processes)?;
            executions.extend(deep.executions);
        }
        Ok(executions)
    }

    fn is_fresh(&self, execution: &Execution, wanted: &Wanted) -> bool {
        let only_uses_library = wanted
            .get(&execution.file)
            .is_some_and(|nature| execution.only_uses(*nature));
        (!only_uses_library || self.may_stop_user_of_library(execution.pid))
            && !self.frozen.holds(execution.pid)
            && !self.is_stuck(execution.pid)
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

    /// Between the look at a process and its stop it may have become another program.
    pub(super) fn let_innocents_go(&mut self) -> Result<(), Fault> {
        let released = self.frozen.retain(Held::executes_the_same);
        self.journal.set_fates(self.id, &released)?;
        Ok(())
    }
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
