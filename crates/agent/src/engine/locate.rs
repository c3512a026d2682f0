//! Finding what holds the content: first what runs, then what lies below the roots.

use std::collections::HashSet;
use std::os::fd::OwnedFd;
use std::time::Instant;

use quell_protocol::Tier;
use rustix::io::Errno;

use super::action::{Action, Fault};
use super::hold::Hold;
use super::target::Candidate;
use crate::find::{
    Execution, FileId, Found, Hidden, Nature, Patience, Stamp, executed, executed_otherwise,
    nominated, open_any, pointed_at, processes_shown_to, seen_by,
};
use crate::hash::{Budget, Hashed};
use crate::journal::Place;
use crate::page_cache::Footprint;
use crate::plan::{Fact, Reach};

/// Whether a hash may be remembered from an earlier search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Memory {
    /// Nobody can write to a file that is executed.
    Recall,
    /// Anybody can write to a file that is only mapped or read.
    ReadAgain,
}

impl Action<'_> {
    /// Searches, and asks for every file that was found whether it is protected. However it ends, the
    /// result tells what it cost.
    pub(super) fn locate(&mut self, reach: Reach) -> Result<Fact, Fault> {
        let (began, read_before) = (Instant::now(), self.bench.hasher.bytes_read());
        let located = self.search(reach);
        let read = self.bench.hasher.bytes_read().saturating_sub(read_before);
        self.coverage.add_cost(read, began.elapsed());
        located
    }

    fn search(&mut self, reach: Reach) -> Result<Fact, Fault> {
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
        // It is the later search that says for good whether anybody was left.
        let patience = match reach {
            Reach::Everything => Patience::Long,
            Reach::Running => Patience::Short,
        };
        let scan = processes_shown_to(patience, self.scope).map_err(Fault::Processes)?;
        self.coverage.processes = scan.looked_at;
        self.coverage.processes_unreadable = scan.unreadable;
        self.coverage.reached(Tier::Running);
        let mut unread = 0;
        for (id, executions) in executed(&scan).files {
            unread += self.consider(id, executions, Memory::Recall);
        }
        if reach == Reach::Everything || self.candidates.is_empty() {
            let others = executed_otherwise(&scan, self.known_nature(), patience);
            let others = others.map_err(Fault::Processes)?;
            self.coverage.processes_unreadable = scan.unreadable.max(others.unreadable);
            for (id, executions) in others.files {
                unread += self.consider(id, executions, Memory::ReadAgain);
            }
        }
        self.coverage.processes_unreadable += unread;
        Ok(())
    }

    /// What the wanted content is, if an earlier round took some of it.
    fn known_nature(&self) -> Option<Nature> {
        let mut kept = self.known.values().filter(|known| known.is_kept);
        kept.next().map(|known| known.nature)
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
        let Some((content, _)) = open_any(executions).map_err(|Hidden| ())? else {
            return Ok(None);
        };
        let stamp = Stamp::of(&content).map_err(|_| ())?;
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
        // Where the agent itself sees the file, most see it.
        let mut seen_here = HashSet::new();
        for execution in executions {
            let path = execution.path();
            if !seen_here.contains(&path) {
                let roots = &self.scope.roots;
                let here = nominated(roots, &path, id);
                if here.is_some() {
                    seen_here.insert(path.clone());
                }
                let found = here
                    .or_else(|| seen_by(execution.pid, roots, &path, id))
                    .filter(|found| self.may_be_taken(found, &path));
                if let Some(found) = found {
                    candidate.add_link(found);
                }
            }
            candidate.runs_from.get_or_insert(path);
            // Whoever only uses a library goes on, and weighs nothing.
            let goes_on = execution.only_uses(candidate.nature)
                && !self.may_stop_user_of_library(execution.pid);
            if !goes_on {
                candidate.running.push(execution.pid);
            }
        }
        self.candidates.push(candidate);
    }

    /// A process may run from where an earlier round put its file; that is no path to take it from.
    fn may_be_taken(&self, found: &Found, path: &[u8]) -> bool {
        let is_ours = self.passed_over.contains(&found.directory.id());
        !is_ours && !self.stuck_names.contains(path)
    }

    pub(super) fn candidate(&self, id: FileId, content: OwnedFd) -> Candidate {
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
    pub(super) fn wanted_size(&self) -> Option<u64> {
        self.known_size.or(self.hints.file_size)
    }

    /// Looks where the server says that the file may be.
    fn look_at_hinted_paths(&mut self) {
        let budget = self.hash_budget(Some(Instant::now() + self.limits.sweep));
        let hints = self.hints;
        let mut unread = 0;
        for path in &hints.paths {
            let (roots, passed_over) = (&self.scope.roots, &self.passed_over);
            let Some(found) = pointed_at(roots, passed_over, &path.to_bytes()) else {
                continue;
            };
            let id = found.stamp.id;
            if let Some(index) = self.candidates.iter().position(|one| one.id == id) {
                self.add_link(index, found);
            } else if !self.stuck_names.contains(&found.path()) {
                match self.content_at(&found, &budget) {
                    Ok(Some(content)) => {
                        let mut candidate = self.candidate(id, content);
                        candidate.add_link(found);
                        self.candidates.push(candidate);
                    }
                    Ok(None) => {}
                    Err(()) => unread += 1,
                }
            }
        }
        if !hints.paths.is_empty() && unread == 0 {
            self.coverage.reached(Tier::Hinted);
        }
    }

    pub(super) fn add_link(&mut self, index: usize, found: Found) {
        if self.stuck_names.contains(&found.path()) {
            return;
        }
        if let Some(candidate) = self.candidates.get_mut(index) {
            candidate.add_link(found);
        }
    }

    /// Opens a file that was found, if it has the wanted content.
    pub(super) fn content_at(
        &mut self,
        found: &Found,
        budget: &Budget,
    ) -> Result<Option<OwnedFd>, ()> {
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
        let footprint = Footprint::before_reading(&content, found.stamp.size);
        let hashed = self.bench.hasher.sha1(&content, budget);
        let is_wanted = hashed.is_ok_and(|hashed| self.is_wanted(hashed));
        if is_wanted {
            return Ok(Some(content));
        }
        // The wanted file is read again at once; this one is nobody's.
        footprint.wipe(&content);
        hashed.map(|_| None).map_err(|_| ())
    }

    /// Who restores a file while the action still goes on wants to have it.
    fn leave_what_was_given_back(&mut self) {
        let (seal, action) = (&self.bench.seal, self.id);
        self.candidates
            .retain(|candidate| !seal.gave_back(action, candidate.id));
    }
}
