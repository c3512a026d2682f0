//! Freezing a whole control group at once, which nobody leaves who is not let.
//!
//! Everybody in it rests until those that are wanted are stopped by name; then the rest goes on.

use std::thread;
use std::time::{Duration, Instant};

use quell_model::ActionId;

use super::{BREATH, Depth, Trace};
use crate::crash_point;
use crate::engine::action::{Action, Fault};
use crate::find::Wanted;
use crate::journal::Journal;
use crate::sys::cgroup::Cgroup;

/// How long the kernel is given to freeze a group: one of its processes may be busy in the kernel.
const PATIENCE: Duration = Duration::from_millis(500);

impl Action<'_> {
    /// Freezes the control groups of these processes one after the other, and stops in each whoever
    /// is wanted.
    pub(super) fn freeze_cgroups_of(
        &mut self,
        traces: &[Trace],
        wanted: &Wanted,
    ) -> Result<(), Fault> {
        let mut done: Vec<Cgroup> = Vec::new();
        let mut spared: Vec<Cgroup> = Vec::new();
        for trace in traces {
            for cgroup in trace.cgroups() {
                if done.iter().any(|frozen| frozen.contains(&cgroup)) {
                    break;
                }
                if spared.contains(&cgroup) {
                    continue;
                }
                if !self.may_freeze(&cgroup)? {
                    spared.push(cgroup);
                } else {
                    self.freeze_cgroup(&cgroup, wanted)?;
                    done.push(cgroup);
                    break;
                }
            }
        }
        Ok(())
    }

    /// A control group is frozen only if nobody in it or below it is out of bounds: neither this
    /// process and those that it descends from, nor anyone outside of the scope. One that somebody
    /// else has frozen is theirs to thaw.
    fn may_freeze(&self, cgroup: &Cgroup) -> Result<bool, Fault> {
        let own = Cgroup::of(std::process::id());
        if cgroup.is_to_freeze() || own.iter().any(|own| cgroup.contains(own)) {
            return Ok(false);
        }
        match cgroup.members() {
            Ok(members) => self.are_within_bounds(&members),
            Err(_) => Ok(false),
        }
    }

    fn freeze_cgroup(&mut self, cgroup: &Cgroup, wanted: &Wanted) -> Result<(), Fault> {
        self.journal.note_cgroup(self.id, cgroup.directory())?;
        let frozen = FrozenCgroup::freeze(cgroup);
        crash_point::here("during-cgroup-freeze");
        let taken = self
            .look(wanted, Depth::Executables)
            .and_then(|look| self.stop_those_of(look.executions, wanted, None));
        let thawed = frozen.thaw();
        taken?;
        if thawed {
            self.journal.cgroup_thawed(self.id, cgroup.directory())?;
        }
        Ok(())
    }
}

/// A control group that is frozen at this moment. Dropping it, for whatever reason, thaws it.
struct FrozenCgroup<'a>(&'a Cgroup);

impl<'a> FrozenCgroup<'a> {
    fn freeze(cgroup: &'a Cgroup) -> Self {
        let deadline = Instant::now() + PATIENCE;
        match cgroup.freeze() {
            Ok(()) => {
                while !cgroup.is_frozen() && Instant::now() < deadline {
                    thread::sleep(BREATH);
                }
            }
            Err(error) => tracing::debug!(%error, "a control group could not be frozen"),
        }
        Self(cgroup)
    }

    /// Thaws it, and says whether that is done.
    fn thaw(self) -> bool {
        let cgroup = self.0;
        std::mem::forget(self);
        thaw(cgroup)
    }
}

impl Drop for FrozenCgroup<'_> {
    fn drop(&mut self) {
        thaw(self.0);
    }
}

fn thaw(cgroup: &Cgroup) -> bool {
    let thawed = cgroup.thaw();
    if let Err(error) = &thawed {
        let directory = String::from_utf8_lossy(cgroup.directory());
        tracing::error!(%directory, %error, "a control group could not be thawed");
    }
    thawed.is_ok()
}

/// Thaws the control groups that an action left frozen. What the kernel does not thaw stays noted, so
/// that it is tried again.
pub(in crate::engine) fn thaw_noted(journal: &Journal, action: &ActionId) -> Result<(), Fault> {
    for directory in journal.possibly_frozen_cgroups(action)? {
        // One that is gone has nobody in it.
        let is_thawed = Cgroup::again(&directory).is_none_or(|cgroup| thaw(&cgroup));
        if is_thawed {
            journal.cgroup_thawed(action, &directory)?;
        }
    }
    Ok(())
}
