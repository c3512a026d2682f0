//! A process whose executable, as the kernel shows it, is a file that it does not execute.
//!
//! No safe Rust gets rid of its own program, so the sample is one of a few instructions.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;
mod tiny_program;

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use engine_stage::{Sleeper, Stage, file_at, finished, write_program};
use quell_protocol::{Confidence, FileOutcome, ProcessOutcome, Verdict};
use tiny_program::forgery;

const SIGKILL: i32 = 9;

/// A program of these instructions, which nothing else on the machine is.
fn program(stage: &Stage, name: &str, code: &[u8]) -> PathBuf {
    let mut content = tiny_program::elf(code);
    content.extend(stage.mark().bytes());
    let path = stage.path(name);
    write_program(&path, &content);
    path
}

/// Executes `target` and names `pretended` as its executable.
fn forger(loader: &Path, target: &Path, pretended: &Path) -> Sleeper {
    let mut command = Command::new(loader);
    command.stdin(File::open(target).unwrap());
    command.stdout(File::open(pretended).unwrap());
    let mut forger = Sleeper::as_is(&mut command);
    let link = format!("/proc/{}/exe", forger.pid());
    while fs::metadata(&link).unwrap().ino() != fs::metadata(pretended).unwrap().ino() {
        assert!(forger.goes_on(), "the kernel refuses to name another file");
        std::thread::yield_now();
    }
    forger
}

#[test]
fn process_that_names_another_executable_is_stopped_and_what_it_names_goes_on_as_root() {
    let stage = Stage::new();
    let loader = program(&stage, "loader", &forgery::loader());
    let target = program(&stage, "target", &forgery::forger());
    let content = fs::read(&target).unwrap();
    let innocent = stage.innocent("innocent");
    let mut bystander = Sleeper::start(&innocent);
    let mut forger = forger(&loader, &target, &innocent);
    let order = stage.order_about_content(&content);
    let result = finished(stage.engine().carry_out(&order).unwrap());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(forger.killed_by(), Some(SIGKILL));
    assert!(bystander.goes_on());
    assert_eq!(result.processes.len(), 1, "{result:#?}");
    assert_eq!(result.processes[0].pid, forger.pid());
    assert_eq!(result.processes[0].outcome, ProcessOutcome::Stopped);
    assert_eq!(result.processes[0].confidence, Confidence::Mapping);
    assert_eq!(file_at(&result, &target).outcome, FileOutcome::Quarantined);
    assert_eq!(stage.names(), [&b"innocent"[..], b"loader"]);
    assert_eq!(stage.item_content(&stage.items()[0]), content);
}

#[test]
fn process_that_only_calls_itself_something_else_is_stopped() {
    let stage = Stage::new();
    let sample = stage.sample("program");
    let mut command = Command::new(&sample);
    let mut renamed = Sleeper::of(command.arg0("[kworker/0:1]").arg("600"));
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(renamed.killed_by(), Some(SIGKILL));
    assert_eq!(result.processes[0].confidence, Confidence::Executable);
    assert!(stage.names().is_empty());
}
