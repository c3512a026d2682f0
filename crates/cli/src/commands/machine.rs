//! `quell machine`.

use quell::{Client, Machine, MachineId};
use quell_model::{HealthStatus, properties};
use quell_terminal::{Exit, Failure, Format, Table};
use serde::Serialize;

use crate::connection::{self, Explained as _, ServiceFlags};
use crate::known;

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
    /// Only those of this health
    #[arg(long, value_name = "STATUS", ignore_case = true, value_parser = known::value::<HealthStatus>())]
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
    let connection = connection::connect(flags).await?;
    act(command, &connection.client, format)
        .await
        .map_err(|failure| failure.at(&connection.destination))?;
    Ok(Exit::Success)
}

async fn act(command: &Command, client: &Client, format: Format) -> Result<(), Failure> {
    match command {
        Command::List(which) => list(which, client, format).await,
        Command::Show { id } => {
            let machine = client.machine(id.clone()).get().await.explained()?;
            show(&machine, format)
        }
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
    let machines = query.list().await.explained()?;
    let many = Many {
        machines: &machines,
    };
    format.write(&many, |many| table(many.machines))
}

fn table(machines: &[Machine]) -> String {
    let mut table = Table::new(&[
        "machine",
        "name",
        "health",
        "platform",
        "version",
        "last seen",
    ]);
    for machine in machines {
        table.row([
            machine.id.as_str(),
            machine.computer_dns_name.as_deref().unwrap_or_default(),
            machine.health_status.as_str(),
            machine.os_platform.as_deref().unwrap_or_default(),
            machine.version.as_deref().unwrap_or_default(),
            &machine
                .last_seen
                .map_or_else(String::new, |time| time.to_string()),
        ]);
    }
    table.render("no machines")
}

fn show(machine: &Machine, format: Format) -> Result<(), Failure> {
    format.write(&One { machine }, |one| properties_of(one.machine))
}

fn properties_of(machine: &Machine) -> String {
    let mut table = Table::of_properties();
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
    for (property, value) in rows {
        if let Some(value) = value {
            table.row([property, &value]);
        }
    }
    table.render("")
}
