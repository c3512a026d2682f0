//! `quell machine`.

use quell::{Client, Machine, MachineId};
use quell_model::{HealthStatus, properties};
use serde::Serialize;

use crate::connection::{self, ServiceFlags};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Format, Table};

/// What to do with machines.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List machines
    List(List),
    /// Show a machine
    Show {
        /// The machine's id or DNS name
        id: MachineId,
    },
}

/// Which machines to list.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Only those whose DNS name begins so
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Only those of this health, for instance Active or Inactive
    #[arg(long, value_name = "STATUS")]
    health: Option<HealthStatus>,
    /// At most so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    top: Option<u32>,
}

#[derive(Debug, Serialize)]
struct One<'a> {
    machine: &'a Machine,
}

#[derive(Debug, Serialize)]
struct Many<'a> {
    machines: &'a [Machine],
}

/// Does it.
pub(crate) async fn run(
    command: &Command,
    flags: &ServiceFlags,
    format: Format,
) -> Result<Exit, Failure> {
    let connection = connection::connect(flags)?;
    act(command, &connection.client, format)
        .await
        .map_err(|failure| failure.at(&connection.destination))?;
    Ok(Exit::Success)
}

async fn act(command: &Command, client: &Client, format: Format) -> Result<(), Failure> {
    match command {
        Command::List(which) => list(which, client, format).await,
        Command::Show { id } => show(&client.machine(id.clone()).get().await?, format),
    }
}

async fn list(which: &List, client: &Client, format: Format) -> Result<(), Failure> {
    let mut query = client.machines();
    if let Some(top) = which.top {
        query = query.top(top);
    }
    let name = which
        .name
        .clone()
        .map(|name| properties::machine::COMPUTER_DNS_NAME.starts_with(name));
    let health = which
        .health
        .clone()
        .map(|health| properties::machine::HEALTH_STATUS.eq(health));
    let filter = match (name, health) {
        (Some(name), Some(health)) => Some(name.and(health)),
        (name, health) => name.or(health),
    };
    if let Some(filter) = filter {
        query = query.filter(filter);
    }
    let machines = query.list().await?;
    if format == Format::Json {
        return output::json(&Many {
            machines: &machines,
        });
    }
    let mut table = Table::new(&[
        "machine",
        "name",
        "health",
        "platform",
        "version",
        "last seen",
    ]);
    for machine in &machines {
        table.row([
            Some(machine.id.as_str()),
            machine.computer_dns_name.as_deref(),
            Some(machine.health_status.as_str()),
            machine.os_platform.as_deref(),
            machine.version.as_deref(),
            machine.last_seen.map(|time| time.to_string()).as_deref(),
        ]);
    }
    output::text(&table.render("no machines"))
}

fn show(machine: &Machine, format: Format) -> Result<(), Failure> {
    if format == Format::Json {
        return output::json(&One { machine });
    }
    let mut table = Table::new(&["property", "value"]);
    let rows = [
        ("id", Some(machine.id.as_str().to_owned())),
        ("name", machine.computer_dns_name.clone()),
        ("health", Some(machine.health_status.as_str().to_owned())),
        (
            "onboarding",
            Some(machine.onboarding_status.as_str().to_owned()),
        ),
        ("platform", machine.os_platform.clone()),
        ("version", machine.version.clone()),
        ("architecture", machine.os_architecture.clone()),
        ("agent", machine.agent_version.clone()),
        ("last address", machine.last_ip_address.clone()),
        (
            "first seen",
            machine.first_seen.map(|time| time.to_string()),
        ),
        ("last seen", machine.last_seen.map(|time| time.to_string())),
        (
            "risk",
            machine
                .risk_score
                .as_ref()
                .map(|risk| risk.as_str().to_owned()),
        ),
        ("device group", machine.rbac_group_name.clone()),
    ];
    for (property, value) in rows.iter().filter(|(_, value)| value.is_some()) {
        table.row([Some(*property), value.as_deref()]);
    }
    output::text(&table.render(""))
}
