//! The command `quell`.

#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod confirm;
mod connection;
mod duration;
mod exit;
mod failure;
mod interrupt;
mod lifeline;
mod logging;
mod narrator;
mod output;
mod progress;
mod sample;
mod stage;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use exit::Exit;
use failure::Failure;

fn main() -> ExitCode {
    if sample::is_wanted() {
        return sample::run();
    }
    let arguments = Arguments::parse();
    logging::start(&arguments);
    match arguments.command {
        // The agent brings its own runtime and its own exit codes: the same as in `quell-agent`.
        Command::Agent(agent) => quell_agent::command::run(agent),
        command => finish(in_runtime(dispatch(command))),
    }
}

async fn dispatch(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Quarantine(it) => {
            commands::quarantine::run(&it.what, &it.service, it.format.output).await
        }
        Command::Action(it) => commands::action::run(&it.what, &it.service, it.format.output).await,
        Command::Machine(it) => {
            commands::machine::run(&it.what, &it.service, it.format.output).await
        }
        Command::Demo(_) => commands::demo::run().await.map(|()| Exit::Success),
        Command::Lab(arguments) => commands::lab::run(&arguments).await.map(|()| Exit::Success),
        Command::Serve(arguments) => commands::serve::run(&arguments)
            .await
            .map(|()| Exit::Success),
        Command::Server(command) => commands::server::run(&command)
            .await
            .map(|()| Exit::Success),
        Command::Completions(arguments) => {
            commands::completions::run(&arguments).map(|()| Exit::Success)
        }
        Command::Agent(_) => Err(Failure::fault("the agent runs outside of this runtime")),
    }
}

fn in_runtime(work: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::fault("the runtime cannot be started").because(&error))?;
    runtime.block_on(work)
}

fn finish(result: Result<Exit, Failure>) -> ExitCode {
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::note(failure.render().trim_end());
            failure.exit().into()
        }
    }
}
