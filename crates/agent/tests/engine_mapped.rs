//! Programs that run without being anybody's executable, and libraries that others use.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::env;
use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use engine_stage::{
    Nothing, Sleeper, Stage, await_mapping, file_at, finished, mapped, own_identity,
    started_by_the_loader, write_program,
};
use quell_agent::engine::{Engine, Protect};
use quell_agent::policy::{BlastRadius, Force, LocalPolicy, Policy};
use quell_model::Sha1;
use quell_protocol::{
    Confidence, FailureReason, FileOutcome, Order, ProcessOutcome, Protection, Verb, Verdict,
};

const SIGKILL: i32 = 9;

#[test]
fn program_that_the_loader_runs_is_stopped_and_taken() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut sleeper = started_by_the_loader(&program);
    let mut bystander = started_by_the_loader(&stage.innocent("innocent"));
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    assert!(bystander.goes_on());
    assert_eq!(result.processes.len(), 1);
    assert_eq!(result.processes[0].confidence, Confidence::Mapping);
    assert_eq!(file_at(&result, &program).outcome, FileOutcome::Quarantined);
    assert!(mapped("/ld-").exists());
}

#[test]
fn loaders_program_is_stopped_beside_one_that_runs_by_itself() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut by_itself = Sleeper::start(&program);
    let mut by_loader = started_by_the_loader(&program);
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(by_itself.killed_by(), Some(SIGKILL));
    assert_eq!(by_loader.killed_by(), Some(SIGKILL));
    assert_eq!(result.processes.len(), 2);
}

#[test]
fn loaders_program_that_has_no_name_any_more_is_stopped_and_kept_as_root() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let content = fs::read(&program).unwrap();
    let mut sleeper = started_by_the_loader(&program);
    fs::remove_file(&program).unwrap();
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    assert_eq!(result.files[0].outcome, FileOutcome::QuarantinedDeleted);
    assert_eq!(stage.item_content(&stage.items()[0]), content);
}

#[test]
fn program_in_memory_that_never_had_a_name_is_stopped_and_kept() {
    let stage = Stage::new();
    let content = fs::read(stage.sample("program")).unwrap();
    fs::remove_file(stage.path("program")).unwrap();
    let memory = rustix::fs::memfd_create(c"evil", rustix::fs::MemfdFlags::CLOEXEC).unwrap();
    let path = format!("/proc/{}/fd/{}", std::process::id(), memory.as_raw_fd());
    fs::write(&path, &content).unwrap();
    let reopened = fs::File::open(&path).unwrap();
    drop(memory);
    let path = format!("/proc/{}/fd/{}", std::process::id(), reopened.as_raw_fd());
    let mut sleeper = Sleeper::of(Command::new(path).arg("600"));
    drop(reopened);
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    assert_eq!(result.files[0].outcome, FileOutcome::QuarantinedDeleted);
    assert!(result.files[0].path.display().contains("memfd:evil"));
    assert_eq!(stage.item_content(&stage.items()[0]), content);
}

/// A shared library that only this stage has.
fn library(stage: &Stage) -> PathBuf {
    let path = stage.path("libevil.so");
    let mut content = fs::read(mapped("/libgcc_s")).unwrap();
    content.extend(stage.mark().bytes());
    write_program(&path, &content);
    path
}

fn user_of(library: &Path) -> Sleeper {
    let mut sleep = Command::new("/bin/sleep");
    let mut sleeper = Sleeper::of(sleep.arg("600").env("LD_PRELOAD", library));
    await_mapping(&mut sleeper, library);
    sleeper
}

#[test]
fn library_is_taken_and_whoever_uses_it_is_listed_and_goes_on() {
    let stage = Stage::new();
    let library = library(&stage);
    let order = stage.order_about_content(&fs::read(&library).unwrap());
    let mut users = [user_of(&library), user_of(&library)];
    let result = finished(stage.engine().carry_out(&order).unwrap());
    assert!(users.iter_mut().all(Sleeper::goes_on));
    assert_eq!(file_at(&result, &library).outcome, FileOutcome::Quarantined);
    assert_eq!(result.processes.len(), 2, "{result:#?}");
    for process in &result.processes {
        assert_eq!(process.outcome, ProcessOutcome::StillMapped);
        assert_eq!(process.confidence, Confidence::Mapping);
    }
    let Verdict::Failed { reason, message } = &result.verdict else {
        panic!("it still executes: {result:#?}");
    };
    assert_eq!(*reason, FailureReason::Incomplete);
    assert!(message.contains("still use it"), "{message}");
}

/// A program that is this stage's own, but not the one that is looked for.
fn innocent_user_of(stage: &Stage, library: &Path) -> Sleeper {
    let mut program = Command::new(stage.innocent("innocent"));
    let mut sleeper = Sleeper::of(program.arg("600").env("LD_PRELOAD", library));
    await_mapping(&mut sleeper, library);
    sleeper
}

fn with_policy(stage: &Stage, policy: Policy, protected: impl Protect + Send + 'static) -> Engine {
    let policy = Arc::new(LocalPolicy::fixed(policy));
    stage.engine_that_protects(protected).with_policy(policy)
}

fn letting_mappers_be_stopped() -> Policy {
    Policy {
        stop_mappers: true,
        ..Policy::default()
    }
}

/// An order about the library that has its users stopped.
fn order_with_its_users(stage: &Stage, library: &Path) -> Order {
    let mut order = stage.order_about_content(&fs::read(library).unwrap());
    let Verb::StopAndQuarantineFile { stop_mappers, .. } = &mut order.verb else {
        panic!("another verb");
    };
    *stop_mappers = true;
    order
}

#[test]
fn users_of_a_library_are_stopped_when_the_order_and_the_policy_say_so() {
    let stage = Stage::new();
    let library = library(&stage);
    let order = order_with_its_users(&stage, &library);
    let mut users = [user_of(&library), user_of(&library)];
    let mut bystander = Sleeper::of(Command::new("/bin/sleep").arg("600"));
    let engine = with_policy(&stage, letting_mappers_be_stopped(), Nothing);
    let result = finished(engine.carry_out(&order).unwrap());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    for user in &mut users {
        assert_eq!(user.killed_by(), Some(SIGKILL));
    }
    assert!(bystander.goes_on());
    assert_eq!(file_at(&result, &library).outcome, FileOutcome::Quarantined);
    assert_eq!(result.processes.len(), 2, "{result:#?}");
    for process in &result.processes {
        assert_eq!(process.outcome, ProcessOutcome::Stopped);
        assert_eq!(process.confidence, Confidence::Mapping);
    }
}

#[test]
fn users_of_a_library_go_on_where_the_policy_does_not_let_them_be_stopped() {
    let stage = Stage::new();
    let library = library(&stage);
    let order = order_with_its_users(&stage, &library);
    let mut user = user_of(&library);
    let engine = with_policy(&stage, Policy::default(), Nothing);
    let result = finished(engine.carry_out(&order).unwrap());
    assert!(user.goes_on());
    assert_eq!(file_at(&result, &library).outcome, FileOutcome::Quarantined);
    assert_eq!(result.processes[0].outcome, ProcessOutcome::StillMapped);
    let Verdict::Failed { reason, message } = &result.verdict else {
        panic!("it was not done: {result:#?}");
    };
    assert_eq!(*reason, FailureReason::Policy);
    assert!(message.contains("stop-mappers"), "{message}");
}

/// Protects one file, by its inode.
struct Precious(u64);

impl Protect for Precious {
    fn by_content(&self, _: &Sha1) -> Option<Protection> {
        None
    }

    fn by_inode(&self, _: u64, ino: u64) -> Option<Protection> {
        (ino == self.0).then_some(Protection::Shell)
    }
}

#[test]
fn protected_program_goes_on_although_users_of_the_library_are_stopped() {
    let stage = Stage::new();
    let library = library(&stage);
    let order = order_with_its_users(&stage, &library);
    let mut ordinary = innocent_user_of(&stage, &library);
    let mut precious = user_of(&library);
    let protected = Precious(fs::metadata("/bin/sleep").unwrap().ino());
    let policy = Policy {
        blast_radius: BlastRadius {
            processes: 1,
            ..BlastRadius::default()
        },
        ..letting_mappers_be_stopped()
    };
    let engine = with_policy(&stage, policy, protected);
    let result = finished(engine.carry_out(&order).unwrap());
    assert_eq!(ordinary.killed_by(), Some(SIGKILL), "{result:#?}");
    assert!(precious.goes_on());
    let outcome_of = |pid| {
        let mut processes = result.processes.iter();
        processes
            .find(|process| process.pid == pid)
            .unwrap()
            .outcome
    };
    assert_eq!(outcome_of(ordinary.pid()), ProcessOutcome::Stopped);
    assert_eq!(outcome_of(precious.pid()), ProcessOutcome::StillMapped);
}

#[test]
fn too_many_users_of_a_library_all_go_on_and_the_library_stays() {
    let stage = Stage::new();
    let library = library(&stage);
    let order = order_with_its_users(&stage, &library);
    let mut users = [user_of(&library), user_of(&library)];
    let policy = Policy {
        blast_radius: BlastRadius {
            processes: 1,
            ..BlastRadius::default()
        },
        ..letting_mappers_be_stopped()
    };
    let engine = with_policy(&stage, policy, Nothing);
    let result = finished(engine.carry_out(&order).unwrap());
    let Verdict::Failed { reason, message } = &result.verdict else {
        panic!("too many: {result:#?}");
    };
    assert_eq!(*reason, FailureReason::Policy);
    assert!(message.contains("2 processes"), "{message}");
    assert!(users.iter_mut().all(Sleeper::goes_on));
    assert!(library.exists());
}

#[test]
fn dry_run_tells_which_users_of_a_library_would_be_stopped_and_which_go_on() {
    let stage = Stage::new();
    let library = library(&stage);
    let mut user = user_of(&library);
    for (stops, allowed, outcome, would_be) in [
        (
            false,
            true,
            ProcessOutcome::StillMapped,
            Some(FailureReason::Incomplete),
        ),
        (
            true,
            false,
            ProcessOutcome::StillMapped,
            Some(FailureReason::Policy),
        ),
        (true, true, ProcessOutcome::WouldStop, None),
    ] {
        let mut order = order_with_its_users(&stage, &library);
        let Verb::StopAndQuarantineFile {
            stop_mappers,
            dry_run,
            ..
        } = &mut order.verb
        else {
            panic!("another verb");
        };
        (*stop_mappers, *dry_run) = (stops, true);
        let policy = Policy {
            stop_mappers: allowed,
            ..Policy::default()
        };
        let engine = with_policy(&stage, policy, Nothing);
        let result = finished(engine.carry_out(&order).unwrap());
        assert_eq!(result.processes.len(), 1, "{result:#?}");
        assert_eq!(result.processes[0].outcome, outcome);
        let failed_for = match result.dry_run.unwrap().would_be {
            Verdict::Succeeded => None,
            Verdict::Failed { reason, .. } => Some(reason),
        };
        assert_eq!(failed_for, would_be);
        assert!(user.goes_on() && library.exists());
    }
}

/// The stage for a test that runs as a process of its own.
const BASE: &str = "QUELL_TEST_BASE";

#[test]
#[ignore = "the test below runs it with the library preloaded"]
fn engine_that_uses_the_library_itself() {
    let stage = Stage::again(PathBuf::from(env::var_os(BASE).unwrap()), own_identity());
    let library = stage.path("libevil.so");
    let policy = Policy {
        force: Force::Honor,
        ..letting_mappers_be_stopped()
    };
    let engine = with_policy(&stage, policy, Nothing);
    let order = order_with_its_users(&stage, &library);
    let refused = finished(engine.carry_out(&order).unwrap());
    assert_eq!(refused.coverage.protection, Some(Protection::Library));
    let Verdict::Failed { reason, message } = &refused.verdict else {
        panic!("nobody insisted: {refused:#?}");
    };
    assert_eq!(*reason, FailureReason::Protected);
    assert!(
        message.contains("is linked with it; the order does not carry Force"),
        "{message}"
    );
    assert!(library.exists());

    let mut user = innocent_user_of(&stage, &library);
    let mut insisting = order_with_its_users(&stage, &library);
    let Verb::StopAndQuarantineFile { force, .. } = &mut insisting.verb else {
        panic!("another verb");
    };
    *force = true;
    let taken = finished(engine.carry_out(&insisting).unwrap());
    assert_eq!(file_at(&taken, &library).outcome, FileOutcome::Quarantined);
    assert_eq!(user.killed_by(), Some(SIGKILL));
    let own = std::process::id();
    let mut processes = taken.processes.iter();
    let own = processes.find(|process| process.pid == own).unwrap();
    assert_eq!(own.outcome, ProcessOutcome::StillMapped);
    let Verdict::Failed { reason, message } = &taken.verdict else {
        panic!("the agent itself still uses it: {taken:#?}");
    };
    assert_eq!(*reason, FailureReason::Incomplete);
    assert!(message.contains("still use it"), "{message}");
}

#[test]
fn library_that_the_agent_is_linked_with_yields_to_force_and_the_agent_goes_on() {
    let stage = Stage::new();
    let library = library(&stage);
    let engine = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "engine_that_uses_the_library_itself",
            "--ignored",
        ])
        .env(BASE, stage.base())
        .env("LD_PRELOAD", &library)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&engine.stdout);
    assert!(engine.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
    assert!(!library.exists());
}
