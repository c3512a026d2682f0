//! `cargo xtask test`: every test of the workspace, then every example in the documentation.
//!
//! Tests whose names end in `_as_root` need root, those in `_on_postgres` a PostgreSQL, which is
//! started for them. Where there is none, they are left out by name.

use crate::cargo;
use crate::failure::Outcome;
use crate::postgres::{self, Postgres};

/// The ending of the names of tests that need root.
const AS_ROOT: &str = "_as_root";
/// The ending of the names of tests that need PostgreSQL.
const ON_POSTGRES: &str = "_on_postgres";

/// Runs the tests, through nextest where it is installed.
///
/// # Errors
/// The command that failed.
pub(crate) fn run(filter: &[&str]) -> Outcome {
    let mut left_out = Vec::new();
    if !postgres::is_root() {
        eprintln!("not root: tests whose names end in `{AS_ROOT}` are skipped");
        left_out.push(AS_ROOT);
    }
    let server = match std::env::var_os(postgres::VARIABLE) {
        Some(_) => None,
        None => Postgres::start()?,
    };
    let connection = server.as_ref().map(Postgres::connection_string);
    let environment: Vec<_> = connection
        .iter()
        .map(|connection| (postgres::VARIABLE, connection.as_str()))
        .collect();
    if environment.is_empty() && std::env::var_os(postgres::VARIABLE).is_none() {
        eprintln!("no PostgreSQL: tests whose names end in `{ON_POSTGRES}` are skipped");
        left_out.push(ON_POSTGRES);
    }
    if cargo::has("nextest") {
        with_nextest(&left_out, filter, &environment)?;
    } else {
        with_cargo(&left_out, filter, &environment)?;
    }
    if filter.is_empty() {
        cargo::run(&["test", "--workspace", "--all-features", "--doc"], &[])?;
    }
    Ok(())
}

fn with_nextest(left_out: &[&str], filter: &[&str], environment: &[(&str, &str)]) -> Outcome {
    let mut arguments = vec![
        "nextest",
        "run",
        "--workspace",
        "--all-features",
        "--no-fail-fast",
    ];
    let endings = left_out
        .iter()
        .map(|ending| format!("not test(/{ending}$/)"));
    let expression = endings.collect::<Vec<_>>().join(" and ");
    if !left_out.is_empty() {
        arguments.extend(["--filterset", &expression]);
    }
    arguments.extend(filter);
    cargo::run(&arguments, environment)
}

fn with_cargo(left_out: &[&str], filter: &[&str], environment: &[(&str, &str)]) -> Outcome {
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
    arguments.extend(left_out.iter().flat_map(|ending| ["--skip", ending]));
    cargo::run(&arguments, environment)
}
