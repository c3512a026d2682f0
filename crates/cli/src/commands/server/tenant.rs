//! `quell server tenant`.

use quell_server::admin::{Admin, Holdings, TenantSummary};
use quell_terminal::{Consent, Exit, Failure, Format, Question, Table, output};
use serde::Serialize;

use super::cannot;

/// What to do with tenants.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a tenant
    Add {
        /// Its name for people, by which commands find it too
        name: String,
    },
    /// List the tenants
    List,
    /// Remove a tenant with its devices, applications, users and actions; its audit trail stays
    Remove {
        /// Its id or its name
        tenant: String,
        #[command(flatten)]
        consent: Consent,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Added<'a> {
    tenant_id: String,
    name: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    tenant_id: String,
    name: String,
    devices: u64,
    applications: u64,
    users: u64,
    actions: u64,
    created: String,
}

#[derive(Debug, Serialize)]
struct Many {
    tenants: Vec<Listed>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Removed {
    tenant_id: String,
    removed: bool,
}

/// Does it.
pub(super) async fn run(command: &Command, admin: &Admin, format: Format) -> Result<(), Failure> {
    match command {
        Command::Add { name } => add(name, admin, format).await,
        Command::List => list(admin, format).await,
        Command::Remove { tenant, consent } => remove(tenant, consent, admin, format).await,
    }
}

async fn add(name: &str, admin: &Admin, format: Format) -> Result<(), Failure> {
    let added = admin.add_tenant(name).await;
    let tenant_id = added.map_err(|error| cannot(&error))?.to_string();
    let added = Added { tenant_id, name };
    format.write(&added, |added| {
        let mut table = Table::of_properties();
        table.row(["tenant id", &added.tenant_id]);
        table.row(["name", added.name]);
        table.render("")
    })?;
    output::note("From now on the commands want to know which tenant: --tenant NAME");
    Ok(())
}

async fn list(admin: &Admin, format: Format) -> Result<(), Failure> {
    let tenants = admin.tenants().await.map_err(|error| cannot(&error))?;
    let tenants = tenants.into_iter().map(listed).collect();
    format.write(&Many { tenants }, |many| {
        let mut table = Table::new(&[
            "tenant id",
            "name",
            "devices",
            "applications",
            "users",
            "actions",
            "created",
        ]);
        for tenant in &many.tenants {
            table.row([
                tenant.tenant_id.as_str(),
                &tenant.name,
                &tenant.devices.to_string(),
                &tenant.applications.to_string(),
                &tenant.users.to_string(),
                &tenant.actions.to_string(),
                &tenant.created,
            ]);
        }
        table.render("no tenants")
    })
}

fn listed(tenant: TenantSummary) -> Listed {
    Listed {
        tenant_id: tenant.id.to_string(),
        name: tenant.name,
        devices: tenant.holdings.machines,
        applications: tenant.holdings.applications,
        users: tenant.holdings.people,
        actions: tenant.holdings.actions,
        created: tenant.created.to_string(),
    }
}

/// Removes an empty tenant without a question, and any other with one that says what goes with it.
async fn remove(
    named: &str,
    consent: &Consent,
    admin: &Admin,
    format: Format,
) -> Result<(), Failure> {
    let chosen = admin
        .of(Some(named))
        .await
        .map_err(|error| cannot(&error))?;
    let id = chosen.tenant_id();
    let all = admin.tenants().await.map_err(|error| cannot(&error))?;
    let known = all.iter().find(|tenant| tenant.id == id);
    let holdings = known.map(|tenant| tenant.holdings).unwrap_or_default();
    if !holdings.is_empty() {
        let about = [format!("remove tenant {named} with {}", said(holdings))];
        consent.or_ask(&Question::go_on(&about))?;
    }
    let removed = chosen.remove_tenant(holdings).await;
    if !removed.map_err(|error| cannot(&error))? {
        return Err(Failure::new(
            Exit::Refused,
            format!("tenant {named} was not removed: there is more of it than a moment ago"),
        )
        .next("look at it with `quell server tenant list`, and try again"));
    }
    let removed = Removed {
        tenant_id: id.to_string(),
        removed: true,
    };
    format.write(&removed, |_| {
        format!(
            "removed tenant {named}\n\
             Its audit trail stays: quell server audit list --tenant {id}\n"
        )
    })
}

fn said(holdings: Holdings) -> String {
    format!(
        "{} devices, {} applications, {} users and {} actions: devices get no orders any more, \
         and nothing of it comes back",
        holdings.machines, holdings.applications, holdings.people, holdings.actions
    )
}
