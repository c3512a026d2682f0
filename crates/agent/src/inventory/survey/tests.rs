use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use quell_protocol::Protection;
use rustix::fs::{Mode, OFlags};
use tempfile::TempDir;

use super::*;
use crate::find::ProcessIdentity;
use crate::policy::Policy;

/// Protects what contains `abc` and nothing else.
#[derive(Debug)]
struct ProtectsAbc;

impl Protect for ProtectsAbc {
    fn by_content(&self, sha1: &Sha1) -> Option<Protection> {
        (sha1.to_string() == "a9993e364706816aba3e25717850c26c9cd0d89d")
            .then_some(Protection::Shell)
    }

    fn by_inode(&self, _: u64, _: u64) -> Option<Protection> {
        None
    }
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn root() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    (directory, root)
}

/// A scope without processes: nothing descends from a process that never was.
fn files_below(root: PathBuf) -> Scope {
    let nobody = ProcessIdentity {
        pid: std::process::id(),
        start_time: u64::MAX,
    };
    Scope::descendants(vec![root], nobody)
}

/// Whom this test started, and nobody else.
fn children(root: PathBuf) -> Scope {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, after_name) = stat.rsplit_once(") ").unwrap();
    let start_time = after_name.split(' ').nth(19).unwrap().parse().unwrap();
    let pid = std::process::id();
    Scope::descendants(vec![root], ProcessIdentity { pid, start_time })
}

fn survey(scope: Scope, passed_over: &[PathBuf], limits: SurveyLimits) -> Survey<ProtectsAbc> {
    Survey::new(scope, passed_over, Arc::new(ProtectsAbc), limits)
}

impl<P: Protect> Survey<P> {
    /// Everything, and nobody is looked at meanwhile.
    fn alone(&mut self) -> io::Result<Seen> {
        self.everything(&mut Meanwhile::told(LONG, &mut |_| {}))
    }
}

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(3600);

fn names(seen: &Seen) -> Vec<&str> {
    let name = |s: &'_ Sighting| s.path.display().rsplit('/').next().map(str::len);
    let ends = seen
        .sightings
        .iter()
        .map(|s| (s.path.display(), name(s).unwrap()));
    ends.map(|(path, length)| &path[path.len() - length..])
        .collect()
}

#[test]
fn what_could_be_executed_is_seen_first() {
    let (_directory, root) = root();
    for (name, content, mode) in [
        ("data", &b"abc"[..], 0o644),
        ("script", b"#!/bin/x", 0o644),
        ("elf", b"\x7fELF....", 0o644),
        ("marked", b"x", 0o755),
    ] {
        fs::write(root.join(name), content).unwrap();
        fs::set_permissions(root.join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    let seen = survey(files_below(root), &[], SurveyLimits::default())
        .alone()
        .unwrap();
    assert!(seen.complete);
    let (last, first) = (names(&seen)[3], &mut names(&seen)[..3].to_vec());
    first.sort_unstable();
    assert_eq!(
        (&first[..], last),
        (&["elf", "marked", "script"][..], "data")
    );
    let data = &seen.sightings[3];
    assert_eq!(data.protection, Some(Protection::Shell));
    assert_eq!(data.size, 3);
    assert!(
        data.sha256
            .as_deref()
            .is_some_and(|hex| hex.starts_with("ba7816bf"))
    );
    assert!(!data.running && seen.sightings[0].protection.is_none());
}

#[test]
fn what_is_passed_over_or_too_large_is_not_seen_and_the_latter_is_said() {
    let (_directory, root) = root();
    fs::create_dir(root.join("vault")).unwrap();
    fs::write(root.join("vault/item"), "secret").unwrap();
    fs::write(root.join("small"), "1").unwrap();
    let passed_over = [root.join("vault")];
    let limits = SurveyLimits {
        hash_cap: 4,
        ..SurveyLimits::default()
    };
    let seen = survey(files_below(root.clone()), &passed_over, limits)
        .alone()
        .unwrap();
    assert_eq!((names(&seen), seen.complete), (vec!["small"], true));
    fs::write(root.join("large"), "12345").unwrap();
    let seen = survey(files_below(root), &passed_over, limits)
        .alone()
        .unwrap();
    assert_eq!((names(&seen), seen.complete), (vec!["small"], false));
}

#[test]
fn a_running_program_is_seen_as_running_and_once() {
    let (_directory, root) = root();
    let program = root.join("sample");
    fs::copy("/bin/sleep", &program).unwrap();
    let running = Ended(
        Command::new(&program)
            .arg("60")
            .stdin(Stdio::null())
            .spawn()
            .unwrap(),
    );
    // Until the new program has been loaded, the child still shows this one.
    while fs::read_link(format!("/proc/{}/exe", running.0.id())).unwrap() != program {
        thread::yield_now();
    }
    let scope = Scope::machine(vec![root]);
    let seen = survey(scope, &[], SurveyLimits::default()).alone().unwrap();
    let sample: Vec<_> = seen
        .sightings
        .iter()
        .filter(|s| s.path.display() == program.to_str().unwrap())
        .collect();
    assert_eq!(sample.len(), 1);
    assert!(sample[0].running);
}

/// A shell that waits, and becomes the program when it is told to.
fn becomes(program: &Path) -> Ended {
    let child = Command::new("/bin/sh")
        .args(["-c", "read -r word && exec \"$0\" 60"])
        .arg(program)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    Ended(child)
}

fn await_executable(child: &Child, program: &Path) {
    while fs::read_link(format!("/proc/{}/exe", child.id())).unwrap() != program {
        thread::yield_now();
    }
}

#[test]
fn newcomers_are_seen_at_once_and_who_was_replaced_at_the_next_look_at_all() {
    let (_directory, root) = root();
    let shell = Path::new("/bin/sh").canonicalize().unwrap();
    let [first, second] = ["first", "second"].map(|name| root.join(name));
    for program in [&first, &second] {
        fs::copy("/bin/sleep", program).unwrap();
    }
    let mut survey = survey(Scope::machine(vec![root]), &[], SurveyLimits::default());
    let mut sees = |program: &Path| {
        let seen = survey.lately_running().unwrap();
        let is_it = |s: &Sighting| s.path.display() == program.to_str().unwrap();
        seen.sightings.iter().any(is_it)
    };
    let mut replaced = becomes(&first);
    await_executable(&replaced.0, &shell);
    assert!(sees(&shell), "the first look is at all");
    let newcomer = Ended(Command::new(&second).arg("60").spawn().unwrap());
    await_executable(&newcomer.0, &second);
    assert!(sees(&second));
    assert!(
        sees(&second),
        "once more: it might have been replaced at once"
    );
    assert!(!sees(&second));
    replaced
        .0
        .stdin
        .take()
        .unwrap()
        .write_all(b"now\n")
        .unwrap();
    await_executable(&replaced.0, &first);
    assert!(!sees(&first) && !sees(&first));
    assert!(sees(&first));
}

#[test]
fn what_an_earlier_survey_read_is_not_read_again() {
    let (_directory, state) = root();
    // Files that have been left alone for a while: what is fresh is not remembered.
    let old = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let read_by_one = || {
        let survey = survey(files_below(old.clone()), &[], SurveyLimits::default());
        let mut survey = survey.remembering(state.join("known"));
        let seen = survey.alone().unwrap();
        let told: Vec<_> = seen
            .sightings
            .iter()
            .map(|s| (s.path.clone(), s.sha1))
            .collect();
        (survey.known.bytes_read(), told)
    };
    let (first, told) = read_by_one();
    assert!(first > 0);
    assert_eq!(read_by_one(), (0, told));
}

#[test]
fn path_that_nobody_could_open_is_not_told_and_that_is_said() {
    let (_directory, root) = root();
    let mut at = root.clone();
    let name = "d".repeat(255);
    let mut directory = rustix::fs::open(&root, OFlags::DIRECTORY, Mode::empty()).unwrap();
    while at.as_os_str().len() <= LONGEST_TOLD {
        rustix::fs::mkdirat(&directory, &name, Mode::RWXU).unwrap();
        directory =
            rustix::fs::openat(&directory, &name, OFlags::DIRECTORY, Mode::empty()).unwrap();
        at.push(&name);
    }
    fs::write(root.join("short"), "x").unwrap();
    let file = OFlags::CREATE | OFlags::WRONLY;
    rustix::fs::openat(&directory, "long", file, Mode::RUSR).unwrap();
    let seen = survey(files_below(root), &[], SurveyLimits::default()).alone();
    let seen = seen.unwrap();
    assert_eq!((names(&seen), seen.complete), (vec!["short"], false));
}

#[test]
fn only_what_is_new_is_told_again() {
    let sighting = |path: &str, content: u8| Sighting {
        sha1: Sha1::from_bytes([content; 20]),
        sha256: None,
        size: 1,
        path: WirePath::from_bytes(path.as_bytes()),
        seen_at: Timestamp::UNIX_EPOCH,
        running: true,
        protection: None,
    };
    let mut told = Told::default();
    told.start_over(&[sighting("/a", 1)]);
    let new = told.only_new(vec![
        sighting("/a", 1),
        sighting("/a", 2),
        sighting("/b", 1),
    ]);
    assert_eq!(new, [sighting("/a", 2), sighting("/b", 1)]);
    assert_eq!(
        told.only_new(vec![sighting("/a", 2), sighting("/b", 1)]),
        []
    );

    let whole = |sightings: Vec<Sighting>| Seen {
        sightings,
        complete: true,
    };
    assert!(!told.differs(&whole(vec![sighting("/b", 1), sighting("/a", 2)])));
    assert!(
        told.differs(&whole(vec![sighting("/a", 2)])),
        "what is gone was not noticed"
    );
    assert!(told.differs(&whole(vec![sighting("/b", 1), sighting("/a", 3)])));
    let ended = Sighting {
        running: false,
        ..sighting("/b", 1)
    };
    assert!(
        told.differs(&whole(vec![ended, sighting("/a", 2)])),
        "the end was not noticed"
    );
}

#[test]
fn who_begins_to_run_while_everything_is_looked_at_is_told_at_once_and_once_more_at_the_end() {
    let (_directory, root) = root();
    for number in 0..8 {
        fs::write(root.join(format!("file-{number}")), "1").unwrap();
    }
    let program = root.join("sample");
    fs::copy("/bin/sleep", &program).unwrap();
    let is_it = |s: &Sighting| s.path.display() == program.to_str().unwrap();
    let (mut runs, mut told) = (None, 0);
    let mut tell = |sightings: &[Sighting]| {
        told += sightings.iter().filter(|s| is_it(s) && s.running).count();
        runs.get_or_insert_with(|| {
            let started = Ended(Command::new(&program).arg("60").spawn().unwrap());
            await_executable(&started.0, &program);
            started
        });
    };
    let seen = survey(children(root), &[], SurveyLimits::default())
        .everything(&mut Meanwhile::told(Duration::ZERO, &mut tell))
        .unwrap();
    assert!(told > 0);
    let sample: Vec<_> = seen.sightings.iter().filter(|s| is_it(s)).collect();
    assert_eq!(sample.len(), 1);
    assert!(sample[0].running);
}

#[test]
fn only_what_the_policy_allows_is_looked_at() {
    let (_directory, root) = root();
    for name in ["allowed", "not"] {
        fs::create_dir(root.join(name)).unwrap();
        fs::write(root.join(name).join(name), "1").unwrap();
    }
    let policy = Policy {
        roots: Some(vec![root.join("allowed")]),
        ..Policy::default()
    };
    let survey = survey(files_below(root), &[], SurveyLimits::default());
    let mut survey = survey.under(Arc::new(LocalPolicy::fixed(policy)));
    assert_eq!(names(&survey.alone().unwrap()), ["allowed"]);
}

#[test]
fn look_at_everything_knows_who_runs_from_the_looks_before_it() {
    let (_directory, root) = root();
    let [first, second] = ["first", "second"].map(|name| root.join(name));
    for program in [&first, &second] {
        fs::copy("/bin/sleep", program).unwrap();
    }
    let started = |program: &Path| {
        let child = Ended(Command::new(program).arg("60").spawn().unwrap());
        await_executable(&child.0, program);
        child
    };
    let mut survey = survey(children(root.clone()), &[], SurveyLimits::default());
    // Other tests may have children, too.
    let running = |seen: &Seen| {
        let paths = seen.sightings.iter().filter(|one| one.running);
        let paths = paths.map(|one| PathBuf::from(one.path.display()));
        let here = paths.filter(|path| path.starts_with(&root));
        let mut names: Vec<_> = here
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
            .collect();
        names.sort();
        names
    };
    let first = started(&first);
    assert_eq!(
        running(&survey.alone().unwrap()),
        ["first"],
        "nobody had looked"
    );
    let _second = started(&second);
    assert_eq!(
        running(&survey.alone().unwrap()),
        ["first"],
        "nobody looked since"
    );
    survey.lately_running().unwrap();
    let seen = survey.alone().unwrap();
    assert_eq!(running(&seen), ["first", "second"]);
    let mut paths: Vec<_> = seen.sightings.iter().map(|one| &one.path).collect();
    let told = paths.len();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), told, "each path is told once");
    drop(first);
    for _ in 0..=LOOKS_AT_NEWCOMERS {
        survey.lately_running().unwrap();
    }
    assert_eq!(running(&survey.alone().unwrap()), ["second"]);
}
