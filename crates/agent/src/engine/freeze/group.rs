//! Stopping a whole process group at once, which no fork can outrun.

use std::collections::{HashMap, HashSet};

use rustix::process::{Pid, Signal, kill_process_group};

use super::{Depth, Trace, own_line};
use crate::engine::action::{Action, Fault};
use crate::engine::frozen::Frozen;
use crate::engine::held::resume_bystander;
use crate::find::{Wanted, admitted, all_pids};
use crate::sys::process_group::group_of;
use crate::sys::process_stat::ProcessStat;

impl Action<'_> {
    /// Stops the groups of these processes; answers those whose group may not be stopped.
    pub(super) fn stop_groups_of(
        &mut self,
        traces: Vec<Trace>,
        wanted: &Wanted,
    ) -> Result<Vec<Trace>, Fault> {
        let mut groups: HashMap<u32, Vec<Trace>> = HashMap::new();
        for trace in traces {
            groups.entry(trace.group).or_default().push(trace);
        }
        let mut beyond = Vec::new();
        for (group, traces) in groups {
            if self.may_stop_group(group)? {
                self.stop_group(group, wanted)?;
            } else {
                beyond.extend(traces);
            }
        }
        Ok(beyond)
    }

    /// A group is stopped as a whole only if nobody in it is out of bounds: neither this process
    /// and those that it descends from, nor the first process, nor anyone outside of the scope.
    pub(super) fn may_stop_group(&self, group: u32) -> Result<bool, Fault> {
        let members = members_of(group).map_err(Fault::Processes)?;
        Ok(group > 1 && self.are_within_bounds(&members)?)
    }

    /// Whether all of these, who were seen a moment ago, are in scope, and none is this process or one
    /// that it descends from. Who has ended since is out of nobody's reach: of a herd that hands over
    /// all the time somebody always has.
    pub(super) fn are_within_bounds(&self, seen: &[u32]) -> Result<bool, Fault> {
        let in_scope: HashSet<u32> = admitted(self.scope)
            .map_err(Fault::Processes)?
            .into_iter()
            .collect();
        let out_of_bounds = own_line();
        Ok(seen.iter().all(|pid| {
            !out_of_bounds.contains(pid) && (in_scope.contains(pid) || group_of(*pid).is_none())
        }))
    }

    pub(super) fn stop_group(&mut self, group: u32, wanted: &Wanted) -> Result<(), Fault> {
        let Some(pid) = i32::try_from(group).ok().and_then(Pid::from_raw) else {
            return Ok(());
        };
        let before = StoppedGroup::look_at(group)?;
        self.journal.note_group(self.id, group)?;
        let stopped = kill_process_group(pid, Signal::STOP);
        // Those of its members that are wanted are stopped by name as well, so that they have a
        // row and a descriptor of their own before the rest goes on. If that fails, all go on.
        let taken = self
            .look(wanted, Depth::Executables)
            .and_then(|look| self.stop_those_of(look.executions, wanted, Some(&before)));
        before.let_bystanders_go(&self.frozen);
        taken?;
        self.journal.group_resumed(self.id, group)?;
        if let Err(errno) = stopped {
            tracing::debug!(group, %errno, "a process group could not be stopped");
        }
        Ok(())
    }
}

/// A group that is stopped as a whole: who was in it, and who of them had been stopped before.
pub(super) struct StoppedGroup {
    id: u32,
    members: HashSet<u32>,
    stopped: HashSet<u32>,
}

impl StoppedGroup {
    fn look_at(id: u32) -> Result<Self, Fault> {
        let members: HashSet<u32> = members_of(id)
            .map_err(Fault::Processes)?
            .into_iter()
            .collect();
        let mut stopped = members.clone();
        stopped.retain(|pid| ProcessStat::of(*pid).is_some_and(|stat| stat.is_suspended()));
        Ok(Self {
            id,
            members,
            stopped,
        })
    }

    /// Lets everybody go on who is not in hand: also who has left the group meanwhile, and, if the
    /// group cannot be listed any more, at least those who were in it before.
    fn let_bystanders_go(&self, frozen: &Frozen) {
        let mut members = self.members.clone();
        members.extend(members_of(self.id).unwrap_or_default());
        for member in members {
            if !self.stopped.contains(&member) && !frozen.holds(member) {
                resume_bystander(member);
            }
        }
    }

    pub(super) fn was_stopped_by_us(&self, pid: u32) -> bool {
        let is_member = group_of(pid) == Some(self.id);
        is_member && !self.stopped.contains(&pid)
    }
}

/// The processes of a group.
pub(in crate::engine) fn members_of(group: u32) -> std::io::Result<Vec<u32>> {
    let mut members = all_pids()?;
    members.retain(|pid| group_of(*pid) == Some(group));
    Ok(members)
}
