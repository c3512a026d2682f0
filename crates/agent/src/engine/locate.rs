//! Finding what holds the content: first what runs, then what lies below the roots.

use std::collections::{HashMap, HashSet};
use std::os::fd::OwnedFd;
use std::time::Instant;

use quell_protocol::{Limit, Tier};

use rustix::fs::Stat;
use rustix::io::Errno;

use super::action::{Action, Fault};
use super::hold::Hold;
use super::target::Candidate;
use crate::find::{
    Execution, FileId, Found, Nature, Stamp, Walk, deep_scan, nominated, pointed_at, processes,
    seen_by,
};
use crate::hash::{Budget, Hashed};
use crate::journal::Place;
use crate::plan::{Fact, Reach};

/// Every candidate costs descriptors; a further round takes what is beyond this.
const MOST_CANDIDATES: usize = 1000;

/// Whether a hash may be remembered from an earlier search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Memory {
    /// Nobody can write to a file that is executed.
    Recall,
    /// Anybody can write to a file that is only mapped or read.
    ReadAgain,
}

/// Opens the file through any of those that execute it. Those that ended since they were seen, or
/// became another program, hide nothing; whoever refuses does.
fn open_any(executions: &[Execution]) -> Result<Option<(OwnedFd, Stat)>, ()> {
    let mut hidden = false;
    for execution in executions {
        match execution.open() {
            Ok(opened) => return Ok(Some(opened)),
            Err(error) => {
                let errno = Errno::from_io_error(&error);
                hidden |= !matches!(errno, Some(Errno::NOENT | Errno::SRCH | Errno::STALE));
            }
        }
    }
    if hidden { Err(()) } else { Ok(None) }
}

impl Action<'_> {
    /// Searches, and asks for every file that was found whether it is protected.
    pub(super) fn locate(&mut self, reach: Reach) -> Result<Fact, Fault> {
        self.candidates.clear();
        self.look_at_processes(reach)?;
        self.look_at_hinted_paths();
        let has_more_names = self
            .candidates
            .iter()
            .any(|one| one.link_count() > one.links.len() as u64);
        if reach == Reach::Everything || has_more_names || self.only_told.is_some() {
            self.journal.retract_passing(self.id)?;
            let taken = self.taken_paths()?;
            self.sweep(taken);
        }
        self.leave_what_was_given_back();
        let refused = self.restrain()?;
        Ok(Fact::Located {
            fresh: !self.candidates.is_empty(),
            protected: refused,
        })
    }

    /// Executables first: they are few, and where one of them is the file there is no time to lose.
    /// What is mapped and what interpreters run is looked at when they are not, and in every later
    /// search.
    fn look_at_processes(&mut self, reach: Reach) -> Result<(), Fault> {
        let scan = processes(self.scope).map_err(Fault::Processes)?;
        self.coverage.processes = scan.looked_at;
        self.coverage.processes_unreadable = scan.unreadable;
        self.coverage.reached(Tier::Running);
        let mut unread = 0;
        let by_executable = scan.by_executable();
        let executables: HashSet<FileId> = by_executable.keys().copied().collect();
        for (id, running) in by_executable {
            let executions = running.into_iter().map(Execution::from).collect();
            unread += self.consider(id, executions, Memory::Recall);
        }
        if reach == Reach::Everything || self.candidates.is_empty() {
            let deep = deep_scan(self.scope, None).map_err(Fault::Processes)?;
            self.coverage.processes_unreadable = scan.unreadable.max(deep.unreadable);
            let mut others: HashMap<FileId, Vec<Execution>> = HashMap::new();
            for execution in deep.executions {
                if !executables.contains(&execution.file) {
                    others.entry(execution.file).or_default().push(execution);
                }
            }
            for (id, executions) in others {
                unread += self.consider(id, executions, Memory::ReadAgain);
            }
        }
        self.coverage.processes_unreadable += unread;
        Ok(())
    }

    /// Makes the file a candidate if it has the wanted content; answers how many processes did not
    /// show it.
    fn consider(&mut self, id: FileId, mut executions: Vec<Execution>, memory: Memory) -> u64 {
        executions.retain(|execution| !self.is_stuck(execution.pid));
        if executions.is_empty() || self.is_only_in_use(id, &executions) {
            return 0;
        }
        match self.content_of(id, &executions, memory) {
            Ok(Some(content)) => self.add_running(id, content, &executions),
            Ok(None) => {}
            Err(()) => return executions.len() as u64,
        }
        0
    }

    /// Whether the file is a library that an earlier round took, and all who use it may go on.
    fn is_only_in_use(&self, id: FileId, executions: &[Execution]) -> bool {
        self.known.get(&id).is_some_and(|known| {
            executions.iter().all(|execution| {
                execution.only_uses(known.nature) && !self.may_stop_user_of_library(execution.pid)
            })
        })
    }

    /// Opens the file that the processes execute, if it has the wanted content.
    fn content_of(
        &mut self,
        id: FileId,
        executions: &[Execution],
        memory: Memory,
    ) -> Result<Option<OwnedFd>, ()> {
        if let Some(known) = self.known.get(&id) {
            return known.content.try_clone().map(Some).map_err(|_| ());
        }
        let Some((content, stat)) = open_any(executions)? else {
            return Ok(None);
        };
        let stamp = Stamp::of(&stat);
        if self.known_size.is_some_and(|size| size != stamp.size) {
            return Ok(None);
        }
        let budget = self.hash_budget(None);
        let bench = &mut *self.bench;
        let hashed = match memory {
            Memory::Recall => {
                let executables = &mut bench.executables;
                executables.hash_open(&content, stamp, &mut bench.hasher, &budget)
            }
            Memory::ReadAgain if stamp.size > budget.cap => return Err(()),
            Memory::ReadAgain => bench.hasher.sha1(&content, &budget),
        };
        Ok(self.is_wanted(hashed.map_err(|_| ())?).then_some(content))
    }

    fn add_running(&mut self, id: FileId, content: OwnedFd, executions: &[Execution]) {
        let mut candidate = self.candidate(id, content);
        for execution in executions {
            let path = execution.path();
            let roots = &self.scope.roots;
            let found = nominated(roots, &path, id)
                .or_else(|| seen_by(execution.pid, roots, &path, id))
                .filter(|found| self.may_be_taken(found, &path));
            if let Some(found) = found {
                candidate.add_link(found);
            }
            candidate.runs_from.get_or_insert(path);
            // Whoever only uses a library goes on, and weighs nothing, unless he is the first of all.
            let goes_on = execution.only_uses(candidate.nature)
                && !self.may_stop_user_of_library(execution.pid);
            if !goes_on || execution.pid == 1 {
                candidate.running.push(execution.pid);
            }
        }
        self.candidates.push(candidate);
    }

    /// A process may run from where an earlier round put its file; that is no path to take it from.
    fn may_be_taken(&self, found: &Found, path: &[u8]) -> bool {
        let is_ours = found
            .directory
            .id()
            .is_ok_and(|directory| self.passed_over.contains(&directory));
        !is_ours && !self.stuck_names.contains(path)
    }

    fn candidate(&self, id: FileId, content: OwnedFd) -> Candidate {
        let known = self.known.get(&id);
        Candidate {
            id,
            nature: known.map_or_else(|| Nature::of(&content), |known| known.nature),
            content,
            links: Vec::new(),
            runs_from: None,
            running: Vec::new(),
            attributes: known.map(|known| known.attributes.clone()),
            is_kept: known.is_some_and(|known| known.is_kept),
            hold: Hold::Unleased,
        }
    }

    /// Whether the content that was read is the wanted one. Its size, too, is what was read: the
    /// file may have another one by now, and every copy would be missed that has not.
    fn is_wanted(&mut self, hashed: Hashed) -> bool {
        let is_wanted = hashed.sha1 == self.sha1;
        if is_wanted {
            self.known_size = Some(hashed.size);
        }
        is_wanted
    }

    /// The paths that hold nothing any more, so that a link to one of them leads nowhere.
    fn taken_paths(&self) -> Result<HashSet<Vec<u8>>, Fault> {
        let targets = self.journal.targets(self.id)?;
        let names = targets.into_iter().flat_map(|(_, names)| names);
        let taken = names.filter(|name| name.place == Place::Released && !name.was_deleted);
        Ok(taken.map(|name| name.path).collect())
    }

    /// The size that a copy has: what was read of one, else what the server says. What runs is read
    /// whatever the server says.
    fn wanted_size(&self) -> Option<u64> {
        self.known_size.or(self.hints.file_size)
    }

    /// Looks where the server says that the file may be.
    fn look_at_hinted_paths(&mut self) {
        let budget = self.hash_budget(Some(Instant::now() + self.limits.sweep));
        let hints = self.hints;
        for path in &hints.paths {
            let (roots, passed_over) = (&self.scope.roots, &self.passed_over);
            let Some(found) = pointed_at(roots, passed_over, &path.to_bytes()) else {
                continue;
            };
            let id = found.stamp.id;
            if let Some(index) = self.candidates.iter().position(|one| one.id == id) {
                self.add_link(index, found);
            } else if !self.stuck_names.contains(&found.path())
                && let Ok(Some(content)) = self.content_at(&found, &budget)
            {
                let mut candidate = self.candidate(id, content);
                candidate.add_link(found);
                self.candidates.push(candidate);
            }
        }
        if !hints.paths.is_empty() {
            self.coverage.reached(Tier::Hinted);
        }
    }

    /// Walks the roots. As soon as one copy is known, only files of its size are read.
    fn sweep(&mut self, taken: HashSet<Vec<u8>>) {
        let deadline = Instant::now() + self.limits.sweep;
        let scope = self.scope;
        let passed_over = self.passed_over.clone();
        let mut walk = Walk::new(&scope.roots, &passed_over)
            .only_size(self.wanted_size())
            .noting_links_to(taken)
            .until(deadline);
        let budget = self.hash_budget(Some(deadline));
        let mut by_id: HashMap<FileId, usize> = HashMap::new();
        for (index, candidate) in self.candidates.iter().enumerate() {
            by_id.insert(candidate.id, index);
        }
        let mut unread = 0;
        let (mut too_many, mut too_large) = (false, false);
        for found in walk.by_ref() {
            if let Some(index) = by_id.get(&found.stamp.id) {
                self.add_link(*index, found);
                continue;
            }
            if self
                .wanted_size()
                .is_some_and(|size| size != found.stamp.size)
                || self.stuck_names.contains(&found.path())
            {
                continue;
            }
            let size = found.stamp.size;
            match self.content_at(&found, &budget) {
                Ok(None) => {}
                Err(()) => {
                    unread += 1;
                    too_large |= size > budget.cap;
                }
                Ok(Some(_)) if self.candidates.len() >= MOST_CANDIDATES => too_many = true,
                Ok(Some(content)) => {
                    let mut candidate = self.candidate(found.stamp.id, content);
                    by_id.insert(found.stamp.id, self.candidates.len());
                    candidate.add_link(found);
                    self.candidates.push(candidate);
                }
            }
        }
        self.dangling = walk.links().to_vec();
        let tally = walk.tally();
        self.coverage.files = self.coverage.files.max(tally.files);
        self.coverage.files_skipped = tally.skipped + unread;
        self.coverage.complete = true;
        self.coverage.ended_by.clear();
        self.coverage.unreached = walk.unreached().to_vec();
        let ended = [
            (budget.is_over(), Limit::Time),
            (tally.too_deep, Limit::Depth),
            (too_many, Limit::Copies),
            (too_large, Limit::FileSize),
        ];
        for (_, limit) in ended.into_iter().filter(|(ended, _)| *ended) {
            self.coverage.cut_by(limit);
        }
        if self.coverage.complete {
            self.coverage.only_size = self.wanted_size();
            self.coverage.reached(match self.coverage.only_size {
                Some(_) => Tier::SizeMatch,
                None => Tier::Everything,
            });
        }
    }

    fn add_link(&mut self, index: usize, found: Found) {
        if self.stuck_names.contains(&found.path()) {
            return;
        }
        if let Some(candidate) = self.candidates.get_mut(index) {
            candidate.add_link(found);
        }
    }

    fn content_at(&mut self, found: &Found, budget: &Budget) -> Result<Option<OwnedFd>, ()> {
        if let Some(known) = self.known.get(&found.stamp.id) {
            return known.content.try_clone().map(Some).map_err(|_| ());
        }
        if found.stamp.size > budget.cap {
            return Err(());
        }
        let (content, _) = match found.open() {
            Ok(opened) => opened,
            Err(Errno::NOENT) => return Ok(None),
            Err(_) => return Err(()),
        };
        let hashed = self.bench.hasher.sha1(&content, budget).map_err(|_| ())?;
        Ok(self.is_wanted(hashed).then_some(content))
    }

    /// Who restores a file while the action still goes on wants to have it.
    fn leave_what_was_given_back(&mut self) {
        let (seal, action) = (&self.bench.seal, self.id);
        self.candidates
            .retain(|candidate| !seal.gave_back(action, candidate.id));
    }
}
