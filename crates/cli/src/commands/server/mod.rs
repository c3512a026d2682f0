//! `quell server`: what an operator does on a server's store, whether or not it runs.

use quell_terminal::{Exit, Failure, FormatFlag};

mod app;
mod audit;
mod backup;
mod device;
mod group;
mod guard;
mod issuer;
mod key;
mod role;
mod tenant;
mod token;
mod user;

use std::path::{Path, PathBuf};

use crate::connection::{ServerDatabase, environment};
use quell_server::DataDir;
use quell_server::admin::{Admin, AdminError, Named};
use quell_server::store::StoreError;

/// Whom it is about.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Applications, which call the API
    App(OfTenant<app::Command>),
    /// The audit trail: who did what to which machine
    Audit(OfTenant<audit::Command>),
    /// Devices, which run the agent
    Device(OfTenant<device::Command>),
    /// Device groups, of which a machine is in one or in none
    Group(OfTenant<group::Command>),
    /// Roles: what persons may do on the machines of which device groups
    Role(OfTenant<role::Command>),
    /// Tenants, which see nothing of each other
    Tenant(OnData<tenant::Command>),
    /// Persons, who sign in with applications
    User(OfTenant<user::Command>),
    /// Copy a server's data into a file, while it runs or not
    Backup(backup::Backup),
    /// Put a backup in the place of a server's data, while it does not run
    Restore(backup::Restore),
    /// Issuers of others whose tokens are taken, Entra ID for instance
    Issuer(OfTenant<issuer::Command>),
    /// Keys that access tokens are signed with
    Key(OnData<key::Command>),
    /// Files that are not stopped unless somebody insists
    Protect(OfTenant<guard::Protect>),
    /// Hand out no orders from now on, to whoever waits for one either
    Freeze(Alone<guard::Reach>),
    /// Hand out orders again
    Thaw(Alone<guard::Reach>),
    /// Show whether orders are handed out, and how many machines and actions there are
    Status(Alone<Chosen>),
}

/// A command on a data directory.
#[derive(Debug, clap::Args)]
pub(crate) struct Alone<T: clap::Args> {
    #[command(flatten)]
    what: T,
    #[command(flatten)]
    place: Place,
}

/// Which tenant.
#[derive(Debug, clap::Args)]
pub(crate) struct Chosen {
    /// The tenant, by its id or its name; needed where there are several
    #[arg(long, value_name = "TENANT", env = "QUELL_SERVER_TENANT")]
    tenant: Option<String>,
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

/// A group of commands on one tenant of a data directory.
#[derive(Debug, clap::Args)]
pub(crate) struct OfTenant<T: clap::Subcommand> {
    #[command(flatten)]
    on: OnData<T>,
    /// The tenant, by its id or its name; needed where there are several
    #[arg(
        long,
        value_name = "TENANT",
        global = true,
        env = "QUELL_SERVER_TENANT"
    )]
    tenant: Option<String>,
}

impl<T: clap::Subcommand + Sync> OfTenant<T> {
    async fn open(&self) -> Result<Admin, Failure> {
        choose(&self.on.open().await?, self.tenant.as_deref()).await
    }
}

/// The hand on the tenant that is meant.
async fn choose(admin: &Admin, tenant: Option<&str>) -> Result<Admin, Failure> {
    let chosen = admin.of(tenant).await;
    chosen.map_err(|error| cannot(&error))
}

impl<T: clap::Subcommand + Sync> OnData<T> {
    async fn open(&self) -> Result<Admin, Failure> {
        open(self.data.as_deref(), &self.database).await
    }
}

/// Does it.
pub(crate) async fn run(command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::App(group) => {
            let admin = group.open().await?;
            app::run(&group.on.what, &admin, group.on.format.output).await?;
        }
        Command::Audit(group) if audit::needs_no_data(&group.on.what) => {
            return audit::run_without_data(&group.on.what, group.on.format.output);
        }
        Command::Audit(group) => {
            let chosen = group
                .on
                .open()
                .await?
                .of_trail(group.tenant.as_deref())
                .await;
            let admin = chosen.map_err(|error| cannot(&error))?;
            return audit::run(&group.on.what, &admin, group.on.format.output).await;
        }
        Command::Device(group) => {
            let admin = group.open().await?;
            device::run(&group.on.what, &admin, group.on.format.output).await?;
        }
        Command::Group(group) => {
            let admin = group.open().await?;
            group::run(&group.on.what, &admin, group.on.format.output).await?;
        }
        Command::Role(group) => {
            let admin = group.open().await?;
            role::run(&group.on.what, &admin, group.on.format.output).await?;
        }
        Command::Tenant(group) => {
            let admin = group.open().await?;
            tenant::run(&group.what, &admin, group.format.output).await?;
        }
        Command::User(group) => {
            let admin = group.open().await?;
            user::run(&group.on.what, &admin, group.on.format.output).await?;
        }
        Command::Backup(arguments) => return backup::backup(arguments).await,
        Command::Restore(arguments) => return backup::restore(arguments).await,
        Command::Issuer(group) => {
            let admin = group.open().await?;
            issuer::run(&group.on.what, &admin, group.on.format.output).await?;
        }
        Command::Key(group) => {
            let admin = group.open().await?;
            key::run(&group.what, &admin, group.format.output).await?;
        }
        Command::Protect(group) => {
            let admin = group.open().await?;
            guard::protect(&group.on.what, &admin, group.on.format.output).await?;
        }
        Command::Freeze(Alone { what, place }) => {
            let admin = place.open().await?;
            guard::freeze(what, &admin, place.format.output).await?;
        }
        Command::Thaw(Alone { what, place }) => {
            let admin = place.open().await?;
            guard::thaw(what, &admin, place.format.output).await?;
        }
        Command::Status(Alone { what, place }) => {
            let admin = choose(&place.open().await?, what.tenant.as_deref()).await?;
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
            | AdminError::CertificateOver
            | AdminError::Useless
            | AdminError::PersonName
            | AdminError::PersonTaken(_)
            | AdminError::Password
            | AdminError::SilentWitness(_)
            | AdminError::NoAddress
            | AdminError::GroupName
            | AdminError::NameTaken(_)
            | AdminError::UselessRole
            | AdminError::WhichTenant(_)
    );
    let refused = matches!(
        error,
        AdminError::Unknown(_) | AdminError::NoTenant(_) | AdminError::LastTenant
    );
    let exit = match (wrong_input, refused) {
        (true, _) => Exit::Usage,
        (false, true) => Exit::Refused,
        (false, false) => Exit::Fault,
    };
    let failure = Failure::of(exit, error);
    match advice(error) {
        Some(next) => failure.next(next),
        None => failure,
    }
}

/// What to do about a store that a newer version wrote.
pub(super) const OLDER_THAN_ITS_DATA: &str = "use the version of quell that wrote it, or put back the backup \
     from before: `quell server restore FILE --data DIR`";

/// Where to look for what was not named rightly.
const fn advice(error: &AdminError) -> Option<&'static str> {
    Some(match error {
        AdminError::Store(StoreError::TooNew { .. }) => OLDER_THAN_ITS_DATA,
        AdminError::WhichTenant(_) => "give --tenant; `quell server tenant list` shows them",
        AdminError::NoTenant(_) => "`quell server tenant list` shows them",
        AdminError::Unknown(Named::DeviceGroup(_)) => "`quell server group list` shows them",
        AdminError::Unknown(Named::Machine(_)) => "`quell server device list` shows them",
        AdminError::Unknown(Named::Role(_)) => "`quell server role list` shows them",
        AdminError::Unknown(Named::User(_)) => "`quell server user list` shows them",
        _ => return None,
    })
}
