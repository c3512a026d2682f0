//! `cargo xtask ci`: the whole gate, as `.ci/run` calls it.

use std::time::{Duration, Instant};

use crate::failure::Outcome;
use crate::{adversary, api, cargo, codegen, conformance, deps, package, sdk, test};

/// A check, and the command that runs it alone.
struct Step {
    command: &'static str,
    check: fn() -> Outcome,
}

/// What reads texts comes before what compiles, and what compiles before what runs: who has made a small
/// mistake learns it soon. The listings of the public API come beside the documentation, whose work they share.
const STEPS: [Step; 11] = [
    Step::new("cargo fmt --all --check", format),
    Step::new("cargo xtask codegen --check", || {
        codegen::run(codegen::Mode::Check)
    }),
    Step::new("cargo xtask deps", deps::run),
    Step::new("cargo xtask package --list", || {
        package::run(package::Depth::List)
    }),
    Step::new("cargo clippy, everything", lint),
    Step::new("cargo clippy, each crate of the SDK bare", lint_bare),
    Step::new("cargo doc", document),
    Step::new("cargo xtask api --check", || api::run(api::Mode::Check)),
    Step::new("cargo xtask test", || test::run(&[])),
    Step::new("cargo xtask adversary --gate", adversary::gate),
    Step::new("cargo xtask conformance --short", conformance::run_if_ready),
];

/// Runs every check, stops at the first that fails, and tells what each took.
///
/// # Errors
/// What failed.
pub(crate) fn run() -> Outcome {
    let mut times = Vec::new();
    let outcome = STEPS.iter().try_for_each(|step| {
        let began = Instant::now();
        eprintln!("\n── {}", step.command);
        let outcome = (step.check)();
        times.push((step.command, began.elapsed()));
        outcome
    });
    eprintln!("\n{}", table(&times));
    outcome
}

/// The time of each step that was run, and of all.
fn table(times: &[(&str, Duration)]) -> String {
    let all = ("all", times.iter().map(|(_, time)| *time).sum());
    let lines = times.iter().chain([&all]).map(|(command, time)| {
        let seconds = time.as_secs_f64();
        format!("{seconds:>7.1} s  {command}\n")
    });
    lines.collect()
}

impl Step {
    const fn new(command: &'static str, check: fn() -> Outcome) -> Self {
        Self { command, check }
    }
}

fn format() -> Outcome {
    cargo::run(&["fmt", "--all", "--check"], &[])
}

fn lint() -> Outcome {
    cargo::run(
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--",
            "--deny",
            "warnings",
        ],
        &[],
    )
}

/// Each must build alone, with no feature but what it cannot do without.
fn lint_bare() -> Outcome {
    sdk::CRATES.iter().try_for_each(|package| {
        cargo::run(
            &[
                "clippy",
                "--package",
                package,
                "--no-default-features",
                "--",
                "--deny",
                "warnings",
            ],
            &[],
        )
    })
}

fn document() -> Outcome {
    cargo::run(
        &["doc", "--workspace", "--all-features", "--no-deps"],
        &[("RUSTDOCFLAGS", "--deny warnings")],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_and_their_sum_have_a_line() {
        let times = [
            ("one", Duration::from_millis(1_500)),
            ("two", Duration::from_secs(61)),
        ];
        assert_eq!(
            table(&times),
            "    1.5 s  one\n   61.0 s  two\n   62.5 s  all\n"
        );
    }
}
