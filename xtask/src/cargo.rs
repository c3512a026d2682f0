//! Running cargo, so that every gate shows what it ran and stops at the first failure.

use std::process::Command;

use crate::failure::{Context as _, Outcome};

/// Runs `cargo` with these arguments and environment; the command line is shown first.
///
/// # Errors
/// The command line, when it could not be started or failed.
pub(crate) fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
    let shown = format!("cargo {}", arguments.join(" "));
    eprintln!("\n$ {shown}");
    let status = Command::new(env!("CARGO"))
        .args(arguments)
        .envs(environment.iter().copied())
        .status()
        .context(format!("`{shown}` cannot be started"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{shown}` failed ({status})").into())
    }
}

/// Whether a cargo subcommand is installed.
pub(crate) fn has(subcommand: &str) -> bool {
    Command::new(env!("CARGO"))
        .args([subcommand, "--version"])
        .output()
        .is_ok_and(|output| output.status.success())
}
