//! `cargo xtask package`: packs the SDK's crates as they would be published, and publishes nothing.
//!
//! Cargo packs them in their order, and a crate that needs a sibling finds the tarball of a moment ago in
//! a registry that lasts as long as the command, so nothing has to be published first.

mod contents;

use crate::cargo::{self, Workspace};
use crate::failure::{Context as _, Outcome};
use crate::sdk;

/// How far to go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Look at what would be packed: a part of `cargo xtask ci`, for it takes a second.
    List,
    /// Pack it, and build each tarball with nothing but itself: before a release. That compiles every
    /// dependency once more, because a tarball does not bring the workspace's profiles along; minutes in which
    /// little can come out, when each crate was built bare and no source reaches out of its package.
    Build,
}

/// Whether every crate can be published.
///
/// # Errors
/// What a package lacks, or what in it leans on this repository; what cargo said.
pub(crate) fn run(depth: Depth) -> Outcome {
    let workspace = Workspace::ask()?;
    let mut faults = Vec::new();
    for package in sdk::CRATES {
        faults.extend(faults_of(&workspace, package)?);
    }
    if !faults.is_empty() {
        return Err(format!("these packages are not whole:\n{}", faults.join("\n")).into());
    }
    match depth {
        Depth::List => Ok(()),
        Depth::Build => cargo::run(&with_packages(&["package", "--all-features"]), &[]),
    }
}

fn faults_of(workspace: &Workspace, package: &str) -> Outcome<Vec<String>> {
    // What is not committed yet belongs to the list, not to the package: packing refuses it.
    let arguments = [
        "package",
        "--quiet",
        "--list",
        "--allow-dirty",
        "--package",
        package,
    ];
    let listed = cargo::output_of(&arguments, &[])?;
    let directory = workspace.directory_of(package)?;
    let paths: Vec<&str> = listed.lines().collect();
    println!("{package}: {} files", paths.len());
    let mut faults = contents::missing(&paths, &contents::examples_in(directory)?);
    for path in paths.iter().filter(|path| path.ends_with(".rs")) {
        let file = directory.join(path);
        let source = std::fs::read_to_string(&file).context(file.display())?;
        faults.extend(contents::reaching_out(path, &source));
    }
    Ok(faults
        .into_iter()
        .map(|fault| format!("  {package}: {fault}"))
        .collect())
}

/// `--package` for each, because the workspace has more crates than are published.
fn with_packages<'a>(command: &[&'a str]) -> Vec<&'a str> {
    command
        .iter()
        .copied()
        .chain(
            sdk::CRATES
                .iter()
                .flat_map(|package| ["--package", package]),
        )
        .collect()
}
