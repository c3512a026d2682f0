//! A process whose first thread has ended shows neither executable nor mappings, and runs on.
//!
//! No safe Rust ends the first thread alone, so the sample is a program of a few instructions.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;
mod tiny_program;

use std::fs;

use engine_stage::{Sleeper, Stage, file_at, finished, state_of, write_program};
use quell_agent::hash::{Budget, Hasher};
use quell_protocol::{FileOutcome, ProcessOutcome, Verdict};

const SIGKILL: i32 = 9;

/// Sets an alarm so that it never outlives the tests for long, starts a second thread that waits
/// for ever, and ends the first.
const CODE: &[u8] = &[
    0xb8, 37, 0, 0, 0, // mov eax, SYS_alarm
    0xbf, 0x58, 2, 0, 0, // mov edi, 600 seconds
    0x0f, 0x05, // syscall
    0xb8, 56, 0, 0, 0, // mov eax, SYS_clone
    0xbf, 0, 0x0f, 1, 0, // mov edi, CLONE_VM | FS | FILES | SIGHAND | THREAD
    0x48, 0x89, 0xe6, // mov rsi, rsp: neither thread uses its stack
    0x31, 0xd2, // xor edx, edx
    0x45, 0x31, 0xd2, // xor r10d, r10d
    0x45, 0x31, 0xc0, // xor r8d, r8d
    0x0f, 0x05, // syscall
    0x85, 0xc0, // test eax, eax
    0x74, 7, // jz to the second thread
    0xb8, 60, 0, 0, 0, // mov eax, SYS_exit: of this thread alone
    0x0f, 0x05, // syscall
    0xb8, 34, 0, 0, 0, // mov eax, SYS_pause
    0x0f, 0x05, // syscall
    0xeb, 0xf7, // again
];

#[test]
fn process_whose_first_thread_has_ended_is_stopped_and_its_file_taken() {
    let stage = Stage::new();
    let path = stage.path("program");
    let mut program = tiny_program::elf(CODE);
    program.extend(stage.mark().bytes());
    write_program(&path, &program);
    let file = fs::File::open(&path).unwrap();
    let sha1 = Hasher::new().sha1(&file, &Budget::UNLIMITED).unwrap().sha1;
    drop(file);
    let mut sleeper = Sleeper::start(&path);
    while state_of(sleeper.pid()).as_deref() != Some("Z") {
        assert!(sleeper.killed_by().is_none(), "the sample does not run");
        std::thread::yield_now();
    }
    assert!(
        fs::read_link(format!("/proc/{}/exe", sleeper.pid())).is_err(),
        "the process is not hidden"
    );
    let order = stage.order_about(sha1);
    let result = finished(stage.engine().carry_out(&order).unwrap());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(result.processes[0].pid, sleeper.pid());
    assert_eq!(result.processes[0].outcome, ProcessOutcome::Stopped);
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    assert_eq!(file_at(&result, &path).outcome, FileOutcome::Quarantined);
    assert!(stage.names().is_empty());
}
