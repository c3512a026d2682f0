//! Processes that use the file as a shared library: listed, and stopped only when the order says so.

use quell_protocol::{ProcessOutcome, ProcessResult, WirePath};

use super::action::{Action, Fault};
use super::outcome::placed;
use crate::find::{ControlGroup, FileId, Nature, Wanted, current_executable, deep_scan, uid_of};
use crate::sys::process_stat::ProcessStat;

impl Action<'_> {
    /// Whether an order lets this process be stopped for no more than using the library. Even then
    /// a protected program goes on: a library that everybody preloads must not take the whole
    /// machine with it.
    pub(super) fn may_stop_user_of_library(&self, pid: u32) -> bool {
        let is_protected = |FileId { dev, ino }| self.bench.protect.by_inode(dev, ino).is_some();
        self.stop_mappers && current_executable(pid).is_some_and(|id| !is_protected(id))
    }

    /// Lists those that still have a library mapped which was taken away.
    pub(super) fn users_of_libraries(&self) -> Result<Vec<ProcessResult>, Fault> {
        let libraries: Wanted = self
            .known
            .iter()
            .filter(|(_, known)| known.nature == Nature::Library)
            .map(|(id, known)| (*id, known.nature))
            .collect();
        if libraries.is_empty() {
            return Ok(Vec::new());
        }
        let scan = deep_scan(self.scope, Some(&libraries)).map_err(Fault::Processes)?;
        let users = scan.executions.iter().filter_map(|execution| {
            let stat = ProcessStat::of(execution.pid)?;
            let pid = execution.pid;
            let executable = WirePath::from_bytes(&execution.executable_link());
            let outcome = ProcessOutcome::StillMapped;
            let user = ProcessResult::new(pid, stat.start_time, uid_of(pid), executable, outcome);
            let group = ControlGroup::of(pid);
            Some(ProcessResult {
                confidence: execution.confidence(),
                parent: Some(stat.parent),
                ..placed(user, group.as_ref())
            })
        });
        Ok(users.collect())
    }
}
