//! As much of `cargo metadata` as the rules need.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::failure::{Context, Outcome};

#[derive(Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
    workspace_members: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Package {
    id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) links: Option<String>,
    /// The oldest Rust with which it builds, if it says so.
    #[serde(default)]
    pub(super) rust_version: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) targets: Vec<Target>,
}

#[derive(Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// `None` for a normal dependency, else `dev` or `build`.
    pub(super) kind: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Target {
    pub(super) kind: Vec<String>,
    pub(super) src_path: PathBuf,
}

impl Metadata {
    pub(super) fn of(root: &Path) -> Outcome<Self> {
        let arguments = ["metadata", "--format-version", "1", "--all-features"];
        Self::read(&cargo(root, &arguments)?)
    }

    pub(super) fn read(json: &str) -> Outcome<Self> {
        serde_json::from_str(json).context("cargo metadata")
    }

    /// Our own packages.
    pub(super) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }
}

/// What a cargo command prints.
pub(super) fn cargo(root: &Path, arguments: &[&str]) -> Outcome<String> {
    let shown = format!("cargo {}", arguments.join(" "));
    let command = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root)
        .output();
    let output = command.context(&shown)?;
    if !output.status.success() {
        return Err(format!(
            "{shown}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )
        .into());
    }
    String::from_utf8(output.stdout).context(&shown)
}
