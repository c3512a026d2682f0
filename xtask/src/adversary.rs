//! `cargo xtask adversary`: the attacks on the agent's act, as real scenarios.

use std::process::Command;

use crate::cargo::{self, Workspace};
use crate::failure::{Context as _, Outcome};

/// Plays every case, or those of the numbers. Also a part of the gate: `--minimum`.
///
/// # Errors
/// A case failed; it has been told.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    // What the tests are made of, so that nothing is compiled twice.
    cargo::run(&["build", "--workspace", "--all-features", "--bins"], &[])?;
    let programs = Workspace::ask()?.target_directory.join("debug");
    let adversary = programs.join("quell-adversary");
    let status = Command::new(&adversary).args(arguments).status();
    match status.context(adversary.display())?.success() {
        true => Ok(()),
        false => Err("not every case held".into()),
    }
}
