//! The command `quell`.

#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod connection;
mod ending;
mod known;
#[cfg(target_os = "linux")]
mod linux;
mod progress;
#[cfg(test)]
mod reference;
mod verbosity;
#[cfg(any(test, not(target_os = "linux")))]
mod without_linux;

use std::process::ExitCode;

use clap::Parser as _;
use quell_terminal::log::{self, LogFormat};
use quell_terminal::{Exit, Failure, finish};

use arguments::{Arguments, Command};
#[cfg(not(target_os = "linux"))]
use without_linux as linux;

fn main() -> ExitCode {
    if let Some(ended) = linux::live_as_a_sample() {
        return ended;
    }
    let Arguments { verbosity, command } = Arguments::parse();
    // A server says what it does even unasked.
    let unasked = match command {
        Command::Serve(_) => "info",
        _ => "error",
    };
    let log = verbosity.or(unasked);
    match command {
        Command::OnLinux(command) => linux::run(command, &log),
        Command::Quarantine(it) => perform(
            &log,
            commands::quarantine::run(&it.what, &it.service, it.format.output),
        ),
        Command::Check(it) => perform(
            &log,
            commands::check::run(&it.what, &it.service, it.format.output),
        ),
        Command::Action(it) => perform(
            &log,
            commands::action::run(&it.what, &it.service, it.format.output),
        ),
        Command::Machine(it) => perform(
            &log,
            commands::machine::run(&it.what, &it.service, it.format.output),
        ),
        Command::File(it) => perform(
            &log,
            commands::file::run(&it.what, &it.service, it.format.output),
        ),
        Command::Region(arguments) => perform(&log, commands::region::run(&arguments)),
        Command::Profile(command) => finish(commands::profile::run(&command)),
        Command::Serve(arguments) => perform(&log, commands::serve::run(&arguments)),
        Command::Server(command) => perform(&log, commands::server::run(&command)),
        Command::Completions(arguments) => finish(commands::completions::run(&arguments)),
    }
}

/// Runs a command to its end, with a log that says what `log` names.
fn perform(log: &str, command: impl Future<Output = Result<Exit, Failure>>) -> ExitCode {
    log::start(log, LogFormat::Text);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::fault("the runtime cannot be started").because(&error));
    finish(runtime.and_then(|runtime| runtime.block_on(command)))
}
