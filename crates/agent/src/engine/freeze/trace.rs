//! What remains of a process that may be gone by the time it is to be stopped.
//!
//! Who hands over to a child every 100 us has ended before a scan of all processes comes by, and long
//! before a journal is written. What does not change from one generation to the next is the process
//! group, or at least the control group: that is read in the very moment in which one is seen.

use crate::sys::cgroup::{Cgroup, Memberships};
use crate::sys::process_group::group_of;

/// Where a process was when it was seen.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    pub(super) group: u32,
    memberships: Memberships,
}

impl Trace {
    /// Of a process that is there now, dead or alive.
    pub(super) fn of(pid: u32) -> Option<Self> {
        Some(Self {
            group: group_of(pid)?,
            memberships: Memberships::of(pid),
        })
    }

    /// The control groups that it was in.
    pub(super) fn cgroups(&self) -> Vec<Cgroup> {
        Cgroup::among(&self.memberships)
    }
}
