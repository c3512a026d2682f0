//! `quell server app`.

use std::path::{Path, PathBuf};

use quell_server::admin::{Admin, ApplicationSummary, NewApplication, NewProof};
use quell_server::core::extension::Extension;
use quell_server::secret::Secret;
use quell_terminal::{Consent, Exit, Failure, Format, Question, Table, output};
use serde::Serialize;

use super::cannot;

/// What to do with applications.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Register an application; its secret is shown once
    Add(Add),
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

/// An application to be registered.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// A name for people: the requestor of its actions
    name: String,
    /// What it may do by itself, for instance Machine.StopAndQuarantine; several times for several
    #[arg(
        long = "permission",
        value_name = "NAME",
        long_help = permission_help(),
        required_unless_present = "scopes"
    )]
    permissions: Vec<String>,
    /// What persons who sign in with it may let it do, for instance Machine.Read; several times for
    /// several
    #[arg(long = "scope", value_name = "NAME")]
    scopes: Vec<String>,
    /// Where persons come back to after they signed in; on loopback with any port
    #[arg(long = "redirect-uri", value_name = "URI", requires = "scopes")]
    redirect_uris: Vec<String>,
    /// It has no secret and acts for persons alone: a command, a page, an app on a desk
    #[arg(long, conflicts_with_all = ["permissions", "certificate"])]
    public: bool,
    /// It proves itself by the RSA key of this certificate, in PEM, instead of a secret
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
}

fn permission_help() -> String {
    let mut help = "What it may do by itself, for instance Machine.StopAndQuarantine; several times for several. \
                    Beyond Microsoft's API this server knows:"
        .to_owned();
    for extension in Extension::ALL {
        help.push_str(&format!("\n  {}: {}", extension.name, extension.about));
    }
    help
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Added<'a> {
    tenant_id: &'a str,
    client_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    client_id: String,
    display_name: String,
    permissions: Vec<String>,
    scopes: Vec<String>,
    redirect_uris: Vec<String>,
    proof: &'static str,
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
        Command::Add(new) => add(new, admin, format).await,
        Command::List => list(admin, format).await,
        Command::Remove { client_id, consent } => {
            let known = admin.applications().await.map_err(|error| cannot(&error))?;
            if !known.iter().any(|known| known.client_id == *client_id) {
                return Err(no_application(client_id));
            }
            let about = [format!("remove application {client_id}")];
            consent.or_ask(&Question::go_on(&about))?;
            remove(client_id, admin, format).await
        }
    }
}

async fn add(new: &Add, admin: &Admin, format: Format) -> Result<(), Failure> {
    let proof = match &new.certificate {
        Some(file) => certificate(file)?,
        None if new.public => NewProof::Public,
        None => NewProof::Secret,
    };
    let new = NewApplication {
        display_name: new.name.clone(),
        permissions: new.permissions.clone(),
        scopes: new.scopes.clone(),
        redirect_uris: new.redirect_uris.clone(),
        proof,
    };
    let added = admin
        .add_application(new)
        .await
        .map_err(|error| cannot(&error))?;
    let shown = Added {
        tenant_id: &added.tenant_id,
        client_id: &added.client_id,
        client_secret: added.secret.as_ref().map(Secret::expose),
    };
    if format == Format::Json {
        return output::json(&shown);
    }
    let mut table = Table::of_properties();
    table.row(["tenant id", shown.tenant_id]);
    table.row(["client id", shown.client_id]);
    if let Some(secret) = shown.client_secret {
        table.row(["client secret", secret]);
    }
    output::text(&table.render(""))?;
    if shown.client_secret.is_some() {
        output::note("The secret is shown this once. Keep it where secrets are kept.");
    }
    Ok(())
}

/// The first certificate of a file.
fn certificate(file: &Path) -> Result<NewProof, Failure> {
    let pem = std::fs::read(file).map_err(|error| {
        Failure::usage(format!("{} cannot be read", file.display())).because(&error)
    })?;
    NewProof::of_certificate_pem(&pem).map_err(|error| {
        cannot(&error).next("give the public certificate, never the key: BEGIN CERTIFICATE")
    })
}

async fn list(admin: &Admin, format: Format) -> Result<(), Failure> {
    let applications = admin.applications().await.map_err(|error| cannot(&error))?;
    let applications: Vec<Listed> = applications.into_iter().map(listed).collect();
    format.write(&Many { applications }, |many| table(&many.applications))
}

fn table(applications: &[Listed]) -> String {
    let mut table = Table::new(&[
        "client id",
        "name",
        "proof",
        "created",
        "permissions",
        "scopes",
    ]);
    for application in applications {
        table.row([
            application.client_id.as_str(),
            &application.display_name,
            application.proof,
            &application.created,
            &application.permissions.join(" "),
            &application.scopes.join(" "),
        ]);
    }
    table.render("no applications")
}

fn listed(application: ApplicationSummary) -> Listed {
    Listed {
        client_id: application.client_id,
        display_name: application.display_name,
        permissions: application.permissions,
        scopes: application.scopes,
        redirect_uris: application.redirect_uris,
        proof: application.proof,
        created: application.created.to_string(),
    }
}

async fn remove(client_id: &str, admin: &Admin, format: Format) -> Result<(), Failure> {
    if !admin
        .remove_application(client_id)
        .await
        .map_err(|error| cannot(&error))?
    {
        return Err(no_application(client_id));
    }
    let removed = Removed {
        client_id,
        removed: true,
    };
    format.write(&removed, |_| format!("removed application {client_id}\n"))
}

fn no_application(client_id: &str) -> Failure {
    Failure::new(
        Exit::Refused,
        format!("there is no application {client_id}"),
    )
    .next("`quell server app list` shows them")
}
