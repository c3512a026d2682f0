//! `quell file`.

mod document;
mod gather;
mod hash;
mod table;

use quell::{Client, Error, ErrorKind};
use quell_model::operations;
use quell_terminal::{Exit, Failure, Format};

use crate::connection::{self, ServiceFlags};
use document::Document;
use gather::gather;
use hash::FileHash;
pub(crate) use table::render;

/// What to do with files.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show what the service knows of a file, and where it is
    Show(Show),
}

/// Which file, and how much of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// SHA-1 of the file, or its SHA-256
    #[arg(value_name = "HASH")]
    hash: FileHash,
    /// Name every machine that has the file, and not only the first ten
    #[arg(long)]
    machines: bool,
}

/// Does it.
pub(crate) async fn run(
    command: &Command,
    flags: &ServiceFlags,
    format: Format,
) -> Result<Exit, Failure> {
    let connection = connection::connect(flags).await?;
    let Command::Show(which) = command;
    show(which, &connection.client, format)
        .await
        .map_err(|failure| failure.at(&connection.destination))
}

async fn show(which: &Show, client: &Client, format: Format) -> Result<Exit, Failure> {
    // Four calls at once make a large future.
    let parts = Box::pin(gather(client, &which.hash))
        .await
        .map_err(|error| nothing_told(&error, &which.hash))?;
    format.write(&Document::of(&parts), |_| {
        table::whole(&parts, which.machines)
    })?;
    Ok(Exit::Success)
}

fn nothing_told(error: &Error, hash: &FileHash) -> Failure {
    let failure = Failure::of(connection::exit_of(error), error);
    match next_step(error, hash) {
        Some(next) => failure.next(next),
        None => failure,
    }
}

/// The general advice on such errors speaks of another operation.
fn next_step(error: &Error, hash: &FileHash) -> Option<String> {
    match (error.kind(), hash) {
        (ErrorKind::Forbidden, _) => {
            let needed = operations::GET_FILE.application.iter();
            let needed: Vec<_> = needed.map(|any| any.0.join(" or ")).collect();
            Some(format!(
                "grant the application {}, and get a new token",
                needed.join(" and ")
            ))
        }
        (ErrorKind::NotFound, FileHash::Sha256(_)) => {
            let next = "try its SHA-1: by that alone the API lists machines and alerts";
            Some(next.to_owned())
        }
        (ErrorKind::NotFound, FileHash::Sha1(_)) => {
            Some("a file is known once a machine has reported it".to_owned())
        }
        _ => connection::next_step(error).map(str::to_owned),
    }
}
