//! Running cargo, so that every gate shows what it ran and stops at the first failure.

use std::path::{Path, PathBuf};
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
pub(crate) fn output_of(arguments: &[&str], environment: &[(&str, &str)]) -> Outcome<String> {
    let shown = format!("cargo {}", arguments.join(" "));
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .envs(environment.iter().copied())
        .stderr(Stdio::inherit())
        .output()
        .context(format!("`{shown}` cannot be started"))?;
    if !output.status.success() {
        return Err(format!("`{shown}` failed ({})", output.status).into());
    }
    String::from_utf8(output.stdout).context(shown)
}

/// What cargo knows of this workspace.
#[derive(Deserialize)]
pub(crate) struct Workspace {
    /// Where it builds, as its configuration and the environment say.
    pub(crate) target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
}

impl Workspace {
    /// Asks cargo.
    ///
    /// # Errors
    /// What cargo said instead.
    pub(crate) fn ask() -> Outcome<Self> {
        let json = output_of(
            &[
                "metadata",
                "--no-deps",
                "--offline",
                "--format-version",
                "1",
            ],
            &[],
        )?;
        serde_json::from_str(&json).context("cargo metadata")
    }

    /// The directory of one of our packages.
    pub(crate) fn directory_of(&self, package: &str) -> Outcome<&Path> {
        self.packages
            .iter()
            .find(|found| found.name == package)
            .and_then(|found| found.manifest_path.parent())
            .context(format!("the workspace has no {package}"))
    }
}
