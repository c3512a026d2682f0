//! A parent for what forks without end: this program, started again.
//!
//! Whoever loses its parent becomes a child of the reaper, so that it stays a descendant of the benchmark, where
//! the agent may look, and leaves no zombie behind. The reaper ends with the last of them.

use std::process::{Command, ExitCode};

use rustix::io::Errno;
use rustix::process::{WaitOptions, getpid, set_child_subreaper, wait};

/// The first argument of a reaper; the others are a program and its arguments.
pub(crate) const ROLE: &str = "--reaper";

#[expect(
    clippy::zombie_processes,
    reason = "whoever ends is reaped, the first of them like all others"
)]
pub(crate) fn play(program: &[String]) -> ExitCode {
    let (program, arguments) = program.split_first().expect("a program is named");
    set_child_subreaper(Some(getpid())).expect("a process may be a subreaper");
    Command::new(program)
        .args(arguments)
        .spawn()
        .expect("the program starts");
    while wait(WaitOptions::empty()).err() != Some(Errno::CHILD) {}
    ExitCode::SUCCESS
}
