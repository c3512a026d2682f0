//! The command line of the agent, the same in `quell-agent …` and in `quell agent …`.
//!
//! Standard output is the result and nothing else; everything that is said besides goes to standard
//! error.

mod daemon;
mod enrol;
mod failures;
mod find;
mod held;
mod log;
mod network;
mod noted_half;
mod pause;
mod place;
mod policy;
mod privileges;
mod roots;
mod run;
mod safe_stop;
mod sandbox;
mod status;
mod thaw;
mod vault;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use quell_terminal::finish;

/// What the agent is asked to do.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make this machine known to a server, with a token from there
    Enrol(enrol::Arguments),
    /// Take orders and carry them out, until told to end
    Run(run::Arguments),
    /// Say what this agent is and which protections are off
    Status(status::Arguments),
    /// Begin nothing any more, until told to resume; what is under way is finished
    Pause(pause::Pause),
    /// Go on with what waits since a pause
    Resume(pause::Resume),
    /// Find a file by its hash: the processes that execute it and the paths that hold it
    Find(find::Arguments),
    /// Let every process go on that an agent which is gone left stopped
    Thaw(thaw::Arguments),
    /// Look at what the owner of this machine allows the agent to do
    Policy(policy::Arguments),
    /// Look at quarantined files, restore or remove them
    Vault(vault::Arguments),
    /// Try what the network half must not be able to do, from where it stands
    Sandbox(sandbox::Arguments),
    /// Carry the executor's requests to the server: the agent starts this itself
    #[command(hide = true)]
    Network(network::Arguments),
}

/// Stops a file from executing on this machine and takes it away.
#[derive(Debug, Parser)]
#[command(name = "quell-agent", version, about, max_term_width = 100, after_help = AFTER_HELP)]
struct Standalone {
    #[command(flatten)]
    arguments: Arguments,
}

const AFTER_HELP: &str = "\
Exit codes:
  0 all succeeded        2 wrong usage             3 refused by a check
  4 failed               5 outcome unknown         6 not let in by the server
  8 stopped by the user  1 anything else";

/// The whole of `quell-agent`.
#[must_use]
pub fn main() -> ExitCode {
    dispatch(Standalone::parse().arguments, Vec::new())
}

/// Does what was asked, writes the result to standard output, and says how it went.
///
/// It is for a program of which all this is the subcommand `agent`: it starts itself once more, as
/// its own network half, by that name. It brings a runtime of its own, so it must not be called from
/// within one.
#[must_use]
pub fn run(arguments: Arguments) -> ExitCode {
    dispatch(arguments, vec!["agent".into()])
}

/// `before` is what stands before the agent's commands on this program's command line.
fn dispatch(arguments: Arguments, before: Vec<OsString>) -> ExitCode {
    finish(match arguments.command {
        Command::Enrol(arguments) => enrol::run(&arguments, before),
        Command::Run(arguments) => run::run(&arguments, before),
        Command::Pause(arguments) => pause::pause(&arguments),
        Command::Resume(arguments) => pause::resume(&arguments),
        Command::Network(arguments) => network::run(&arguments),
        Command::Sandbox(arguments) => sandbox::run(&arguments, before),
        Command::Status(arguments) => status::run(&arguments),
        Command::Find(arguments) => find::run(&arguments),
        Command::Thaw(arguments) => thaw::run(&arguments),
        Command::Policy(arguments) => policy::run(&arguments),
        Command::Vault(arguments) => vault::run(&arguments),
    })
}

#[cfg(test)]
mod tests;
