//! `status`: what this agent is.

use quell_protocol::MachineFacts;
use quell_terminal::{Exit, Failure, FormatFlag, Table};
use serde::Serialize;

use super::held::Held;
use super::noted_half::NotedHalf;
use super::pause::degraded_or_paused;
use super::place::PlaceFlag;
use super::policy::{self, PolicyFlag};
use crate::causes::WithCauses;
use crate::config::{Pause, StateDir};
use crate::facilities::{Facilities, Lack};
use crate::link::{Identity, IdentityError, machine_facts};
use crate::protect::Packages;
use crate::vault::Vault;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: PlaceFlag,
    #[command(flatten)]
    policy: PolicyFlag,
    #[command(flatten)]
    format: FormatFlag,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    state_directory: String,
    /// The process id of the agent that runs on the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    running: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enrolled: Option<Enrolled>,
    /// How many there are; nothing when the vault cannot be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    vault_items: Option<usize>,
    /// Why the vault cannot be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    vault_trouble: Option<String>,
    /// Where the policy is that holds, or why none can be relied on.
    policy: String,
    /// Taken, and not in the vault; nothing when the journal cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_in_capture: Option<Vec<Held>>,
    /// Since when and why nothing is begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<Pause>,
    /// The process that speaks with the server, and what it is shut in by.
    #[serde(skip_serializing_if = "Option::is_none")]
    network_half: Option<NotedHalf>,
    /// What the kernel does not let a process of this user do, each with the reason.
    lacking: Vec<Lack>,
    /// Protections that are off for a process of this user, in words.
    degraded: Vec<String>,
    machine: MachineFacts,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Enrolled {
    machine_id: String,
    tenant_id: String,
    server: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let state = arguments.place.open()?;
    let enrolled = match Identity::load(&state) {
        Ok(identity) => Some(Enrolled {
            machine_id: identity.machine_id().to_string(),
            tenant_id: identity.tenant_id().to_owned(),
            server: identity.endpoint().to_string(),
        }),
        Err(IdentityError::NotEnrolled) => None,
        Err(error) => return Err(error.into()),
    };
    let running = state.running_agent();
    let items = Vault::open(&state.vault()).and_then(|vault| vault.list());
    let status = Status {
        state_directory: state.path().display().to_string(),
        running,
        enrolled,
        vault_items: items.as_ref().ok().map(Vec::len),
        vault_trouble: items.err().map(|error| WithCauses(&error).to_string()),
        policy: policy::described(&arguments.policy.open()),
        held_in_capture: Held::all(&state),
        paused: state.paused(),
        network_half: running.and_then(|_| NotedHalf::load(&state)),
        lacking: Facilities::of_this_process().lacking().to_vec(),
        degraded: what_is_off(&state),
        machine: machine_facts(degraded_or_paused(&state)),
    };
    arguments.format.output.write(&status, for_people)?;
    Ok(Exit::Success)
}

/// What this user cannot do, and what is not known of this machine.
fn what_is_off(state: &StateDir) -> Vec<String> {
    let packages = Packages::of_this_machine();
    packages.refresh();
    let off = degraded_or_paused(state);
    off.into_iter().chain(packages.trouble()).collect()
}

fn for_people(status: &Status) -> String {
    let mut table = Table::of_properties();
    table.row(["state directory", &status.state_directory]);
    let running = status.running.map(|pid| format!("process {pid}"));
    table.row(["running", running.as_deref().unwrap_or("no")]);
    if let Some(half) = &status.network_half {
        table.row(["network half", &half.line()]);
    }
    if let Some(pause) = &status.paused {
        let since = pause.since.map(|since| format!("since {since}"));
        table.row(["paused", since.as_deref().unwrap_or("yes")]);
    }
    match &status.enrolled {
        Some(enrolled) => {
            table.row(["server", &enrolled.server]);
            table.row(["machine", &enrolled.machine_id]);
            table.row(["tenant", &enrolled.tenant_id]);
        }
        None => table.row(["enrolled", "no"]),
    }
    if let Some(count) = status.vault_items {
        table.row(["vault items", &count.to_string()]);
    }
    if let Some(trouble) = &status.vault_trouble {
        table.row(["vault", trouble]);
    }
    for held in status.held_in_capture.iter().flatten() {
        table.row(["held in capture", &held.line()]);
    }
    table.row(["policy", &status.policy]);
    table.row(["version", &status.machine.agent_version]);
    for protection in &status.degraded {
        table.row(["off", protection]);
    }
    table.render("")
}
