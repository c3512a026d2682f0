//! What the processor counts, where `perf` may read it.

use std::process::{Command, Stdio};

/// Started with this argument, a client's name and a number, the program makes so many calls by one client.
pub(crate) const ARGUMENT: &str = "--only";
pub(crate) const BARE: &str = "reqwest";
pub(crate) const OVER_REQWEST: &str = "quell-reqwest";
pub(crate) const OVER_HYPER: &str = "quell-hyper";

const FEW: u32 = 2_000;
const MANY: u32 = 22_000;

/// Thousands of instructions of a call, in user and kernel mode. Nothing where they are not counted.
pub(crate) fn of_a_call(client: &str) -> Option<f64> {
    // What comes before the first call is in both, and so in neither.
    let difference = of_calls(client, MANY)? - of_calls(client, FEW)?;
    Some(difference / f64::from(MANY - FEW) / 1e3)
}

fn of_calls(client: &str, calls: u32) -> Option<f64> {
    let this = std::env::current_exe().expect("this program has a path");
    let counted = Command::new("perf")
        // Of the first thread alone, which makes all calls: the server is a child of this process too.
        .args([
            "stat",
            "--no-inherit",
            "--field-separator",
            ",",
            "--event",
            "instructions",
            "--",
        ])
        .arg(this)
        .args([ARGUMENT, client, &calls.to_string()])
        .stdout(Stdio::null())
        .output()
        .ok()?;
    let lines = String::from_utf8(counted.stderr).ok()?;
    lines
        .lines()
        .find_map(|line| line.split(',').next()?.parse().ok())
}
