//! The command `quell`.

#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod connection;
mod ending;
#[cfg(unix)]
mod hurry;
mod known;
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod linux;
mod machine_result;
mod progress;
#[cfg(test)]
mod reference;
mod verbosity;
#[cfg(any(
    test,
    not(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ))
))]
mod without_linux;

use std::process::ExitCode;

use clap::Parser as _;
use quell_terminal::log::{self, LogFormat};
use quell_terminal::{Exit, Failure, finish};

use arguments::{Arguments, Command};
use verbosity::Verbosity;
#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
use without_linux as linux;

fn main() -> ExitCode {
    if let Some(ended) = linux::live_as_a_sample() {
        return ended;
    }
    let Arguments { verbosity, command } = Arguments::parse();
    let log = verbosity.or("error");
    match command {
        Command::OnLinux(command) => linux::run(command, &log),
        Command::Quarantine(it) => perform(
            &log,
            commands::quarantine::run(&it.what, &it.service, it.format.output),
        ),
        Command::Restore(it) => perform(
            &log,
            commands::restore::run(&it.what, &it.service, it.format.output),
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
        Command::Serve(arguments) => serve(arguments, verbosity),
        Command::Server(command) => perform(&log, commands::server::run(&command)),
        Command::Man(arguments) => finish(commands::man::run(&arguments)),
        Command::Completions(arguments) => finish(commands::completions::run(&arguments)),
    }
}

/// A server's settings say how its log is written, and where its traces go.
fn serve(arguments: commands::serve::Arguments, verbosity: Verbosity) -> ExitCode {
    let served = || {
        let prepared = commands::serve::prepare(arguments)?;
        let runtime = runtime()?;
        let traces = prepared.traces(runtime.handle())?;
        let beside = traces.as_ref().map(commands::serve::Traces::layer);
        log::start_with(&prepared.log(verbosity), prepared.log_format(), beside);
        runtime.block_on(prepared.run(traces))
    };
    finish(served())
}

/// Runs a command to its end, with a log that says what `log` names.
fn perform(log: &str, command: impl Future<Output = Result<Exit, Failure>>) -> ExitCode {
    log::start(log, LogFormat::Text);
    finish(runtime().and_then(|runtime| runtime.block_on(command)))
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::fault("the runtime cannot be started").because(&error))
}
