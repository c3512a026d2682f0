//! `quell server`: what an operator does on a server's data directory, whether or not it runs.

use quell_terminal::{Exit, Failure, FormatFlag};

mod app;
mod device;

use std::path::PathBuf;

use quell_server::admin::{Admin, AdminError};

/// Whom it is about.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Applications, which call the API
    App(OnData<app::Command>),
    /// Devices, which run the agent
    Device(OnData<device::Command>),
}

/// A group of commands on a data directory.
#[derive(Debug, clap::Args)]
pub(crate) struct OnData<T: clap::Subcommand> {
    #[command(subcommand)]
    what: T,
    /// The server's data directory
    #[arg(
        long,
        value_name = "DIR",
        global = true,
        env = "QUELL_SERVER_DATA",
        default_value = "."
    )]
    data: PathBuf,
    #[command(flatten)]
    format: FormatFlag,
}

/// Does it.
pub(crate) async fn run(command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::App(group) => {
            app::run(&group.what, &open(&group.data).await?, group.format.output).await?;
        }
        Command::Device(group) => {
            device::run(&group.what, &open(&group.data).await?, group.format.output).await?;
        }
    }
    Ok(Exit::Success)
}

async fn open(data: &std::path::Path) -> Result<Admin, Failure> {
    if !data.is_dir() {
        return Err(Failure::usage(format!("{} is no directory", data.display()))
            .next("give the server's data directory with --data, or start it once with `quell serve --data DIR`"));
    }
    Admin::open(data).await.map_err(|error| cannot(&error))
}

fn cannot(error: &AdminError) -> Failure {
    let wrong_input = matches!(
        error,
        AdminError::UnknownPermission(_)
            | AdminError::Name
            | AdminError::UselessToken
            | AdminError::NoAddress
    );
    let exit = if wrong_input {
        Exit::Usage
    } else {
        Exit::Fault
    };
    Failure::of(exit, error)
}
