//! `find`: which processes execute a content, and which paths hold it. Nothing is touched.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use quell_model::Sha1;
use quell_protocol::{Coverage, WirePath};
use quell_terminal::{Exit, Failure, FormatFlag, Table};
use serde::Serialize;

use super::policy::PolicyFlag;
use super::roots;
use crate::engine::Protect as _;
use crate::find::{FileId, Scope, Walk, processes};
use crate::hash::{Budget, Hasher};
use crate::protect::ProtectedSet;

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
    let protected = Arc::new(ProtectedSet::of_this_machine(None));
    let mut search = Search::new(arguments.sha1, roots);
    search.findings.coverage.protection = protected.by_content(&arguments.sha1);
    search
        .among_processes()
        .map_err(|error| Failure::fault("the processes cannot be listed").because(&error))?;
    search.below_roots();
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
        };
        Self {
            sha1,
            roots,
            hasher: Hasher::new(),
            known: HashMap::new(),
            findings,
        }
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
    if let Some(protection) = findings.coverage.protection {
        text.push_str(&format!("protected: {}\n", protection.why()));
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
    fn nothing_found_says_so() {
        let mut search = Search::new(Sha1::from_bytes([9; 20]), Vec::new());
        search.below_roots();
        assert_eq!(
            for_people(&search.findings),
            "no process executes 0909090909090909090909090909090909090909 and no searched path holds it\n"
        );
    }
}
