use std::collections::HashMap;
use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use quell_protocol::Limit;

use super::*;
use crate::hash::{Budget, Hasher};
use crate::policy::{Refusal, Rule};

const ABC: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";

/// Two files with the content abc, one of them with two names, and one of another content.
fn tree() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    fs::create_dir(root.join("sub")).unwrap();
    for (name, content) in [("a", "abc"), ("sub/b", "abc"), ("c", "abd"), ("d", "abcd")] {
        fs::write(root.join(name), content).unwrap();
    }
    fs::hard_link(root.join("a"), root.join("z")).unwrap();
    (directory, root)
}

fn searched(search: Search) -> Findings {
    let mut search = search;
    search.below_roots(Progress::on_a_terminal());
    search.findings
}

fn search(sha1: &str, root: &Path) -> Search {
    Search::new(sha1.parse().unwrap(), vec![root.to_owned()])
}

fn names(findings: &Findings, root: &Path) -> Vec<String> {
    let paths = findings.files.iter().map(|path| path.display());
    paths
        .map(|path| path.trim_start_matches(root.to_str().unwrap()).to_owned())
        .collect()
}

#[test]
fn every_path_with_the_content_is_found_and_no_other() {
    let (_directory, root) = tree();
    let findings = searched(search(ABC, &root));
    assert_eq!(names(&findings, &root), ["/a", "/sub/b", "/z"]);
    assert!(findings.coverage.complete);
    assert_eq!(findings.coverage.files, 5);
    assert_eq!(findings.coverage.only_size, Some(3));
    assert!(for_people(&findings).contains("/sub/b"));
    assert_eq!(exit(&findings), Exit::Success);
}

#[test]
fn size_keeps_other_files_from_being_read() {
    let (_directory, root) = tree();
    let findings = searched(search(ABC, &root).of_size(Some(3)));
    assert_eq!(names(&findings, &root), ["/a", "/sub/b", "/z"]);
    // Two inodes with the content, and one of the same size.
    assert_eq!(findings.coverage.bytes_read, 9);
    let wrong = searched(search(ABC, &root).of_size(Some(4)));
    assert!(wrong.files.is_empty());
    assert!(for_people(&wrong).contains("every file of that size (4 bytes)"));
    assert_eq!(exit(&wrong), Exit::Failed);
}

#[test]
fn nothing_found_says_so_and_how_far_was_looked() {
    let (_directory, root) = tree();
    let findings = searched(search("0909090909090909090909090909090909090909", &root));
    assert_eq!(
        for_people(&findings),
        "no process executes 0909090909090909090909090909090909090909 and no searched path holds it\n\
         looked at 0 processes and 5 files: every file\n"
    );
    assert_eq!(exit(&findings), Exit::Failed);
}

#[test]
fn nothing_found_in_part_of_it_is_no_answer() {
    let (_directory, root) = tree();
    let findings = searched(search(ABC, &root).until(Some(Instant::now())));
    assert!(findings.files.is_empty());
    assert_eq!(findings.coverage.ended_by, [Limit::Time]);
    assert!(for_people(&findings).contains("cut short: the time for searching was over"));
    assert_eq!(exit(&findings), Exit::Unknown);
    let nowhere = searched(search(ABC, &root.join("gone")));
    assert!(for_people(&nowhere).contains("it is not there"));
    assert_eq!(exit(&nowhere), Exit::Unknown);
}

#[test]
fn process_is_found_by_what_it_executes() {
    let mut sleeper = Command::new("/bin/sleep").arg("60").spawn().unwrap();
    let content = fs::File::open("/bin/sleep").unwrap();
    let mut hasher = Hasher::new();
    let sha1 = hasher.sha1(&content, &Budget::UNLIMITED);
    let mut search = Search::new(sha1.unwrap().sha1, Vec::new());
    search.among_processes().unwrap();
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    let found = search.findings.processes.iter();
    assert!(
        found
            .map(|process| process.pid)
            .any(|pid| pid == sleeper.id())
    );
}

/// A process that answers what it is told, and so is known to have begun.
struct Echo(Child);

impl Echo {
    fn of(command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = loop {
            match command.spawn() {
                Ok(child) => break child,
                // Another thread's child had the file open for writing between fork and exec.
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {}
                Err(error) => panic!("{command:?}: {error}"),
            }
        };
        child.stdin.as_mut().unwrap().write_all(b"x\n").unwrap();
        child
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut [0; 2])
            .unwrap();
        Self(child)
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn confidences(content: &[u8]) -> HashMap<u32, FoundProcess> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(content).unwrap();
    let sha1 = Hasher::new().sha1(&file, &Budget::UNLIMITED).unwrap().sha1;
    let mut search = Search::new(sha1, Vec::new());
    search.among_processes().unwrap();
    let found = search.findings.processes.into_iter();
    found.map(|process| (process.pid, process)).collect()
}

#[test]
fn process_is_found_however_it_executes_the_content() {
    let directory = tempfile::tempdir().unwrap();
    let mut content = fs::read("/bin/cat").unwrap();
    content.extend(directory.path().as_os_str().as_encoded_bytes());
    let program = |name: &str| {
        let path = directory.path().join(name);
        fs::write(&path, &content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    };
    let plain = Echo::of(&mut Command::new(program("plain")));
    let gone = Echo::of(&mut Command::new(program("gone")));
    fs::remove_file(directory.path().join("gone")).unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut mapped = maps
        .lines()
        .filter_map(|line| line.split_ascii_whitespace().nth(5));
    let loader = mapped.find(|path| path.contains("/ld-")).unwrap();
    let loaded = Echo::of(Command::new(loader).arg(program("loaded")));
    let flags = rustix::fs::MemfdFlags::CLOEXEC;
    let mut memory = fs::File::from(rustix::fs::memfd_create("x", flags).unwrap());
    memory.write_all(&content).unwrap();
    let own = |file: &fs::File| format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
    let readable = fs::File::open(own(&memory)).unwrap();
    drop(memory);
    let nowhere = Echo::of(&mut Command::new(own(&readable)));
    let found = confidences(&content);
    for (echo, confidence, path) in [
        (&plain, Confidence::Executable, "/plain"),
        (&gone, Confidence::Executable, "/gone (deleted)"),
        (&loaded, Confidence::Mapping, "/loaded"),
        (&nowhere, Confidence::Executable, "/memfd:x (deleted)"),
    ] {
        let found = &found[&echo.0.id()];
        assert_eq!(found.confidence, confidence, "{path}");
        assert!(found.path.display().ends_with(path), "{found:?}");
        assert!(!found.would_go_on);
    }
    assert_eq!(found.len(), 4);
    assert!(place(&found[&loaded.0.id()]).contains("has it mapped as code"));
}

#[test]
fn process_is_found_by_the_script_that_it_runs() {
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("script");
    let content = format!("while read x; do echo $x; done\n# {}\n", script.display());
    fs::write(&script, &content).unwrap();
    let shell = Echo::of(Command::new("sh").arg(&script));
    let found = confidences(content.as_bytes());
    let found = &found[&shell.0.id()];
    assert_eq!(found.confidence, Confidence::OpenScript);
    assert_eq!(found.path.display(), script.to_str().unwrap());
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
    search.below_roots(Progress::on_a_terminal());
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
