//! The search: what runs, then what lies below the roots.

use std::collections::{HashMap, HashSet};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::PathBuf;
use std::time::Instant;

use quell_model::Sha1;
use quell_protocol::{Confidence, Coverage, Limit, Protection, Tier, WirePath};
use serde::Serialize;

use super::progress::Progress;
use crate::engine::{Condition, Examined, Protect};
use crate::find::{
    ControlGroup, Execution, FileId, Found, Hidden, Nature, Patience, Scope, Walk, executed,
    executed_otherwise, open_any, processes_shown_to, uid_of,
};
use crate::hash::{Budget, Hasher};
use crate::page_cache::Footprint;
use crate::policy::{Finding, Radius, Refusal, Rule};

/// How many of the files that are found are asked about.
const MOST_HELD: usize = 64;

/// What was found, and how far was looked.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Findings {
    pub(super) sha1: Sha1,
    pub(super) processes: Vec<FoundProcess>,
    pub(super) files: Vec<WirePath>,
    pub(super) coverage: Coverage,
    /// Why an order that does not insist would be refused, if it would.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refusal: Option<String>,
}

/// A process that executes the content.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FoundProcess {
    pub(super) pid: u32,
    pub(super) uid: u32,
    /// Where the content is that it executes: its executable, what it has mapped, or its script.
    #[serde(flatten)]
    pub(super) path: WirePath,
    pub(super) confidence: Confidence,
    /// Whether an order lets it go on, because it only uses the file as a library.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) would_go_on: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) container: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<String>,
}

impl FoundProcess {
    fn of(execution: &Execution, nature: Nature) -> Self {
        let pid = execution.pid;
        let group = ControlGroup::of(pid);
        let named = |name: Option<&str>| name.map(str::to_owned);
        Self {
            pid,
            uid: uid_of(pid),
            path: WirePath::from_bytes(&execution.path()),
            confidence: execution.confidence(),
            would_go_on: execution.only_uses(nature),
            container: named(group.as_ref().and_then(ControlGroup::container)),
            unit: named(group.as_ref().and_then(ControlGroup::unit)),
        }
    }
}

pub(super) struct Search {
    sha1: Sha1,
    roots: Vec<PathBuf>,
    /// The size that a copy has: said by whoever asks, or that of a copy that was found.
    size: Option<u64>,
    budget: Budget,
    hasher: Hasher,
    /// What was hashed already: hard links and running files are not read twice.
    known: HashMap<FileId, Sha1>,
    began: Instant,
    /// What an order would touch.
    radius: Radius,
    /// Each file that was found, once, and where.
    held: HashMap<FileId, (OwnedFd, Vec<u8>)>,
    pub(super) findings: Findings,
}

impl Search {
    pub(super) fn new(sha1: Sha1, roots: Vec<PathBuf>) -> Self {
        let wire = |root: &PathBuf| WirePath::from_bytes(root.as_os_str().as_encoded_bytes());
        let coverage = Coverage {
            roots: roots.iter().map(wire).collect(),
            complete: true,
            ..Coverage::default()
        };
        Self {
            sha1,
            roots,
            size: None,
            budget: Budget::UNLIMITED,
            hasher: Hasher::new(),
            known: HashMap::new(),
            began: Instant::now(),
            radius: Radius::default(),
            held: HashMap::new(),
            findings: Findings {
                sha1,
                processes: Vec::new(),
                files: Vec::new(),
                coverage,
                refusal: None,
            },
        }
    }

    /// Reads only files of this many bytes, but for what runs.
    pub(super) fn of_size(mut self, size: Option<u64>) -> Self {
        self.size = size;
        self
    }

    /// Ends at `deadline`, with what was found until then.
    pub(super) fn until(mut self, deadline: Option<Instant>) -> Self {
        self.budget.deadline = deadline;
        self
    }

    /// What this machine would answer to an order that does not insist.
    pub(super) fn would_be_refused(&self, rule: &Rule, protect: &impl Protect) -> Option<Refusal> {
        let policy = match rule.policy() {
            Ok(policy) => policy,
            Err(refusal) => return Some(refusal),
        };
        let named = self.findings.coverage.protection.map(Finding::from);
        let findings = named.into_iter().chain(self.of_packages(protect));
        let protected = findings
            .filter_map(|finding| policy.weigh_protected(&finding, false).err())
            .next();
        protected
            .or_else(|| policy.dry_run_only.then_some(Refusal::DryRunOnly))
            .or_else(|| policy.weigh_radius(&self.radius, false).err())
    }

    fn of_packages(&self, protect: &impl Protect) -> Vec<Finding> {
        let examined = self.held.iter().map(|(id, (content, path))| Examined {
            id: *id,
            paths: vec![path.clone()],
            content: content.as_fd(),
        });
        let told = protect.ownership(&examined.collect::<Vec<_>>());
        told.into_iter()
            .flatten()
            .filter(|ownership| ownership.condition != Condition::Modified)
            .map(|ownership| Finding {
                protection: Protection::Package,
                package: ownership.package,
            })
            .collect()
    }

    /// Looks at what runs, in every way in which an order looks.
    pub(super) fn among_processes(&mut self) -> io::Result<()> {
        let scan = processes_shown_to(Patience::Long, &Scope::default())?;
        self.findings.coverage.processes = scan.looked_at;
        let executed = executed(&scan);
        let otherwise = executed_otherwise(&scan, None, Patience::Long)?;
        // Who will not show its executable shows nothing else either.
        let unreadable = executed.unreadable.max(otherwise.unreadable);
        self.findings.coverage.processes_unreadable = unreadable;
        for (file, executions) in executed.files.into_iter().chain(otherwise.files) {
            self.among_those_of(file, &executions);
        }
        self.findings.coverage.reached(Tier::Running);
        self.findings.processes.sort_by_key(|process| process.pid);
        Ok(())
    }

    /// Looks at one file that these processes execute.
    fn among_those_of(&mut self, file: FileId, executions: &[Execution]) {
        let content = match open_any(executions) {
            Ok(Some((content, _))) => content,
            Ok(None) => return,
            Err(Hidden) => return self.leave_out(executions),
        };
        let Ok(hashed) = self.hasher.sha1(&content, &self.budget) else {
            return self.leave_out(executions);
        };
        self.known.insert(file, hashed.sha1);
        if hashed.sha1 != self.sha1 {
            return;
        }
        self.size = Some(hashed.size);
        let nature = Nature::of(&content);
        for execution in executions {
            let found = FoundProcess::of(execution, nature);
            if !found.would_go_on {
                self.radius.add_process(found.pid, found.uid);
            }
            self.findings.processes.push(found);
        }
    }

    fn leave_out(&mut self, executions: &[Execution]) {
        self.findings.coverage.processes_unreadable += executions.len() as u64;
    }

    pub(super) fn below_roots(&mut self, mut progress: Progress) {
        let (nothing, roots) = (HashSet::new(), self.roots.clone());
        let mut walk = Walk::new(&roots, &nothing).only_size(self.size);
        if let Some(deadline) = self.budget.deadline {
            walk = walk.until(deadline);
        }
        let mut unread = 0;
        while let Some(found) = walk.next() {
            if self.size.is_none_or(|size| size == found.stamp.size) {
                match self.hash(&found) {
                    Some(sha1) if sha1 == self.sha1 => self.note(&found),
                    Some(_) => {}
                    None => unread += 1,
                }
            }
            let (files, found) = (walk.tally().files, self.findings.files.len());
            progress.tell(files, self.hasher.bytes_read(), found);
        }
        self.sum_up(&walk, unread);
    }

    fn note(&mut self, found: &Found) {
        self.size = Some(found.stamp.size);
        self.radius.add_path(found.path());
        hold(&mut self.held, found);
        let path = WirePath::from_bytes(&found.path());
        self.findings.files.push(path);
    }

    fn hash(&mut self, found: &Found) -> Option<Sha1> {
        if let Some(known) = self.known.get(&found.stamp.id) {
            return Some(*known);
        }
        let (opened, stat) = found.open().ok()?;
        let footprint = Footprint::before_reading(&opened, found.stamp.size);
        let hashed = self.hasher.sha1(&opened, &self.budget);
        footprint.wipe(&opened);
        let hashed = hashed.ok()?;
        // Only what has another name can be met again.
        if stat.st_nlink > 1 {
            self.known.insert(found.stamp.id, hashed.sha1);
        }
        Some(hashed.sha1)
    }

    fn sum_up(&mut self, walk: &Walk<'_>, unread: u64) {
        let tally = walk.tally();
        let coverage = &mut self.findings.coverage;
        coverage.files = tally.files;
        coverage.files_skipped = tally.skipped + unread;
        coverage.unreached = walk.unreached().to_vec();
        if tally.out_of_time || self.budget.is_over() {
            coverage.cut_by(Limit::Time);
        }
        coverage.only_size = self.size;
        if coverage.complete {
            coverage.reached(match self.size {
                Some(_) => Tier::SizeMatch,
                None => Tier::Everything,
            });
        }
        coverage.add_cost(self.hasher.bytes_read(), self.began.elapsed());
        self.findings.files.sort_unstable();
    }
}

fn hold(held: &mut HashMap<FileId, (OwnedFd, Vec<u8>)>, found: &Found) {
    if held.len() < MOST_HELD
        && !held.contains_key(&found.stamp.id)
        && let Ok((content, _)) = found.open()
    {
        held.insert(found.stamp.id, (content, found.path()));
    }
}
