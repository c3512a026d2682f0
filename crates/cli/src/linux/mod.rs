//! What only Linux can do: the agent, and the demo and the lab, whose device it is.
//!
//! Elsewhere [`without_linux`](../without_linux.rs) has the same face and says so.

mod demo;
mod lab;
mod narrator;
mod sample;
mod stage;

use std::process::ExitCode;

use crate::perform;

/// What only Linux can do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show the main job for real, on loopback, in a temporary directory
    Demo(demo::Arguments),
    /// Keep the API running on loopback with a real device behind it, for people who write clients
    Lab(lab::Arguments),
    /// The agent of a Linux device
    Agent(quell_agent::command::Arguments),
}

/// Does nothing but wait, if this process was started as the demo's or the lab's sample.
pub(crate) fn live_as_a_sample() -> Option<ExitCode> {
    sample::is_wanted().then(sample::run)
}

/// Does it, with a log that says what `log` names.
pub(crate) fn run(command: Command, log: &str) -> ExitCode {
    match command {
        Command::Demo(_) => perform(log, demo::run()),
        Command::Lab(arguments) => perform(log, lab::run(&arguments)),
        // The agent brings a runtime and a log of its own, as in `quell-agent`.
        Command::Agent(agent) => quell_agent::command::run(agent),
    }
}
