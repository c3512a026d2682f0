//! `network`: the network half itself. The agent starts it; for anybody else it does nothing.

use std::path::PathBuf;

use quell_terminal::{Exit, Failure, output};

use super::log::LogFlags;
use crate::network::{Attempt, Targets, attempt, serve};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The process that started this one
    #[arg(long, value_name = "PID")]
    executor: u32,
    /// Carry nothing: try this and say what came of it
    #[arg(long, value_enum, requires_all = ["identity", "vault"])]
    attempt: Option<Attempt>,
    /// The machine's identity
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// The vault
    #[arg(long, value_name = "DIR")]
    vault: Option<PathBuf>,
    #[command(flatten)]
    log: LogFlags,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    arguments.log.start();
    let Some(tried) = arguments.attempt else {
        serve(arguments.executor)?;
        return Ok(Exit::Success);
    };
    let targets = Targets {
        executor: arguments.executor,
        identity: arguments.identity.clone().unwrap_or_default(),
        vault: arguments.vault.clone().unwrap_or_default(),
    };
    let attempted = attempt(tried, &targets)
        .map_err(|error| Failure::fault("nothing was tried").because(&error))?;
    output::json(&attempted)?;
    Ok(Exit::Success)
}
