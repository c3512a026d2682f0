//! `find`: which processes execute a content, and which paths hold it. Nothing is touched.

use std::collections::{HashMap, HashSet};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::PathBuf;

use quell_model::Sha1;
use quell_protocol::{Coverage, Protection, WirePath};
use quell_terminal::{Exit, Failure, FormatFlag, Table, printable};
use serde::Serialize;

use super::policy::PolicyFlag;
use super::roots;
use crate::engine::{Condition, Examined, Protect};
use crate::find::{FileId, Found, Scope, Walk, processes, uid_of};
use crate::hash::{Budget, Hasher};
use crate::policy::{Finding, Radius, Refusal, Rule};
use crate::protect::ProtectedSet;

/// How many of the files that are found are asked about.
const MOST_HELD: usize = 64;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The file's SHA-1: 40 hexadecimal digits
    sha1: Sha1,
    /// A directory below which to look; may be given several times
    #[arg(long = "root", value_name = "PATH", default_value = "/")]
    roots: Vec<PathBuf>,
    #[command(flatten)]
    policy: PolicyFlag,
    #[command(flatten)]
    format: FormatFlag,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Findings {
    sha1: String,
    processes: Vec<FoundProcess>,
    files: Vec<WirePath>,
    coverage: Coverage,
    /// Why an order that does not insist would be refused, if it would.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FoundProcess {
    pid: u32,
    #[serde(flatten)]
    executable: WirePath,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let roots = roots::resolve(&arguments.roots)?;
    let protected = ProtectedSet::of_this_machine(None);
    let rule = arguments.policy.open().rule();
    super::policy::apply(&rule, &protected);
    let mut search = Search::new(arguments.sha1, roots);
    search.findings.coverage.protection = protected.by_content(&arguments.sha1);
    search
        .among_processes()
        .map_err(|error| Failure::fault("the processes cannot be listed").because(&error))?;
    search.below_roots();
    let refusal = search.would_be_refused(&rule, &protected);
    search.findings.refusal = refusal.map(|refusal| refusal.to_string());
    arguments
        .format
        .output
        .write(&search.findings, for_people)?;
    Ok(Exit::Success)
}

struct Search {
    sha1: Sha1,
    roots: Vec<PathBuf>,
    hasher: Hasher,
    /// What was hashed already: hard links and running files are not read twice.
    known: HashMap<FileId, Sha1>,
    /// What an order would touch.
    radius: Radius,
    /// Each file that was found, once, and where.
    held: HashMap<FileId, (OwnedFd, Vec<u8>)>,
    findings: Findings,
}

impl Search {
    fn new(sha1: Sha1, roots: Vec<PathBuf>) -> Self {
        let wire = |root: &PathBuf| WirePath::from_bytes(root.as_os_str().as_encoded_bytes());
        let coverage = Coverage {
            roots: roots.iter().map(wire).collect(),
            ..Coverage::default()
        };
        let findings = Findings {
            sha1: sha1.to_string(),
            processes: Vec::new(),
            files: Vec::new(),
            coverage,
            refusal: None,
        };
        Self {
            sha1,
            roots,
            hasher: Hasher::new(),
            known: HashMap::new(),
            radius: Radius::default(),
            held: HashMap::new(),
            findings,
        }
    }

    /// What this machine would answer to an order that does not insist.
    fn would_be_refused(&self, rule: &Rule, protect: &impl Protect) -> Option<Refusal> {
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

    fn among_processes(&mut self) -> std::io::Result<()> {
        let scan = processes(&Scope::default())?;
        self.findings.coverage.processes = scan.looked_at;
        self.findings.coverage.processes_unreadable = scan.unreadable;
        for (file, running) in scan.by_executable() {
            let hash = running.iter().find_map(|process| {
                let (opened, _) = process.open_executable().ok()?;
                self.hasher.sha1(&opened, &Budget::UNLIMITED).ok()
            });
            let Some(hash) = hash else {
                self.findings.coverage.processes_unreadable += running.len() as u64;
                continue;
            };
            self.known.insert(file, hash.sha1);
            if hash.sha1 == self.sha1 {
                for process in &running {
                    self.radius.add_process(process.pid, uid_of(process.pid));
                }
                self.findings
                    .processes
                    .extend(running.iter().map(|process| FoundProcess {
                        pid: process.pid,
                        executable: WirePath::from_bytes(&process.executable_link()),
                    }));
            }
        }
        self.findings.processes.sort_by_key(|process| process.pid);
        Ok(())
    }

    fn below_roots(&mut self) {
        let nothing = HashSet::new();
        let mut walk = Walk::new(&self.roots, &nothing);
        let mut unread = 0;
        for found in walk.by_ref() {
            let known = self.known.get(&found.stamp.id).copied();
            let sha1 = known.or_else(|| {
                let (opened, _) = found.open().ok()?;
                Some(self.hasher.sha1(&opened, &Budget::UNLIMITED).ok()?.sha1)
            });
            match sha1 {
                Some(sha1) if sha1 == self.sha1 => {
                    self.known.insert(found.stamp.id, sha1);
                    self.radius.add_path(found.path());
                    hold(&mut self.held, &found);
                    self.findings
                        .files
                        .push(WirePath::from_bytes(&found.path()));
                }
                Some(_) => {}
                None => unread += 1,
            }
        }
        let tally = walk.tally();
        let coverage = &mut self.findings.coverage;
        coverage.files = tally.files;
        coverage.files_skipped = tally.skipped + unread;
        coverage.complete = !tally.cut_short();
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

fn for_people(findings: &Findings) -> String {
    let mut table = Table::new(&["found", "path"]);
    for process in &findings.processes {
        let found = format!("process {}", process.pid);
        table.row([found.as_str(), process.executable.display()]);
    }
    for file in &findings.files {
        table.row(["file", file.display()]);
    }
    let nothing = format!(
        "no process executes {} and no searched path holds it",
        findings.sha1
    );
    let mut text = table.render(&nothing);
    if let Some(refusal) = &findings.refusal {
        text.push_str(&format!(
            "an order would be refused: {}\n",
            printable(refusal)
        ));
    }
    let coverage = &findings.coverage;
    let unreadable = coverage.processes_unreadable + coverage.files_skipped;
    if unreadable > 0 || !coverage.complete {
        text.push_str(&format!(
            "not everything could be read: {unreadable} left out\n"
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;

    #[test]
    fn every_path_with_the_content_is_found_and_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        fs::create_dir(root.join("sub")).unwrap();
        for (name, content) in [("a", "abc"), ("sub/b", "abc"), ("c", "abd")] {
            fs::write(root.join(name), content).unwrap();
        }
        fs::hard_link(root.join("a"), root.join("z")).unwrap();
        let sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d".parse().unwrap();
        let mut search = Search::new(sha1, vec![root.clone()]);
        search.below_roots();
        let names: Vec<_> = search
            .findings
            .files
            .iter()
            .map(|path| path.display().trim_start_matches(root.to_str().unwrap()))
            .collect();
        assert_eq!(names, ["/a", "/sub/b", "/z"]);
        assert!(search.findings.coverage.complete);
        assert!(for_people(&search.findings).contains("/sub/b"));
    }

    #[test]
    fn order_that_would_be_refused_is_told_with_the_reason() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        for name in ["a", "b"] {
            fs::write(root.join(name), "abc").unwrap();
        }
        let sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d".parse().unwrap();
        let mut search = Search::new(sha1, vec![root]);
        search.below_roots();
        let protected = ProtectedSet::of_this_machine(None);
        let asked = |text: &str| {
            let rule = Rule::Holds(Arc::new(text.parse().unwrap()));
            search.would_be_refused(&rule, &protected)
        };
        assert_eq!(asked(""), None);
        let refusal = asked("[blast-radius]\npaths = 1").unwrap();
        assert!(refusal.to_string().contains("2 paths"), "{refusal}");
        assert_eq!(asked("dry-run-only = true"), Some(Refusal::DryRunOnly));
        protected.name(Vec::new(), vec![sha1]);
        search.findings.coverage.protection = protected.by_content(&sha1);
        search.findings.refusal = search
            .would_be_refused(&Rule::Holds(Arc::default()), &protected)
            .map(|refusal| refusal.to_string());
        let text = for_people(&search.findings);
        let told = "an order would be refused: the file is protected, this machine's own policy names it; not even";
        assert!(text.contains(told), "{text}");
    }

    #[test]
    fn nothing_found_says_so() {
        let mut search = Search::new(Sha1::from_bytes([9; 20]), Vec::new());
        search.below_roots();
        assert_eq!(
            for_people(&search.findings),
            "no process executes 0909090909090909090909090909090909090909 and no searched path holds it\n"
        );
    }
}
