//! `cargo xtask test`: every test of the workspace, then every example in the documentation.
//!
//! Tests whose names end in `_as_root` need root; an ordinary user's run leaves them out by name.

use std::os::unix::fs::MetadataExt as _;

use crate::cargo;
use crate::failure::Outcome;

/// The ending of the names of tests that need root.
const AS_ROOT: &str = "_as_root";

/// Runs the tests, through nextest where it is installed.
///
/// # Errors
/// The command that failed.
pub(crate) fn run(filter: &[&str]) -> Outcome {
    let root = is_root();
    if !root {
        eprintln!("not root: tests whose names end in `{AS_ROOT}` are skipped");
    }
    if cargo::has("nextest") {
        with_nextest(root, filter)?;
    } else {
        with_cargo(root, filter)?;
    }
    if filter.is_empty() {
        cargo::run(&["test", "--workspace", "--all-features", "--doc"], &[])?;
    }
    Ok(())
}

fn with_nextest(root: bool, filter: &[&str]) -> Outcome {
    let mut arguments = vec![
        "nextest",
        "run",
        "--workspace",
        "--all-features",
        "--no-fail-fast",
    ];
    let expression = format!("not test(/{AS_ROOT}$/)");
    if !root {
        arguments.extend(["--filterset", &expression]);
    }
    arguments.extend(filter);
    cargo::run(&arguments, &[])
}

fn with_cargo(root: bool, filter: &[&str]) -> Outcome {
    let mut arguments = vec![
        "test",
        "--workspace",
        "--all-features",
        "--lib",
        "--bins",
        "--tests",
        "--no-fail-fast",
    ];
    arguments.extend(filter);
    arguments.push("--");
    if !root {
        arguments.extend(["--skip", AS_ROOT]);
    }
    cargo::run(&arguments, &[])
}

/// Whether this process is root: `/proc/self` belongs to whoever runs it.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}
