//! `quell check`: what would be refused, before anything is asked for.

mod document;
mod table;

use quell::{Check, Client, Error, MachineId, Sha1};
use quell_terminal::{Exit, Failure, Format};

use crate::connection::{self, Explained as _, ServiceFlags};
pub(crate) use document::Document;
pub(crate) use table::render;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// SHA-1 of the file: 40 hexadecimal digits
    sha1: Sha1,
    /// Machine id or DNS name; without any, the machines that have the file
    #[arg(long = "machine", value_name = "ID", num_args = 1..)]
    machines: Vec<MachineId>,
}

/// Asks, by reading alone, and tells.
pub(crate) async fn run(
    arguments: &Arguments,
    flags: &ServiceFlags,
    format: Format,
) -> Result<Exit, Failure> {
    let connection = connection::connect(flags).await?;
    let check = of(&connection.client, arguments.sha1, &arguments.machines)
        .await
        .explained()
        .map_err(|failure| failure.at(&connection.destination))?;
    format.write(&Document::of(&check), |_| render(&check))?;
    Ok(exit_of(&check))
}

/// Checks the file for these machines, or for those that have it if there are none.
pub(crate) async fn of(
    client: &Client,
    sha1: Sha1,
    machines: &[MachineId],
) -> Result<Check, Error> {
    let check = client.file(sha1).check();
    let check = match machines {
        [] => check,
        named => check.on(named),
    };
    check.await
}

/// Refused if anything would be. A check that learnt nothing ends as what kept it from learning.
pub(crate) fn exit_of(check: &Check) -> Exit {
    if !check.is_clear() {
        return Exit::Refused;
    }
    let is_described = check.machines().iter().any(|it| it.machine.is_some());
    if is_described || check.file().is_some() || check.statistics().is_some() {
        return Exit::Success;
    }
    let errors = check.failed_lookups().iter().map(|failed| &failed.error);
    errors.fold(Exit::Success, |worst, error| {
        worst.worst(connection::exit_of(error))
    })
}
