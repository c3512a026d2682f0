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
use super::frozen::{Frozen, refused};
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
            let appeared = self.stop_those_of(&wanted, None)?;
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

    /// One scan: stops what is new and answers its process ids. Who is in a group that this engine
    /// has just stopped was stopped before only if that was seen before.
    fn stop_those_of(
        &mut self,
        wanted: &HashSet<FileId>,
        group: Option<&StoppedGroup>,
    ) -> Result<Vec<u32>, Fault> {
        let scan = processes(self.scope).map_err(Fault::Processes)?;
        let mut fresh: Vec<Held> = scan
            .running
            .iter()
            .filter(|process| self.is_fresh(process, wanted))
            .filter_map(|process| Held::take(process, wanted))
            .collect();
        if let Some(group) = group {
            for held in &mut fresh {
                held.row.was_stopped &= !group.was_stopped_by_us(held.pid());
            }
        }
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
        let before = StoppedGroup::look_at(group)?;
        self.journal.note_group(self.id, group)?;
        let stopped = kill_process_group(pid, Signal::STOP);
        // Those of its members that are wanted are stopped by name as well, so that they have a
        // row and a descriptor of their own before the rest goes on. If that fails, all go on.
        let taken = self.stop_those_of(wanted, Some(&before));
        before.let_bystanders_go(&self.frozen);
        taken?;
        self.journal.group_resumed(self.id, group)?;
        if let Err(errno) = stopped {
            tracing::debug!(group, %errno, "a process group could not be stopped");
        }
        Ok(())
    }

    /// Between the look at a process and its stop it may have become another program.
    pub(super) fn let_innocents_go(&mut self) -> Result<(), Fault> {
        let released = self.frozen.retain(Held::executes_the_same);
        self.journal.set_fates(self.id, &released)?;
        Ok(())
    }
}

/// A group that is stopped as a whole: who was in it, and who of them had been stopped before.
struct StoppedGroup {
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

    fn was_stopped_by_us(&self, pid: u32) -> bool {
        let is_member = ProcessStat::of(pid).is_some_and(|stat| stat.group == self.id);
        is_member && !self.stopped.contains(&pid)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, EngineConfig, ItemDraft, Protect, Seal, SealError};
    use crate::find::{ProcessIdentity, Scope};
    use quell_model::Sha1;
    use quell_protocol::{Order, Protection};
    use std::os::fd::BorrowedFd;
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::{Child, Command};

    struct Never;

    impl Seal for Never {
        fn seal(&self, _: &ItemDraft, _: BorrowedFd<'_>) -> Result<String, SealError> {
            Err(SealError::ContentChanged)
        }

        fn contains(&self, _: &str) -> bool {
            false
        }
    }

    impl Protect for Never {
        fn by_content(&self, _: &Sha1) -> Option<Protection> {
            None
        }

        fn by_inode(&self, _: u64, _: u64) -> Option<Protection> {
            None
        }
    }

    fn start(program: &Path, group: u32) -> Child {
        Command::new(program)
            .arg("600")
            .process_group(group.cast_signed())
            .spawn()
            .unwrap()
    }

    fn is_stopped(child: &Child) -> bool {
        ProcessStat::of(child.id()).unwrap().is_stopped()
    }

    fn order() -> Order {
        serde_json::from_value(serde_json::json!({
            "sequence": 1, "machineId": "m", "actionId": "a", "expiresAt": "2100-01-01T00:00:00Z",
            "verb": {"type": "StopAndQuarantineFile", "sha1": Sha1::OF_NOTHING, "comment": "c"},
        }))
        .unwrap()
    }

    /// An engine that may touch nothing but what this test starts.
    fn engine(dir: &Path) -> Engine {
        let own = ProcessIdentity {
            pid: std::process::id(),
            start_time: ProcessStat::of(std::process::id()).unwrap().start_time,
        };
        let scope = Scope::descendants(Vec::new(), own);
        let config = EngineConfig::new(dir.join("state"), scope);
        Engine::open(config, Box::new(Never), Box::new(Never)).unwrap()
    }

    /// A process group with one process of the file and one that has nothing to do with it.
    struct Group {
        wanted: Child,
        innocent: Child,
        file: FileId,
    }

    impl Group {
        fn start(dir: &Path) -> Self {
            let program = dir.join("program");
            std::fs::copy("/bin/sleep", &program).unwrap();
            let wanted = start(&program, 0);
            let innocent = start(Path::new("/bin/sleep"), wanted.id());
            let file = FileId::of(&rustix::fs::stat(&program).unwrap());
            Self {
                wanted,
                innocent,
                file,
            }
        }

        fn id(&self) -> u32 {
            self.wanted.id()
        }
    }

    impl Drop for Group {
        fn drop(&mut self) {
            for child in [&mut self.wanted, &mut self.innocent] {
                child.kill().unwrap();
                child.wait().unwrap();
            }
        }
    }

    #[test]
    fn group_is_stopped_as_a_whole_and_its_innocents_go_on_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let engine = engine(dir.path());
        let group = Group::start(dir.path());
        let order = order();
        let mut bench = engine.bench();
        let terms = engine.terms(engine.begun_under());
        let mut action = engine.action(&order, &mut bench, &terms).unwrap();
        assert!(action.may_stop_group(group.id()).unwrap());
        action
            .stop_group(group.id(), &HashSet::from([group.file]))
            .unwrap();
        assert!(action.frozen.holds(group.wanted.id()));
        assert!(!action.frozen.holds(group.innocent.id()));
        while !action.frozen.is_still() {
            thread::yield_now();
        }
        assert!(!is_stopped(&group.innocent));
        drop(action);
        assert!(!is_stopped(&group.wanted));
    }

    /// Whether the process is stopped or about to be: the signal may not have reached it yet.
    fn is_to_stop(child: &Child) -> bool {
        const STOP: u64 = 1 << (Signal::STOP.as_raw() - 1);
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let is_pending = status.lines().any(|line| {
            let pending = line
                .strip_prefix("SigPnd:")
                .or(line.strip_prefix("ShdPnd:"));
            pending.is_some_and(|set| u64::from_str_radix(set.trim(), 16).unwrap() & STOP != 0)
        });
        is_pending || is_stopped(child)
    }

    #[test]
    fn journal_that_fails_while_a_group_is_stopped_leaves_nobody_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let engine = engine(dir.path());
        let group = Group::start(dir.path());
        rusqlite::Connection::open(dir.path().join("state/journal.db"))
            .and_then(|journal| journal.execute_batch("DROP TABLE process"))
            .unwrap();
        let order = order();
        let mut bench = engine.bench();
        let terms = engine.terms(engine.begun_under());
        let mut action = engine.action(&order, &mut bench, &terms).unwrap();
        let failed = action.stop_group(group.id(), &HashSet::from([group.file]));
        let left_stopped = [is_to_stop(&group.innocent), is_to_stop(&group.wanted)];
        drop(action);
        assert!(matches!(failed, Err(Fault::Journal(_))));
        assert_eq!(left_stopped, [false, false]);
    }

    #[test]
    fn own_group_and_groups_beyond_the_scope_are_never_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let machine = Scope::machine(Vec::new());
        let config = EngineConfig::new(dir.path().join("state"), machine);
        let engine = Engine::open(config, Box::new(Never), Box::new(Never)).unwrap();
        let order = order();
        let mut bench = engine.bench();
        let terms = engine.terms(engine.begun_under());
        let action = engine.action(&order, &mut bench, &terms).unwrap();
        let own = ProcessStat::of(std::process::id()).unwrap().group;
        for group in [0, 1, own] {
            assert!(!action.may_stop_group(group).unwrap(), "{group}");
        }
        drop(action);
        drop(bench);
        drop(engine);
        let nobody = ProcessIdentity {
            pid: std::process::id(),
            start_time: 0,
        };
        let narrow = Scope::descendants(Vec::new(), nobody);
        let config = EngineConfig::new(dir.path().join("state"), narrow);
        let engine = Engine::open(config, Box::new(Never), Box::new(Never)).unwrap();
        let mut bench = engine.bench();
        let terms = engine.terms(engine.begun_under());
        let action = engine.action(&order, &mut bench, &terms).unwrap();
        let mut child = start(Path::new("/bin/sleep"), 0);
        assert!(!action.may_stop_group(child.id()).unwrap());
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
