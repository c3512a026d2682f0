//! Tries to make the agent take the wrong file, or to leave a survivor.
//!
//! Every case of the threat model is a scenario of its own: a server, an enrolled agent and an attacker, real
//! processes all of them, in a scratch directory and, as root, in namespaces of processes and mounts where nothing of the machine
//! can be met. One line a case: what is expected, what was seen. `cargo xtask adversary` builds what is needed and
//! runs it.

#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what it prints is its result"
)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken stage must fail its case where it stands; each case is caught by itself"
)]

mod attacker;
mod case;
mod cases;
mod choice;
mod endurance;
mod ground;
mod halt;
mod isolation;
mod mounted;
mod observe;
mod report;
mod started;
mod tiny;
#[allow(clippy::unwrap_used, reason = "written for tests")]
#[path = "../../../crates/agent/tests/tiny_program/mod.rs"]
mod tiny_program;
mod told;
mod vault;

use std::process::ExitCode;
use std::time::Instant;

use choice::{Asked, Choice};
use ground::Ground;
use report::Report;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, rest @ ..] = arguments.as_slice()
        && role == attacker::ROLE
    {
        return attacker::play(rest);
    }
    if arguments
        .iter()
        .any(|argument| argument == choice::DIE_WITH_PARENT)
    {
        isolation::die_with(rustix::process::getppid());
    }
    let choice = match choice::read(&arguments) {
        Ok(Asked::Run(choice)) => choice,
        Ok(Asked::List) => {
            cases::all().iter().for_each(|case| println!("{case}"));
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::from(2);
        }
    };
    match isolation::enter() {
        isolation::Place::Inside(confinement) => run(&choice, confinement),
        isolation::Place::Outside(code) => code,
    }
}

fn run(choice: &Choice, confinement: isolation::Confinement) -> ExitCode {
    let mut report = Report::new();
    let stage = || Ground::new(&choice.executable, confinement, choice.depth);
    let cases = cases::all();
    let taken = cases
        .iter()
        .filter(|case| choice.takes_cases() && choice.takes(case));
    for case in taken {
        let began = Instant::now();
        let seen = case.run(stage);
        report.add(case, seen, began.elapsed());
    }
    endurance::run(&choice.endurance, stage, &mut report);
    report.conclude()
}
