//! `quell server group`.

use quell_server::admin::{Admin, DeviceGroup};
use quell_server::core::Tag;
use quell_terminal::{Consent, Failure, Format, Question, Table};
use serde::Serialize;

use super::cannot;

/// What to do with device groups.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a device group
    Add {
        /// Its name: rbacGroupName
        name: String,
        /// Devices with this tag come into it by themselves, unless they were assigned elsewhere or
        /// are in an older group
        #[arg(long, value_name = "TAG")]
        tag: Option<Tag>,
    },
    /// List the device groups
    List,
    /// Remove a device group; its devices are then where their tags put them, or in none
    Remove {
        /// Its name
        name: String,
        #[command(flatten)]
        consent: Consent,
    },
    /// Put devices into a group by hand, all of them or none of them
    Assign {
        /// The devices' machine ids or DNS names
        #[arg(required = true, value_name = "MACHINE")]
        machines: Vec<String>,
        /// The group
        #[arg(long, value_name = "GROUP", required_unless_present = "by_tags")]
        group: Option<String>,
        /// Back to where their tags put them
        #[arg(long, conflicts_with = "group")]
        by_tags: bool,
    },
}

#[derive(Debug, Serialize)]
struct Listed {
    id: i32,
    name: String,
    tag: Option<String>,
    devices: u64,
}

#[derive(Debug, Serialize)]
struct Added<'a> {
    id: i32,
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct Many {
    groups: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Removed<'a> {
    name: &'a str,
    removed: bool,
}

#[derive(Debug, Serialize)]
struct Assigned<'a> {
    group: Option<&'a str>,
    machines: &'a [String],
}

/// Does it.
pub(super) async fn run(command: &Command, admin: &Admin, format: Format) -> Result<(), Failure> {
    match command {
        Command::Add { name, tag } => {
            let added = admin.add_device_group(name, tag.clone()).await;
            let id = added.map_err(|error| cannot(&error))?.number();
            format.write(&Added { id, name }, |_| {
                format!("added device group {name} ({id})\n")
            })
        }
        Command::List => list(admin, format).await,
        Command::Remove { name, consent } => {
            let about = [format!(
                "remove device group {name}: roles reach its devices no more by it"
            )];
            consent.or_ask(&Question::go_on(&about))?;
            let removed = admin.remove_device_group(name).await;
            removed.map_err(|error| cannot(&error))?;
            let removed = Removed {
                name,
                removed: true,
            };
            format.write(&removed, |_| format!("removed device group {name}\n"))
        }
        Command::Assign {
            machines, group, ..
        } => {
            let assigned = admin.assign_group(machines.clone(), group.clone()).await;
            assigned.map_err(|error| cannot(&error))?;
            let assigned = Assigned {
                group: group.as_deref(),
                machines,
            };
            format.write(&assigned, |assigned| match assigned.group {
                Some(group) => format!("in device group {group}: {}\n", machines.join(", ")),
                None => format!("where their tags put them: {}\n", machines.join(", ")),
            })
        }
    }
}

async fn list(admin: &Admin, format: Format) -> Result<(), Failure> {
    let groups = admin.device_groups().await;
    let groups = groups.map_err(|error| cannot(&error))?;
    let groups = groups.into_iter().map(listed).collect();
    format.write(&Many { groups }, |many| {
        let mut table = Table::new(&["id", "name", "tag", "devices"]);
        for group in &many.groups {
            table.row([
                group.id.to_string().as_str(),
                &group.name,
                group.tag.as_deref().unwrap_or_default(),
                &group.devices.to_string(),
            ]);
        }
        table.render("no device groups")
    })
}

fn listed(group: DeviceGroup) -> Listed {
    Listed {
        id: group.id.number(),
        name: group.name,
        tag: group.tag.map(|tag| tag.to_string()),
        devices: group.machines,
    }
}
