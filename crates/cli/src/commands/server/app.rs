//! `quell server app`.

use quell_server::admin::{Admin, ApplicationSummary, NewApplication};
use quell_terminal::{Consent, Exit, Failure, Format, Question, Table, output};
use serde::Serialize;

use super::cannot;

/// What to do with applications.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Register an application; its secret is shown once
    Add {
        /// A name for people: the requestor of its actions
        name: String,
        /// A permission, for instance Machine.StopAndQuarantine; several times for several
        #[arg(long = "permission", value_name = "NAME", required = true)]
        permissions: Vec<String>,
    },
    /// List the applications
    List,
    /// Remove an application; its tokens are refused from now on
    Remove {
        /// The application's client id
        client_id: String,
        #[command(flatten)]
        consent: Consent,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Added<'a> {
    tenant_id: &'a str,
    client_id: &'a str,
    client_secret: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    client_id: String,
    display_name: String,
    permissions: Vec<String>,
    created: String,
}

#[derive(Debug, Serialize)]
struct Many {
    applications: Vec<Listed>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Removed<'a> {
    client_id: &'a str,
    removed: bool,
}

/// Does it.
pub(super) async fn run(command: &Command, admin: &Admin, format: Format) -> Result<(), Failure> {
    match command {
        Command::Add { name, permissions } => add(name, permissions, admin, format).await,
        Command::List => list(admin, format).await,
        Command::Remove { client_id, consent } => {
            let about = [format!("remove application {client_id}")];
            consent.or_ask(&Question::go_on(&about))?;
            remove(client_id, admin, format).await
        }
    }
}

async fn add(
    name: &str,
    permissions: &[String],
    admin: &Admin,
    format: Format,
) -> Result<(), Failure> {
    let new = NewApplication {
        display_name: name.to_owned(),
        permissions: permissions.to_vec(),
    };
    let added = admin
        .add_application(new)
        .await
        .map_err(|error| cannot(&error))?;
    let shown = Added {
        tenant_id: &added.tenant_id,
        client_id: &added.client_id,
        client_secret: added.secret.expose(),
    };
    if format == Format::Json {
        return output::json(&shown);
    }
    let mut table = Table::of_properties();
    table.row(["tenant id", shown.tenant_id]);
    table.row(["client id", shown.client_id]);
    table.row(["client secret", shown.client_secret]);
    output::text(&table.render(""))?;
    output::note("The secret is shown this once. Keep it where secrets are kept.");
    Ok(())
}

async fn list(admin: &Admin, format: Format) -> Result<(), Failure> {
    let applications = admin.applications().await.map_err(|error| cannot(&error))?;
    let applications: Vec<Listed> = applications.into_iter().map(listed).collect();
    format.write(&Many { applications }, |many| table(&many.applications))
}

fn table(applications: &[Listed]) -> String {
    let mut table = Table::new(&["client id", "name", "created", "permissions"]);
    for application in applications {
        table.row([
            &application.client_id,
            &application.display_name,
            &application.created,
            &application.permissions.join(" "),
        ]);
    }
    table.render("no applications")
}

fn listed(application: ApplicationSummary) -> Listed {
    Listed {
        client_id: application.client_id,
        display_name: application.display_name,
        permissions: application.permissions,
        created: application.created.to_string(),
    }
}

async fn remove(client_id: &str, admin: &Admin, format: Format) -> Result<(), Failure> {
    if !admin
        .remove_application(client_id)
        .await
        .map_err(|error| cannot(&error))?
    {
        return Err(Failure::new(
            Exit::Refused,
            format!("there is no application {client_id}"),
        )
        .next("`quell server app list` shows them"));
    }
    let removed = Removed {
        client_id,
        removed: true,
    };
    format.write(&removed, |_| format!("removed application {client_id}\n"))
}
