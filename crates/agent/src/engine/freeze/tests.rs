use super::*;
use crate::engine::{Engine, EngineConfig, ItemDraft, Protect, Seal, SealError};
use crate::find::{FileId, Nature, execution_of};
use crate::find::{ProcessIdentity, Scope};
use quell_model::Sha1;
use quell_protocol::{Order, Protection};
use rustix::process::Signal;
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
fn who_came_since_the_last_listing_is_stopped_and_traced_to_his_group() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    let order = order();
    let mut bench = engine.bench();
    let terms = engine.terms(engine.begun_under());
    let mut action = engine.action(&order, &mut bench, &terms).unwrap();
    let before = action.look(&Wanted::new(), Depth::Executables).unwrap();
    let group = Group::start(dir.path());
    let wanted = Wanted::from([(group.file, Nature::Program)]);
    let after = action.look(&wanted, Depth::Executables).unwrap();
    let traces = action.stop_newcomers(&wanted, after.last).unwrap();
    assert!(traces.is_empty(), "who was known is no news");
    assert!(!action.frozen.holds(group.wanted.id()));
    let traces = action.stop_newcomers(&wanted, before.last).unwrap();
    let groups: Vec<_> = traces.iter().map(|trace| trace.group).collect();
    assert_eq!(groups, [group.id()]);
    assert!(action.frozen.holds(group.wanted.id()));
    assert!(!action.frozen.holds(group.innocent.id()));
}

#[test]
fn who_has_ended_since_he_was_seen_puts_nobody_out_of_bounds() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    let group = Group::start(dir.path());
    let mut ended = start(Path::new("/bin/sleep"), 0);
    ended.kill().unwrap();
    ended.wait().unwrap();
    let order = order();
    let mut bench = engine.bench();
    let terms = engine.terms(engine.begun_under());
    let action = engine.action(&order, &mut bench, &terms).unwrap();
    let within = |seen: &[u32]| action.are_within_bounds(seen).unwrap();
    assert!(within(&[group.id(), ended.id()]));
    for beyond in [1, std::process::id(), std::os::unix::process::parent_id()] {
        assert!(!within(&[group.id(), beyond]), "{beyond}");
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
        .stop_group(group.id(), &Wanted::from([(group.file, Nature::Program)]))
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
    let failed = action.stop_group(group.id(), &Wanted::from([(group.file, Nature::Program)]));
    let left_stopped = [is_to_stop(&group.innocent), is_to_stop(&group.wanted)];
    drop(action);
    assert!(matches!(failed, Err(Fault::Journal(_))));
    assert_eq!(left_stopped, [false, false]);
}

#[test]
fn control_group_that_was_not_thawed_is_tried_again_until_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    let group = dir.path().join("group");
    std::fs::create_dir(&group).unwrap();
    let state = group.join("cgroup.freeze");
    // Nobody can write to this, not even root.
    std::os::unix::fs::symlink("/proc/version", &state).unwrap();
    let order = order();
    engine.take_up(&order).unwrap();
    let (journal, action) = (&engine.journal, &order.action_id);
    let noted = group.as_os_str().as_encoded_bytes();
    journal.note_cgroup(action, noted).unwrap();
    engine.thaw_again().unwrap();
    assert_eq!(journal.possibly_frozen_cgroups(action).unwrap(), [noted]);
    drop(engine);
    let told = crate::engine::thaw(&dir.path().join("state")).unwrap_err();
    assert!(told.to_string().contains("group is still frozen"), "{told}");
    let engine = self::engine(dir.path());
    let journal = &engine.journal;
    std::fs::remove_file(&state).unwrap();
    std::fs::write(&state, "1").unwrap();
    engine.thaw_again().unwrap();
    assert_eq!(std::fs::read_to_string(&state).unwrap(), "0");
    assert!(journal.possibly_frozen_cgroups(action).unwrap().is_empty());
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

/// A library and a program that was started with it.
fn user_of_library(dir: &Path) -> (Child, FileId) {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut paths = maps.lines().filter_map(|line| line.split(' ').next_back());
    let original = paths.find(|path| path.contains("/libgcc_s")).unwrap();
    let library = dir.join("library.so");
    std::fs::copy(original, &library).unwrap();
    let mut sleep = Command::new("/bin/sleep");
    let user = sleep
        .arg("600")
        .env("LD_PRELOAD", &library)
        .spawn()
        .unwrap();
    let is_mapped = || {
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", user.id())).unwrap();
        maps.contains(library.to_str().unwrap())
    };
    while !is_mapped() {
        thread::yield_now();
    }
    let file = FileId::of(&rustix::fs::stat(&library).unwrap());
    (user, file)
}

/// He was seen to run the file itself, and has become somebody who only uses it as a library.
#[test]
fn who_became_an_innocent_since_he_was_seen_is_not_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    let (mut user, file) = user_of_library(dir.path());
    let order = order();
    let mut bench = engine.bench();
    let terms = engine.terms(engine.begun_under());
    let mut action = engine.action(&order, &mut bench, &terms).unwrap();
    let scan = processes(action.scope).unwrap();
    let mut running = scan.running.into_iter();
    let mut seen = running.find(|one| one.pid == user.id()).unwrap();
    seen.executable = file;
    let wanted = Wanted::from([(file, Nature::Library)]);
    let stopped = action.stop_those_of(vec![seen.into()], &wanted, None);
    let is_held = action.frozen.holds(user.id());
    drop(action);
    user.kill().unwrap();
    user.wait().unwrap();
    assert_eq!((stopped.unwrap(), is_held), (Vec::new(), false));
}

/// An interpreter of this name that runs `first`, and `second` as soon as there is a file `go`. A shell
/// keeps its script open, of any other one only the command line tells.
fn interpreter_that_turns(dir: &Path, name: &str) -> (Child, Wanted) {
    let interpreter = dir.join(name);
    std::fs::copy("/bin/sh", &interpreter).unwrap();
    let (first, second) = (dir.join("first"), dir.join("second"));
    let turns = "while ! [ -e \"$1\" ]; do sleep 0.01; done; exec \"$2\" \"$3\"\n";
    std::fs::write(&first, turns).unwrap();
    std::fs::write(&second, "touch \"$0.runs\"; while sleep 0.01; do :; done\n").unwrap();
    let wanted = FileId::of(&rustix::fs::stat(&first).unwrap());
    let shell = Command::new(&interpreter)
        .arg(&first)
        .arg(dir.join("go"))
        .args([&interpreter, &second])
        .spawn()
        .unwrap();
    (shell, Wanted::from([(wanted, Nature::Interpreted)]))
}

#[test]
fn interpreter_of_another_script_by_the_time_it_is_stopped_goes_on() {
    for (name, turns) in [
        ("sh", false),
        ("sh", true),
        ("python3", false),
        ("python3", true),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let engine = engine(dir.path());
        let (mut shell, wanted) = interpreter_that_turns(dir.path(), name);
        let order = order();
        let mut bench = engine.bench();
        let terms = engine.terms(engine.begun_under());
        let mut action = engine.action(&order, &mut bench, &terms).unwrap();
        let taken = || Held::take(&execution_of(shell.id(), &wanted)?, &wanted, |_| true);
        let held = loop {
            if let Some(held) = taken() {
                break held;
            }
        };
        if turns {
            std::fs::write(dir.path().join("go"), "").unwrap();
            while !dir.path().join("second.runs").exists() {
                thread::yield_now();
            }
        } else {
            // It is still the same script when its name is gone.
            std::fs::remove_file(dir.path().join("first")).unwrap();
        }
        held.stop().unwrap();
        while !held.is_still() {
            thread::yield_now();
        }
        action.frozen.push(held);
        action.let_innocents_go(&wanted).unwrap();
        let is_held = action.frozen.holds(shell.id());
        drop(action);
        shell.kill().unwrap();
        shell.wait().unwrap();
        assert_eq!(is_held, !turns, "{name} turns: {turns}");
    }
}
