//! `quell man`: the manual's pages, for those who make packages.

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use quell_terminal::{Exit, Failure};

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The directory to write them to
    directory: PathBuf,
}

/// Writes a page for every command to the directory's `quell`, and those of `quell agent` as `quell-agent`'s to its
/// `quell-agent`: each program's package has its own.
pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let command = crate::arguments::Arguments::command();
    let agent = command.find_subcommand("agent").cloned();
    let command = match &agent {
        Some(_) => command.mut_subcommand("agent", |agent| agent.hide(true)),
        None => command,
    };
    write(command, &arguments.directory.join("quell"))?;
    if let Some(agent) = agent {
        let agent = agent.name("quell-agent").display_name("quell-agent");
        write(agent, &arguments.directory.join("quell-agent"))?;
    }
    Ok(Exit::Success)
}

fn write(command: clap::Command, directory: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(command, directory))
        .map_err(|error| {
            Failure::fault(format!("{} cannot be written", directory.display())).because(&error)
        })
}
