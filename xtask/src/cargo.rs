//! Running cargo, so that every gate shows what it ran and stops at the first failure.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;

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

/// Runs `cargo` with these arguments; what it printed on standard output.
///
/// # Errors
/// The command line, when it could not be started or failed.
pub(crate) fn output_of(arguments: &[&str]) -> Outcome<String> {
    let shown = format!("cargo {}", arguments.join(" "));
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .context(format!("`{shown}` cannot be started"))?;
    if !output.status.success() {
        return Err(format!("`{shown}` failed ({})", output.status).into());
    }
    String::from_utf8(output.stdout).context(shown)
}

/// Where cargo builds, as its configuration and the environment say.
///
/// # Errors
/// What cargo said instead.
pub(crate) fn target_directory() -> Outcome<PathBuf> {
    #[derive(Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let json = output_of(&[
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ])?;
    let metadata: Metadata = serde_json::from_str(&json).context("cargo metadata")?;
    Ok(metadata.target_directory)
}
