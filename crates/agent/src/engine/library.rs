//! Processes that use the file as a shared library: listed, and stopped only when the order says so.

use std::collections::HashSet;

use quell_protocol::{ProcessOutcome, ProcessResult, WirePath};

use super::action::{Action, Fault};
use super::outcome::placed;
use crate::find::{
    ControlGroup, Execution, FileId, Nature, Sought, Wanted, current_executable, deep_scan,
    execution_of, uid_of,
};
use crate::policy::{Mappers, Refusal};
use crate::sys::process_stat::ProcessStat;

impl Action<'_> {
    /// Whether this process is stopped for no more than using the library. A protected program goes
    /// on even then: a library that everybody preloads must not take the whole machine with it.
    pub(super) fn may_stop_user_of_library(&self, pid: u32) -> bool {
        let is_protected = |FileId { dev, ino }| self.bench.protect.by_inode(dev, ino).is_some();
        self.mappers == Mappers::Stopped
            && pid > 1
            && current_executable(pid).is_some_and(|id| !is_protected(id))
    }

    /// Lists those that still have a library mapped which was taken away.
    pub(super) fn users_of_taken(
        &mut self,
        listed: &[ProcessResult],
    ) -> Result<Vec<ProcessResult>, Fault> {
        let files = self.known.iter().map(|(id, known)| (*id, known.nature));
        self.users_of_libraries(files.collect(), listed)
    }

    /// Lists those that would still have a library mapped after it was taken away.
    pub(super) fn users_of_found(
        &mut self,
        listed: &[ProcessResult],
    ) -> Result<Vec<ProcessResult>, Fault> {
        let files = self.candidates.iter().map(|one| (one.id, one.nature));
        self.users_of_libraries(files.collect(), listed)
    }

    /// Those who use one of the files as a library, without those that are `listed` already. Notes it
    /// where the machine's policy is why they go on.
    fn users_of_libraries(
        &mut self,
        mut libraries: Wanted,
        listed: &[ProcessResult],
    ) -> Result<Vec<ProcessResult>, Fault> {
        libraries.retain(|_, nature| *nature == Nature::Library);
        if libraries.is_empty() {
            return Ok(Vec::new());
        }
        let identity = |process: &ProcessResult| (process.pid, process.start_time);
        let listed: HashSet<_> = listed.iter().map(identity).collect();
        let scan = deep_scan(self.scope, Sought::Files(&libraries)).map_err(Fault::Processes)?;
        // No scan shows the agent, which goes on with it like any other.
        let own = execution_of(std::process::id(), &libraries);
        let users = scan.executions.iter().chain(&own).filter_map(user);
        let users: Vec<_> = users
            .filter(|user| !listed.contains(&identity(user)))
            .collect();
        if self.mappers == Mappers::Spared && !users.is_empty() {
            self.refuse(Refusal::SparesMappers(users.len()));
        }
        Ok(users)
    }
}

fn user(execution: &Execution) -> Option<ProcessResult> {
    let stat = ProcessStat::of(execution.pid)?;
    let pid = execution.pid;
    let executable = WirePath::from_bytes(&execution.executable_link());
    let outcome = ProcessOutcome::StillMapped;
    let user = ProcessResult::new(pid, stat.start_time, uid_of(pid), executable, outcome);
    Some(ProcessResult {
        confidence: execution.confidence(),
        parent: Some(stat.parent),
        ..placed(user, ControlGroup::of(pid).as_ref())
    })
}
