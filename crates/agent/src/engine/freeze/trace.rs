//! What remains of a process that may be gone by the time it is to be stopped.
//!
//! Who hands over to a child every 100 us has ended before a scan of all processes comes by, and long
//! before a journal is written. What does not change from one generation to the next is the process
//! group, or at least the control group: that is read in the very moment in which one is seen.

use std::collections::HashSet;
use std::io;

use crate::find::{Scope, Wanted, admitted, current_executable};
use crate::sys::cgroup::Cgroup;
use crate::sys::process_stat::ProcessStat;

/// How often it is looked who has come since the last look. A machine where nobody comes and goes is
/// looked at once.
const LOOKS: u32 = 64;
/// So many traces are enough to know where they lead.
const ENOUGH: usize = 4;

/// Where a process was when it was seen.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    pub(super) pid: u32,
    pub(super) group: u32,
    pub(super) cgroups: Vec<Cgroup>,
}

impl Trace {
    /// Of a process that is there now, dead or alive.
    pub(super) fn of(pid: u32) -> Option<Self> {
        let group = ProcessStat::of(pid)?.group;
        let cgroups = Cgroup::of(pid);
        Some(Self {
            pid,
            group,
            cgroups,
        })
    }
}

/// Looks at those who came after `known` was listed, the newest first, and again while there are
/// such. Answers the traces of those that executed one of `wanted` when they were seen.
pub(super) fn of_the_fleeting(
    scope: &Scope,
    wanted: &Wanted,
    mut known: HashSet<u32>,
) -> io::Result<Vec<Trace>> {
    let mut traces = Vec::new();
    for _ in 0..LOOKS {
        let mut came = admitted(scope)?;
        came.retain(|pid| known.insert(*pid));
        if came.is_empty() || traces.len() >= ENOUGH {
            break;
        }
        came.sort_unstable();
        traces.extend(came.into_iter().rev().filter_map(|pid| {
            let executable = current_executable(pid)?;
            let trace = wanted.contains_key(&executable).then(|| Trace::of(pid));
            trace.flatten()
        }));
    }
    Ok(traces)
}
