//! `quell server`: what an operator does on a server's store, whether or not it runs.

use quell_terminal::{Exit, Failure, FormatFlag};

mod app;
mod audit;
mod backup;
mod device;
mod guard;
mod issuer;
mod key;
mod token;
mod user;

use std::path::{Path, PathBuf};

use crate::connection::{ServerDatabase, environment};
use quell_server::DataDir;
use quell_server::admin::{Admin, AdminError};

/// Whom it is about.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Applications, which call the API
    App(OnData<app::Command>),
    /// The audit trail: who did what to which machine
    Audit(OnData<audit::Command>),
    /// Devices, which run the agent
    Device(OnData<device::Command>),
    /// Persons, who sign in with applications
    User(OnData<user::Command>),
    /// Copy a server's data into a file, while it runs or not
    Backup(backup::Backup),
    /// Put a backup in the place of a server's data, while it does not run
    Restore(backup::Restore),
    /// Issuers of others whose tokens are taken, Entra ID for instance
    Issuer(OnData<issuer::Command>),
    /// Keys that access tokens are signed with
    Key(OnData<key::Command>),
    /// Files that are not stopped unless somebody insists
    Protect(OnData<guard::Protect>),
    /// Hand out no orders from now on, to whoever waits for one either
    Freeze(Alone<guard::Reach>),
    /// Hand out orders again
    Thaw(Alone<guard::Reach>),
    /// Show whether orders are handed out, and how many machines and actions there are
    Status(Place),
}

/// A command on a data directory.
#[derive(Debug, clap::Args)]
pub(crate) struct Alone<T: clap::Args> {
    #[command(flatten)]
    what: T,
    #[command(flatten)]
    place: Place,
}

/// Which data directory.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// The server's data directory
    #[arg(long, value_name = "DIR", env = "QUELL_SERVER_DATA")]
    data: Option<PathBuf>,
    #[command(flatten)]
    database: ServerDatabase,
    #[command(flatten)]
    format: FormatFlag,
}

impl Place {
    async fn open(&self) -> Result<Admin, Failure> {
        open(self.data.as_deref(), &self.database).await
    }
}

/// A group of commands on a data directory.
#[derive(Debug, clap::Args)]
pub(crate) struct OnData<T: clap::Subcommand> {
    #[command(subcommand)]
    what: T,
    /// The server's data directory
    #[arg(long, value_name = "DIR", global = true, env = "QUELL_SERVER_DATA")]
    data: Option<PathBuf>,
    #[command(flatten)]
    database: ServerDatabase,
    #[command(flatten)]
    format: FormatFlag,
}

impl<T: clap::Subcommand> OnData<T> {
    async fn open(&self) -> Result<Admin, Failure> {
        open(self.data.as_deref(), &self.database).await
    }
}

/// Does it.
pub(crate) async fn run(command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::App(group) => {
            let admin = group.open().await?;
            app::run(&group.what, &admin, group.format.output).await?;
        }
        Command::Audit(group) if audit::needs_no_data(&group.what) => {
            return audit::run_without_data(&group.what, group.format.output);
        }
        Command::Audit(group) => {
            let admin = group.open().await?;
            return audit::run(&group.what, &admin, group.format.output).await;
        }
        Command::Device(group) => {
            let admin = group.open().await?;
            device::run(&group.what, &admin, group.format.output).await?;
        }
        Command::User(group) => {
            let admin = group.open().await?;
            user::run(&group.what, &admin, group.format.output).await?;
        }
        Command::Backup(arguments) => return backup::backup(arguments),
        Command::Restore(arguments) => return backup::restore(arguments),
        Command::Issuer(group) => {
            let admin = group.open().await?;
            issuer::run(&group.what, &admin, group.format.output).await?;
        }
        Command::Key(group) => {
            let admin = group.open().await?;
            key::run(&group.what, &admin, group.format.output).await?;
        }
        Command::Protect(group) => {
            let admin = group.open().await?;
            guard::protect(&group.what, &admin, group.format.output).await?;
        }
        Command::Freeze(Alone { what, place }) => {
            let admin = place.open().await?;
            guard::freeze(what, &admin, place.format.output).await?;
        }
        Command::Thaw(Alone { what, place }) => {
            let admin = place.open().await?;
            guard::thaw(what, &admin, place.format.output).await?;
        }
        Command::Status(place) => {
            let admin = place.open().await?;
            guard::status(&admin, place.format.output).await?;
        }
    }
    Ok(Exit::Success)
}

/// Opens what a server has made: an application in any other directory would be known to nobody.
async fn open(data: Option<&Path>, database: &ServerDatabase) -> Result<Admin, Failure> {
    if let Some(options) = database.options(&environment)? {
        return Admin::connect(options, data)
            .await
            .map_err(|error| cannot(&error));
    }
    let data = data.ok_or_else(|| {
        Failure::usage("which server? --data is missing")
            .next("give the directory that `quell serve --data DIR` was given, or its --store")
    })?;
    if !DataDir::is_one(data) {
        return Err(
            Failure::usage(format!("{} is no server's data directory", data.display()))
                .next("start the server once with `quell serve --data DIR`"),
        );
    }
    Admin::open(data).await.map_err(|error| cannot(&error))
}

fn cannot(error: &AdminError) -> Failure {
    let wrong_input = matches!(
        error,
        AdminError::UnknownPermission(_)
            | AdminError::Name
            | AdminError::UnknownTenant(_)
            | AdminError::UselessToken
            | AdminError::ActiveKey
            | AdminError::Issuer(_)
            | AdminError::IssuerTaken(_)
            | AdminError::UnknownScope(_)
            | AdminError::RedirectUri(..)
            | AdminError::Certificate
            | AdminError::Useless
            | AdminError::PersonName
            | AdminError::PersonTaken(_)
            | AdminError::Password
            | AdminError::NoAddress
    );
    let exit = if wrong_input {
        Exit::Usage
    } else {
        Exit::Fault
    };
    Failure::of(exit, error)
}
