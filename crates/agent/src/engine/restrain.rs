//! What was found and is not touched: by the machine's protections and its policy, before any signal.

use std::os::fd::{AsFd as _, OwnedFd};
use std::panic::resume_unwind;
use std::thread;

use quell_model::Sha1;
use quell_protocol::{ProcessOutcome, ProcessResult, Protection, ResidualReason, WirePath};

use super::action::{Action, Fault};
use super::outcome::placed;
use super::protect::{Condition, Examined, Ownership};
use super::target::{Candidate, without_mark};
use crate::find::{ControlGroup, FileId, Nature, Wanted, execution_of, processes, uid_of};
use crate::hash::{Budget, Hasher};
use crate::policy::{Finding, Permit, Refusal};
use crate::sys::process_stat::ProcessStat;

impl Action<'_> {
    /// Whether the content is protected whoever holds it: no search is needed for that.
    pub(super) fn is_forbidden(&mut self) -> bool {
        let is_empty = (self.sha1 == Sha1::OF_NOTHING).then_some(Protection::EmptyFile);
        let protection = is_empty.or_else(|| self.bench.protect.by_content(&self.sha1));
        protection.is_some_and(|protection| !self.may_touch(&protection.into()))
    }

    /// Takes out of the candidates what may not be touched, and notes it for the result. Answers
    /// whether the action must not begin at all.
    pub(super) fn restrain(&mut self) -> Result<bool, Fault> {
        self.leave_excluded()?;
        let protected = self.leave_protected()?;
        let refused =
            protected || self.leave_all_that_is_only_told() || self.leave_beyond_the_radius();
        Ok(refused && !self.acted)
    }

    /// Answers whether anything is protected.
    fn leave_protected(&mut self) -> Result<bool, Fault> {
        let candidates = std::mem::take(&mut self.candidates);
        let budget = self.hash_budget(None);
        let unknown = |one: &Candidate| !self.known.contains_key(&one.id);
        let asked = candidates
            .iter()
            .map(|one| unknown(one).then_some(&one.content));
        let asked: Vec<Option<&OwnedFd>> = asked.collect();
        // Both read all of a file, and neither needs the other.
        let (findings, collide) = thread::scope(|scope| {
            let colliding = scope.spawn(|| which_collide(&asked, &budget));
            let findings = self.findings(&candidates);
            let collide = colliding.join();
            (
                findings,
                collide.unwrap_or_else(|panic| resume_unwind(panic)),
            )
        });
        let suspected = || Finding::from(Protection::HashCollisionSuspected);
        let findings: Vec<_> = findings?
            .into_iter()
            .zip(collide)
            .map(|(finding, collides)| finding.or_else(|| collides.then(suspected)))
            .collect();
        let mut left = Vec::new();
        for (candidate, finding) in candidates.into_iter().zip(findings) {
            match finding.is_some_and(|finding| !self.may_touch(&finding)) {
                true => {
                    self.refused.add_file(&candidate, ResidualReason::Protected);
                    left.push(candidate.id);
                }
                false => self.candidates.push(candidate),
            }
        }
        self.note_left_alone(&left, ProcessOutcome::LeftAlone);
        Ok(!left.is_empty())
    }

    /// What is known of each of the candidates, in their order.
    fn findings(&self, candidates: &[Candidate]) -> Result<Vec<Option<Finding>>, Fault> {
        let mut findings: Vec<Option<Finding>> = candidates
            .iter()
            .map(|candidate| self.protection_of(candidate).map(Finding::from))
            .collect();
        // What an earlier round dealt with was asked for then.
        let open: Vec<usize> = (0..candidates.len())
            .filter(|at| findings.get(*at).is_some_and(Option::is_none))
            .filter(|at| {
                candidates
                    .get(*at)
                    .is_some_and(|one| !self.known.contains_key(&one.id))
            })
            .collect();
        let asked: Vec<&Candidate> = open.iter().filter_map(|at| candidates.get(*at)).collect();
        let examined: Vec<Examined<'_>> = asked.iter().map(|one| examined(one)).collect();
        let told = self.bench.protect.ownership(&examined);
        for ((at, candidate), ownership) in open.iter().zip(asked).zip(told) {
            let Some(ownership) = ownership else { continue };
            if let Some(slot) = findings.get_mut(*at) {
                *slot = self.judged(candidate, ownership)?;
            }
        }
        Ok(findings)
    }

    /// A file that is not what its package contained is no part of the system any more.
    fn judged(
        &self,
        candidate: &Candidate,
        ownership: Ownership,
    ) -> Result<Option<Finding>, Fault> {
        let Ownership { package, condition } = ownership;
        if condition != Condition::Modified {
            let protection = Protection::Package;
            return Ok(Some(Finding {
                protection,
                package,
            }));
        }
        let package = package.unwrap_or_default();
        for link in &candidate.links {
            self.journal
                .note_modified(self.id, &link.path(), &package)?;
        }
        Ok(None)
    }

    /// What nobody may insist on comes first: the programs of process 1 and of the agent. What they are
    /// only linked with yields, because neither is ever stopped for using a library.
    fn protection_of(&self, candidate: &Candidate) -> Option<Protection> {
        let id = candidate.id;
        let is_library = candidate.nature == Nature::Library;
        let is_inits = candidate.running.contains(&1) || is_init(id);
        let is_agents = || self.own_executable == Some(id) || (!is_library && is_mapped_here(id));
        let is_linked = || is_library && (is_mapped_here(id) || is_mapped_by(1, id));
        is_inits
            .then_some(Protection::Init)
            .or_else(|| is_agents().then_some(Protection::Agent))
            .or_else(|| self.bench.protect.by_inode(id.dev, id.ino))
            .or_else(|| is_linked().then_some(Protection::Library))
    }

    /// Asks the policy, and notes its answer.
    fn may_touch(&mut self, finding: &Finding) -> bool {
        match self.policy.weigh_protected(finding, self.force) {
            Ok(Permit::Plain) => true,
            Ok(Permit::Forced) => {
                let why = finding.protection.why();
                self.forced
                    .insert(format!("Force was honored: the file is protected, {why}"));
                true
            }
            Err(refusal) => {
                self.refuse(refusal);
                false
            }
        }
    }

    /// On a machine on which nothing is touched, or nothing further, everything that was found is told.
    fn leave_all_that_is_only_told(&mut self) -> bool {
        let Some(why) = self.only_told.clone() else {
            return false;
        };
        if self.candidates.is_empty() {
            return false;
        }
        self.leave_all(ResidualReason::OnlyTried);
        self.refuse(why);
        true
    }

    pub(super) fn leave_all(&mut self, why: ResidualReason) {
        let candidates = std::mem::take(&mut self.candidates);
        for candidate in &candidates {
            self.refused.add_file(candidate, why);
        }
        let ids: Vec<FileId> = candidates.iter().map(|candidate| candidate.id).collect();
        let outcome = match why {
            ResidualReason::OnlyTried => ProcessOutcome::WouldStop,
            _ => ProcessOutcome::LeftAlone,
        };
        self.note_left_alone(&ids, outcome);
    }

    /// The first grave reason is the one that is told.
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.coverage.protection = self.coverage.protection.or(refusal.protection());
        if self.refusal.as_ref().is_none_or(|told| !told.is_grave()) {
            self.refusal = Some(refusal);
        }
    }

    pub(super) fn note_left_alone(&mut self, ids: &[FileId], outcome: ProcessOutcome) {
        if ids.is_empty() {
            return;
        }
        let Ok(scan) = processes(self.scope) else {
            return;
        };
        for process in &scan.running {
            if !ids.contains(&process.executable) {
                continue;
            }
            let Some(stat) = ProcessStat::of(process.pid) else {
                continue;
            };
            let pid = process.pid;
            let executable = WirePath::from_bytes(&process.executable_link());
            let left = ProcessResult::new(pid, stat.start_time, uid_of(pid), executable, outcome);
            let group = ControlGroup::of(pid);
            self.refused.add_process(placed(left, group.as_ref()));
        }
    }
}

/// Of which of the files the hash alone does not say which content was meant.
fn which_collide(files: &[Option<&OwnedFd>], budget: &Budget) -> Vec<bool> {
    let mut hasher = Hasher::new();
    let mut collides = |file: &OwnedFd| hasher.bears_collision(file, budget).unwrap_or(false);
    let each = files.iter().map(|file| file.is_some_and(&mut collides));
    each.collect()
}

fn examined(candidate: &Candidate) -> Examined<'_> {
    let mut paths: Vec<Vec<u8>> = candidate.links.iter().map(|link| link.path()).collect();
    paths.extend(candidate.runs_from.clone().map(without_mark));
    Examined {
        id: candidate.id,
        paths,
        content: candidate.content.as_fd(),
    }
}

/// Whether this process has the file mapped as code. No scan tells that: each leaves it out.
fn is_mapped_here(id: FileId) -> bool {
    is_mapped_by(std::process::id(), id)
}

fn is_mapped_by(pid: u32, id: FileId) -> bool {
    execution_of(pid, &Wanted::from([(id, Nature::Program)])).is_some()
}

/// The first process is out of every scope that is narrowed, and protected in every other.
fn is_init(id: FileId) -> bool {
    crate::find::current_executable(1) == Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_agent_has_mapped_is_known_although_no_scan_shows_it() {
        let file = |path: &str| FileId::of(&rustix::fs::stat(path).unwrap());
        assert!(is_mapped_here(file("/proc/self/exe")));
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let code = maps.lines().filter(|line| line.contains(" r-xp "));
        let libraries = code.filter_map(|line| line.split_ascii_whitespace().nth(5));
        for library in libraries.filter(|path| path.starts_with('/')) {
            assert!(is_mapped_here(file(library)), "{library}");
        }
        assert!(!is_mapped_here(file("/proc/self/maps")));
        let other = tempfile::NamedTempFile::new().unwrap();
        assert!(!is_mapped_here(file(other.path().to_str().unwrap())));
    }
}
