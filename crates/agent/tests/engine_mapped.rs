//! Programs that run without being anybody's executable, and libraries that others use.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::fs;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::Command;

use engine_stage::{Sleeper, Stage, file_at, finished, write_program};
use quell_protocol::{Confidence, FailureReason, FileOutcome, ProcessOutcome, Verdict};

const SIGKILL: i32 = 9;

/// A file with this in its name that this very test has mapped.
fn mapped(part: &str) -> PathBuf {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let paths = maps
        .lines()
        .filter_map(|line| line.split_ascii_whitespace().nth(5));
    let path = paths.into_iter().find(|path| path.contains(part));
    PathBuf::from(path.unwrap_or_else(|| panic!("no {part} is mapped")))
}

/// Waits until the process has the file mapped: it has run as far as its own code then.
fn await_mapping(sleeper: &mut Sleeper, file: &Path) {
    loop {
        assert!(sleeper.killed_by().is_none(), "it does not run");
        let maps = fs::read_to_string(format!("/proc/{}/maps", sleeper.pid())).unwrap();
        if maps.contains(file.to_str().unwrap()) {
            return;
        }
        std::thread::yield_now();
    }
}

fn started_by_the_loader(program: &Path) -> Sleeper {
    let mut loader = Command::new(mapped("/ld-"));
    let mut sleeper = Sleeper::of(loader.arg(program).arg("600"));
    await_mapping(&mut sleeper, program);
    sleeper
}

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
