//! Builds, generates, checks and measures quell: `cargo xtask` lists what there is.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a build tool talks to its caller"
)]

mod adversary;
mod api;
mod bench;
mod cargo;
mod ci;
mod clients;
mod codegen;
mod conformance;
mod deb;
mod deps;
mod failure;
mod fuzz;
mod package;
mod picture;
mod postgres;
mod sdk;
mod soak;
mod test;
mod workspace;

use std::process::ExitCode;

use failure::Outcome;

const USAGE: &str = "\
usage: cargo xtask <task>

  adversary [--list] [--gate] [--minimum] [CASE…] [--captures [N]] [--actions [N]] [--runs [N]]
                      attack the agent's act, a line a case: expected, seen; or the same many times
  api [--check]       list the public API of the SDK's crates in api/, or say what changed
  codegen [--check]   write what is generated from docs/api, or say what is out of date
  deb [--profile P]   build the Debian packages of the server and of the agent, and look into them
  deps                prove the arrows between crates and the dependency budgets
  test [FILTER…]      run every test, through nextest where it is installed, and every example
  postgres COMMAND…   run a command while a private PostgreSQL runs for its tests, for instance
                      cargo nextest run -p quell-server on_postgres
  ci                  the whole gate: format, lints, generated files, deps, packages, docs, api, tests
  bench [SECTION…]    measure, and write the tables into docs/performance.md
  clients             run the programs of examples/clients, in Python and Node, against a lab
  conformance [--short] [--seed N]
                      try the server's API with schemathesis, by its own description
  soak server [--rounds N] [--seed N]
                      kill the server under load, a hundred times, and prove that nothing is lost
  package [--list]    pack the SDK's crates as for publishing and build the tarballs, or only look
                      at what would be packed
  fuzz [--seconds N] [TARGET]
                      fuzz the readers of hostile bytes, a minute each; needs a nightly compiler and cargo-fuzz
  picture             run the demo and draw it as docs/demo.svg";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let Some(exit) = api::rustdoc_stand_in(&arguments) {
        return exit;
    }
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// One line for each task; a task lives in the module of its name.
fn run(arguments: &[&str]) -> Outcome {
    match arguments {
        ["adversary", arguments @ ..] => adversary::run(arguments),
        ["api"] => api::run(api::Mode::Write),
        ["api", "--check"] => api::run(api::Mode::Check),
        ["codegen"] => codegen::run(codegen::Mode::Write),
        ["codegen", "--check"] => codegen::run(codegen::Mode::Check),
        ["deb"] => deb::run("release"),
        ["deb", "--profile", profile] => deb::run(profile),
        ["deps"] => deps::run(),
        ["test", filter @ ..] => test::run(filter),
        ["postgres", program, arguments @ ..] => postgres::run(program, arguments),
        ["ci"] => ci::run(),
        ["clients"] => clients::run(),
        ["conformance", arguments @ ..] => conformance::run(arguments),
        ["bench", sections @ ..] => bench::run(sections),
        ["soak", "server", arguments @ ..] => soak::server(arguments),
        ["package"] => package::run(package::Depth::Build),
        ["package", "--list"] => package::run(package::Depth::List),
        ["fuzz", arguments @ ..] => fuzz::run(arguments),
        ["picture"] => picture::run(),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(USAGE.into()),
    }
}
