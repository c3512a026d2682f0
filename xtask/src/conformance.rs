//! `cargo xtask conformance`: schemathesis against a running server, by the server's own description.
//!
//! Every check and every phase of schemathesis runs, with a fixed seed, once with a token of all
//! permissions and once with one that opens next to nothing. What it finds is compared with
//! `xtask/conformance/exceptions.toml`: a finding without an exception fails the run, and so does an
//! exception that explains nothing any more.

mod base64;
mod exceptions;
mod report;
mod tool;
mod world;

use crate::cargo::Workspace;
use crate::failure::{Context as _, Outcome};
use crate::workspace;
use exceptions::Exceptions;
use report::Report;
use tool::{Run, Tool};
use world::World;

/// What the token that opens next to nothing opens.
const POWERLESS: &str = "Alert.Read.All";
/// The operations that answer it, and those that want no token.
const OPEN: [&str; 6] = [
    "GET /api/files/{fileId}/alerts",
    "GET /api/openapi.json",
    "POST /{tenant}/oauth2/token",
    "GET /{tenant}/oauth2/token",
    "POST /{tenant}/oauth2/v2.0/token",
    "GET /{tenant}/oauth2/v2.0/token",
];
const SEED: u64 = 20_240_305;

/// How much is tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Everything: minutes.
    Whole,
    /// A few examples of each operation: seconds. What an exception explains need not turn up.
    Short,
}

/// Tries the API.
///
/// # Errors
/// What was found, or what is missing to look for it.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let (depth, seed) = read(arguments)?;
    let root = workspace::root()?;
    let exceptions = Exceptions::read(&root)?;
    let place = Workspace::ask()?.target_directory.join("conformance");
    let tool = Tool::ready(&root, &place)?;
    let world = World::start(&root, &place)?;
    let mut report = Report::default();
    report.read(&tool.run(&Run {
        name: "everything",
        description: &world.description(),
        token: world.mighty(),
        examples: if depth == Depth::Whole { 100 } else { 5 },
        phases: "examples,coverage,fuzzing,stateful",
        seed,
    })?)?;
    let mut powerless = Report::default();
    powerless.read(&tool.run(&Run {
        name: "next to nothing",
        description: &world.description(),
        token: world.powerless(),
        examples: 5,
        phases: "examples,coverage,fuzzing",
        seed,
    })?)?;
    report.findings.extend(powerless.let_in(&OPEN));
    report.findings.append(&mut powerless.findings);
    let verdict = exceptions.judge(&report.findings, depth == Depth::Whole);
    println!("{}", verdict.table());
    eprintln!(
        "{} requests; the seed was {seed}",
        report.requests + powerless.requests
    );
    verdict.outcome()
}

/// Runs the short version as a step of the gate, where it can be run without ado.
pub(crate) fn run_if_ready() -> Outcome {
    let place = Workspace::ask()?.target_directory.join("conformance");
    match Tool::ready(&workspace::root()?, &place) {
        Ok(_) => run(&["--short"]),
        Err(reason) => {
            eprintln!("skipped: `cargo xtask conformance`, since {reason}");
            Ok(())
        }
    }
}

fn read(arguments: &[&str]) -> Outcome<(Depth, u64)> {
    let (mut depth, mut seed) = (Depth::Whole, SEED);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match *argument {
            "--short" => depth = Depth::Short,
            "--seed" => {
                let number = rest.next().context("--seed wants a number")?;
                seed = number.parse().context(format_args!("--seed {number}"))?;
            }
            other => return Err(format!("conformance knows no {other}").into()),
        }
    }
    Ok((depth, seed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_and_depth_are_read() {
        assert!(read(&[]).is_ok_and(|read| read == (Depth::Whole, SEED)));
        assert!(read(&["--seed", "7", "--short"]).is_ok_and(|read| read == (Depth::Short, 7)));
        for wrong in [&["--seed"][..], &["--seed", "x"], &["7"]] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
