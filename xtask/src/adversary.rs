//! `cargo xtask adversary`: the attacks on the agent's act, as real scenarios.

use std::process::Command;

use crate::cargo::{self, Workspace};
use crate::failure::{Context as _, Outcome};
use crate::postgres;

/// What runs with every change: the minimum of cases, and captures under each of two attacks for ten seconds.
const GATE: [&str; 4] = ["--minimum", "--captures", "--within", "10"];

/// Plays the part that belongs to the gate. An agent without root rightly says that it cannot see everything: without
/// root only captures are attacked.
///
/// # Errors
/// A case failed; it has been told.
pub(crate) fn gate() -> Outcome {
    if postgres::is_root() {
        return run(&GATE);
    }
    eprintln!("not root: the cases are skipped, captures are attacked");
    run(&GATE[1..])
}

/// Plays every case, or those of the numbers, or does what is asked of it many times.
///
/// # Errors
/// A case failed; it has been told.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    if arguments == ["--gate"] {
        return gate();
    }
    // What the tests are made of, so that nothing is compiled twice.
    cargo::run(&["build", "--workspace", "--all-features", "--bins"], &[])?;
    let programs = Workspace::ask()?.target_directory.join("debug");
    let adversary = programs.join("quell-adversary");
    let mut command = Command::new(&adversary);
    let status = command.args(arguments).arg("--die-with-parent").status();
    match status.context(adversary.display())?.success() {
        true => Ok(()),
        false => Err("not every case held".into()),
    }
}
