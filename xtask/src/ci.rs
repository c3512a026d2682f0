//! `cargo xtask ci`: the whole gate, as `.ci/run` calls it.

use crate::failure::Outcome;
use crate::{cargo, codegen, deps, test};

/// Runs every check, cheapest first, and stops at the first that fails.
///
/// # Errors
/// What failed.
pub(crate) fn run() -> Outcome {
    cargo::run(&["fmt", "--all", "--check"], &[])?;
    eprintln!("\n$ cargo xtask codegen --check");
    codegen::run(codegen::Mode::Check)?;
    eprintln!("\n$ cargo xtask deps");
    deps::run()?;
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
    )?;
    for package in EMBEDDED {
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
        )?;
    }
    let deny = [("RUSTDOCFLAGS", "--deny warnings")];
    cargo::run(
        &["doc", "--workspace", "--all-features", "--no-deps"],
        &deny,
    )?;
    test::run(&[])
}

/// The crates that strangers embed, each of which must build alone and bare.
const EMBEDDED: [&str; 4] = ["quell-model", "quell-ratelimit", "quell-transport", "quell"];
