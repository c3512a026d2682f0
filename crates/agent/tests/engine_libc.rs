//! An order about the C library that everybody uses, the first process among them.
//!
//! What is told here happens in a process namespace of the test's own: its first process and a few
//! others use a copy of the C library, which nobody else on the machine does.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says when it was skipped"
)]

mod engine_stage;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use engine_stage::{
    Nothing, Sleeper, Stage, await_mapping, file_at, finished, mapped, own_identity, write_program,
};
use quell_agent::engine::{Engine, Protect};
use quell_agent::find::Scope;
use quell_agent::policy::{Force, LocalPolicy, Policy};
use quell_agent::protect::ProtectedSet;
use quell_protocol::{
    ActionResult, FailureReason, FileOutcome, ProcessOutcome, Protection, Verb, Verdict,
};

const BASE: &str = "QUELL_TEST_BASE";
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";
const SIGKILL: i32 = 9;
const FIRST: u32 = 1;

fn libc_of(stage: &Stage) -> PathBuf {
    stage.path("libc.so.6")
}

/// Runs this test program's `name` in a namespace whose first process uses the copy of the C library
/// and the engine does not.
fn beside_a_first_process_that_uses_it(stage: &Stage, name: &str) {
    let mut content = fs::read(mapped("/libc.so.6")).unwrap();
    content.extend(stage.mark().bytes());
    write_program(&libc_of(stage), &content);
    let own = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
    let mut first = Command::new("unshare");
    first.args(own).args(["--propagation", "private", "env"]);
    first.arg(format!("{LIBRARY_PATH}={}", stage.root().display()));
    first.arg(env::current_exe().unwrap());
    first.args(["--exact", "first_process", "--ignored", "--nocapture"]);
    let output = first
        .env(BASE, stage.base())
        .env(TEST, name)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("1 passed").count(), 2, "{said}");
}

const TEST: &str = "QUELL_TEST_NAME";

/// Not a test of its own: the first process, which starts the engine without the library.
#[test]
#[ignore = "run by the tests below in a process namespace of its own"]
fn first_process() {
    let Some(name) = env::var_os(TEST) else {
        return;
    };
    assert_eq!(std::process::id(), FIRST);
    let mut engine = Command::new(env::current_exe().unwrap());
    engine
        .arg("--exact")
        .arg(name)
        .args(["--ignored", "--nocapture"]);
    assert!(engine.env_remove(LIBRARY_PATH).status().unwrap().success());
}

/// What the engine in the namespace works with.
struct Scene {
    stage: Stage,
    engine: Engine,
    user: Sleeper,
}

impl Scene {
    fn set(protect: impl Protect + Send + 'static) -> Option<Self> {
        let stage = Stage::again(PathBuf::from(env::var_os(BASE)?), own_identity());
        let library = libc_of(&stage);
        assert!(maps(FIRST).contains(library.to_str().unwrap()));
        let mut sleep = Command::new(stage.innocent("innocent"));
        let sleep = sleep.arg("600").env(LIBRARY_PATH, stage.root());
        let mut user = Sleeper::of(sleep);
        await_mapping(&mut user, &library);
        let mut config = stage.config();
        config.scope = Scope::machine(vec![stage.root()]);
        let policy = Policy {
            force: Force::Honor,
            stop_mappers: true,
            ..Policy::default()
        };
        let engine = Engine::open(config, Box::new(stage.vault()), Box::new(protect)).unwrap();
        let engine = engine.with_policy(Arc::new(LocalPolicy::fixed(policy)));
        Some(Self {
            stage,
            engine,
            user,
        })
    }

    fn library(&self) -> PathBuf {
        libc_of(&self.stage)
    }

    fn act(&self, insists: bool, stops_users: bool) -> ActionResult {
        let content = fs::read(self.library()).unwrap();
        let mut order = self.stage.order_about_content(&content);
        let Verb::StopAndQuarantineFile {
            force,
            stop_mappers,
            ..
        } = &mut order.verb
        else {
            panic!("another verb");
        };
        (*force, *stop_mappers) = (insists, stops_users);
        finished(self.engine.carry_out(&order).unwrap())
    }

    fn refuse_without_force(&mut self, protection: Protection) {
        let refused = self.act(false, true);
        assert_eq!(refused.coverage.protection, Some(protection));
        assert_eq!(reason(&refused), FailureReason::Protected, "{refused:#?}");
        assert!(self.user.goes_on() && self.library().exists());
    }

    /// The first process still has it, and is told.
    fn expect_taken(&self, result: &ActionResult) {
        assert_eq!(reason(result), FailureReason::Incomplete, "{result:#?}");
        let file = file_at(result, &self.library());
        assert_eq!(file.outcome, FileOutcome::Quarantined);
        assert!(!self.library().exists());
        assert_eq!(self.stage.items().len(), 1);
        let first = outcome_of(result, FIRST);
        assert_eq!(first, Some(ProcessOutcome::StillMapped), "{result:#?}");
        let forced = |text: &String| text.starts_with("Force was honored");
        assert!(result.degraded.iter().any(forced), "{result:#?}");
    }
}

fn maps(pid: u32) -> String {
    fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("maps")).unwrap()
}

fn reason(result: &ActionResult) -> FailureReason {
    match &result.verdict {
        Verdict::Failed { reason, .. } => *reason,
        Verdict::Succeeded => panic!("somebody still uses it: {result:#?}"),
    }
}

fn outcome_of(result: &ActionResult, pid: u32) -> Option<ProcessOutcome> {
    let mut processes = result.processes.iter();
    processes.find(|one| one.pid == pid).map(|one| one.outcome)
}

#[test]
#[ignore = "run by the first process of a namespace"]
fn users_stopped() {
    let Some(mut scene) = Scene::set(ProtectedSet::of_this_machine(None)) else {
        return;
    };
    scene.refuse_without_force(Protection::Loader);
    let taken = scene.act(true, true);
    scene.expect_taken(&taken);
    assert_eq!(scene.user.killed_by(), Some(SIGKILL));
    let user = outcome_of(&taken, scene.user.pid());
    assert_eq!(user, Some(ProcessOutcome::Stopped));
}

#[test]
#[ignore = "run by the first process of a namespace"]
fn users_spared() {
    let Some(mut scene) = Scene::set(ProtectedSet::of_this_machine(None)) else {
        return;
    };
    let taken = scene.act(true, false);
    scene.expect_taken(&taken);
    assert!(scene.user.goes_on());
    let user = outcome_of(&taken, scene.user.pid());
    assert_eq!(user, Some(ProcessOutcome::StillMapped));
}

/// Nothing here protects the first process but that it is the first.
#[test]
#[ignore = "run by the first process of a namespace"]
fn first_process_alone() {
    let Some(mut scene) = Scene::set(Nothing) else {
        return;
    };
    scene.refuse_without_force(Protection::Library);
    let taken = scene.act(true, true);
    scene.expect_taken(&taken);
    assert_eq!(scene.user.killed_by(), Some(SIGKILL));
}

fn is_shown(name: &str) {
    let mut probe = Command::new("unshare");
    let probe = probe.args(["--pid", "--fork", "true"]).status();
    let may = rustix::process::geteuid().is_root() && probe.is_ok_and(|status| status.success());
    match may {
        true => beside_a_first_process_that_uses_it(&Stage::new(), name),
        false => println!("skipped: only root can have a process namespace"),
    }
}

#[test]
fn c_library_yields_to_force_with_its_users_but_for_the_first_process_as_root() {
    is_shown("users_stopped");
}

#[test]
fn c_library_that_only_goes_away_is_still_used_by_all_as_root() {
    is_shown("users_spared");
}

#[test]
fn first_process_is_stopped_for_no_library_whatever_is_protected_as_root() {
    is_shown("first_process_alone");
}
