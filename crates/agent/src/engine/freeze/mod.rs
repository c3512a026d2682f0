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
use crate::find::{Execution, LastId, Patience, Sought, Wanted, deepen, newcomers, processes};
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

/// Who comes is stopped one by one for so long, unless he is gone before that too often.
const HUNT: Duration = Duration::from_millis(20);
/// And until nobody has come for so long.
const CALM: Duration = Duration::from_millis(1);
/// So many who could not be stopped are enough to know where they are.
const ENOUGH: usize = 4;

/// What one scan showed.
struct Look {
    executions: Vec<Execution>,
    /// The last process id that was given out before.
    last: LastId,
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
            let look = self.look(&wanted, depth)?;
            let appeared = self.stop_those_of(look.executions, &wanted, None)?;
            let fleeting = self.stop_newcomers(&wanted, look.last)?;
            let measure = chase.observe(Scan {
                appeared: !appeared.is_empty(),
                fled: !fleeting.is_empty(),
                still: self.frozen.is_still(),
                late: Instant::now() >= deadline,
            });
            let traces = || {
                let caught = appeared.iter().filter_map(|pid| Trace::of(*pid));
                fleeting.into_iter().chain(caught).collect()
            };
            match measure {
                Measure::Enough => break,
                Measure::GiveUp => {
                    tracing::warn!("processes keep appearing or do not come to rest");
                    break;
                }
                Measure::ScanAgain => {}
                Measure::StopGroups => {
                    let beyond = self.stop_groups_of(traces(), &wanted)?;
                    self.freeze_cgroups_of(&beyond, &wanted)?;
                }
                Measure::FreezeControlGroups => self.freeze_cgroups_of(&traces(), &wanted)?,
            }
            if !self.frozen.is_still() {
                thread::sleep(BREATH);
            }
        }
        self.let_innocents_go(&wanted)?;
        let described = self.frozen.describe();
        Ok(self.journal.note_processes(self.id, &described)?)
    }

    /// Who executes one of the wanted files at this moment.
    fn look(&self, wanted: &Wanted, depth: Depth) -> Result<Look, Fault> {
        let scan = processes(self.scope).map_err(Fault::Processes)?;
        let running = scan.running.iter().copied();
        let mut executions: Vec<Execution> = running
            .filter(|process| wanted.contains_key(&process.executable))
            .map(Execution::from)
            .collect();
        if depth == Depth::Everything {
            let deep = deepen(&scan, Sought::Files(wanted), Patience::Short);
            let deep = deep.map_err(Fault::Processes)?;
            executions.extend(deep.executions);
        }
        let last = scan.last;
        Ok(Look { executions, last })
    }

    /// Stops those that are not in hand and answers their process ids. Who is in a group that this
    /// engine has just stopped was stopped before only if that was seen before.
    fn stop_those_of(
        &mut self,
        executions: Vec<Execution>,
        wanted: &Wanted,
        group: Option<&StoppedGroup>,
    ) -> Result<Vec<u32>, Fault> {
        let mut known = HashSet::new();
        let mut fresh: Vec<Held> = Vec::new();
        for execution in executions {
            if self.is_fresh(&execution, wanted) && known.insert(execution.pid) {
                let is_meant = |found: &Execution| self.is_meant(found, wanted);
                fresh.extend(Held::take(&execution, wanted, is_meant));
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

    /// Stops who came since the others were listed, and again while somebody comes. Answers where
    /// they were when they were seen: some have ended before they are stopped.
    fn stop_newcomers(&mut self, wanted: &Wanted, mut last: LastId) -> Result<Vec<Trace>, Fault> {
        let began = Instant::now();
        let mut calm_since = None;
        let (mut traces, mut missed) = (Vec::new(), 0);
        loop {
            let is_wanted = |file| wanted.contains_key(&file);
            let came = newcomers(self.scope, &mut last, is_wanted).map_err(Fault::Processes)?;
            let mut executions: Vec<_> = came.wanted.into_iter().map(Execution::from).collect();
            executions.retain(|execution| self.is_fresh(execution, wanted));
            let now = Instant::now();
            let count = executions.len();
            if count == 0 && !came.any_gone {
                let since = *calm_since.get_or_insert(now);
                // Where nobody has come at all, nobody is waited for.
                if traces.is_empty() || now - since >= CALM {
                    break;
                }
            } else if count == 0 && traces.is_empty() && now - began >= CALM {
                // Others come and go on a busy machine, of whom none was wanted.
                break;
            } else {
                calm_since = None;
            }
            traces.extend(executions.iter().filter_map(|one| Trace::of(one.pid)));
            missed += count - self.stop_those_of(executions, wanted, None)?.len();
            if missed >= ENOUGH || now - began >= HUNT {
                break;
            }
        }
        Ok(traces)
    }

    fn is_fresh(&self, execution: &Execution, wanted: &Wanted) -> bool {
        self.is_meant(execution, wanted)
            && !self.frozen.holds(execution.pid)
            && !self.is_stuck(execution.pid)
    }

    /// Whether a process is to be stopped for executing a file so.
    fn is_meant(&self, execution: &Execution, wanted: &Wanted) -> bool {
        let only_uses_library = wanted
            .get(&execution.file)
            .is_some_and(|nature| execution.only_uses(*nature));
        !only_uses_library || self.may_stop_user_of_library(execution.pid)
    }

    /// Notes processes, then stops them.
    fn stop(&mut self, fresh: Vec<Held>) -> Result<(), Fault> {
        let rows: Vec<_> = fresh.iter().map(|held| held.row.clone()).collect();
        self.journal.note_processes(self.id, &rows)?;
        let mut fates = Vec::new();
        let mut refusing = Vec::new();
        for mut held in fresh {
            match held.stop() {
                Ok(()) => self.frozen.push(held),
                Err(errno) => {
                    held.describe();
                    self.stuck_processes.insert(held.row.identity);
                    fates.push((held.row.identity, Fate::Known(refused(errno))));
                    refusing.push(held.row);
                }
            }
        }
        self.journal.note_processes(self.id, &refusing)?;
        crash_point::here("during-freeze");
        self.journal.set_fates(self.id, &fates)?;
        Ok(())
    }

    /// Between the look at a process and its stop it may have become another program.
    pub(super) fn let_innocents_go(&mut self, wanted: &Wanted) -> Result<(), Fault> {
        let mut frozen = std::mem::take(&mut self.frozen);
        let released = frozen
            .retain(|held| held.is_meant(wanted, |execution| self.is_meant(execution, wanted)));
        self.frozen = frozen;
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
