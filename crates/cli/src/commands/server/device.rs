//! `quell server device`.

use quell::MachineId;
use quell_server::admin::{Admin, AdminError, MachineSummary};
use quell_server::core::Tag;
use quell_server::store::record::CloneRecord;
use quell_terminal::{Consent, Exit, Failure, Format, Question, Span, Table};
use serde::Serialize;

use super::{cannot, token};

/// What to do with devices.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the enrolled devices
    List,
    /// Show all that is known of a device, with every protection that is off on it
    Show {
        /// The device's machine id or DNS name
        machine: String,
    },
    /// Make a token with which devices enrol, which is shown once; list or revoke those that were made
    EnrolToken(token::Arguments),
    /// Have a device make itself a new key
    RotateKey {
        /// The device's machine id
        machine_id: MachineId,
    },
    /// Let a device that was installed anew enrol again under its id, once
    AllowReenrol {
        /// The device's machine id
        machine_id: MachineId,
        /// For how long
        #[arg(long, value_name = "TIME", default_value = "24h")]
        expires_in: Span,
        #[command(flatten)]
        consent: Consent,
    },
    /// Say that of two devices which shared one identity only one is left
    Settle {
        /// The device's machine id
        machine_id: MachineId,
        #[command(flatten)]
        consent: Consent,
    },
    /// Give a device tags, by which it is found, and take tags from it
    Tag {
        /// The device's machine id or DNS name
        machine: String,
        /// A tag that it gets; may be given several times
        #[arg(long, value_name = "TAG", required_unless_present = "remove")]
        add: Vec<Tag>,
        /// A tag that it loses; may be given several times
        #[arg(long, value_name = "TAG")]
        remove: Vec<Tag>,
    },
    /// Refuse a device from now on
    Revoke {
        /// The device's machine id
        machine_id: MachineId,
        #[command(flatten)]
        consent: Consent,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    machine_id: String,
    computer_dns_name: String,
    os_platform: String,
    agent_version: String,
    state: &'static str,
    first_seen: String,
    last_seen: String,
    degraded: Vec<String>,
    tags: Vec<String>,
    /// Where the devices called from that share this identity; absent when there is but one.
    #[serde(skip_serializing_if = "Option::is_none")]
    cloned_at: Option<Vec<String>>,
    group: Option<String>,
}

#[derive(Debug, Serialize)]
struct Many {
    devices: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Tagged<'a> {
    machine: &'a str,
    tags: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Revoked<'a> {
    machine_id: &'a MachineId,
    revoked: bool,
}

/// Does it.
pub(super) async fn run(command: &Command, admin: &Admin, format: Format) -> Result<(), Failure> {
    match command {
        Command::List => list(admin, format).await,
        Command::Show { machine } => show(machine, admin, format).await,
        Command::EnrolToken(arguments) => token::run(arguments, admin, format).await,
        Command::RotateKey { machine_id } => {
            let asked = admin.rotate_key(machine_id).await;
            said(
                asked,
                machine_id,
                "rotatesKey",
                "is told to make itself a new key",
                format,
            )
        }
        Command::AllowReenrol {
            machine_id,
            expires_in,
            consent,
        } => {
            expect_device(machine_id, admin).await?;
            let about = [format!(
                "let a system with another key take the place of device {machine_id}: what was ordered from it is given up"
            )];
            consent.or_ask(&Question::go_on(&about))?;
            let allowed = admin
                .allow_reenrolment(machine_id, expires_in.duration())
                .await;
            said(
                allowed,
                machine_id,
                "mayReenrol",
                "may enrol again with any good token",
                format,
            )
        }
        Command::Settle {
            machine_id,
            consent,
        } => {
            expect_cloned(machine_id, admin).await?;
            let about = [format!(
                "device {machine_id} is one again: the next that asks under this id gets its orders"
            )];
            consent.or_ask(&Question::go_on(&about))?;
            let settled = admin
                .settle(machine_id)
                .await
                .map_err(|error| cannot(&error))?;
            if !settled {
                return Err(not_cloned(machine_id));
            }
            said(Ok(true), machine_id, "settled", "is one again", format)
        }
        Command::Tag {
            machine,
            add,
            remove,
        } => {
            let tags = admin
                .tag(machine, add.clone(), remove.clone())
                .await
                .map_err(|error| cannot(&error))?
                .ok_or_else(|| no_device(machine))?;
            format.write(&Tagged { machine, tags }, |tagged| {
                format!("tags of {machine}: {}\n", tagged.tags.join(", "))
            })
        }
        Command::Revoke {
            machine_id,
            consent,
        } => {
            expect_device(machine_id, admin).await?;
            let about = [format!(
                "revoke device {machine_id}: it gets no orders any more"
            )];
            consent.or_ask(&Question::go_on(&about))?;
            revoke(machine_id, admin, format).await
        }
    }
}

/// What an operator's word did to a device.
fn said(
    done: Result<bool, AdminError>,
    machine_id: &MachineId,
    what: &'static str,
    sentence: &str,
    format: Format,
) -> Result<(), Failure> {
    if !done.map_err(|error| cannot(&error))? {
        return Err(no_device(machine_id.as_str()));
    }
    let told = serde_json::json!({ "machineId": machine_id, what: true });
    format.write(&told, |_| format!("device {machine_id} {sentence}\n"))
}

async fn list(admin: &Admin, format: Format) -> Result<(), Failure> {
    let devices = admin.machines().await.map_err(|error| cannot(&error))?;
    let clones = admin.clones().await.map_err(|error| cannot(&error))?;
    let devices: Vec<Listed> = devices
        .into_iter()
        .map(|device| listed(device, &clones))
        .collect();
    format.write(&Many { devices }, |many| table(&many.devices))
}

async fn show(name: &str, admin: &Admin, format: Format) -> Result<(), Failure> {
    let device = admin.machine(name).await.map_err(|error| cannot(&error))?;
    let device = device.ok_or_else(|| no_device(name))?;
    let clones = admin.clones().await.map_err(|error| cannot(&error))?;
    format.write(&listed(device, &clones), properties)
}

fn properties(device: &Listed) -> String {
    let mut table = Table::of_properties();
    for (property, value) in [
        ("machine", device.machine_id.as_str()),
        ("name", &device.computer_dns_name),
        ("group", device.group.as_deref().unwrap_or_default()),
        ("platform", &device.os_platform),
        ("agent", &device.agent_version),
        ("state", &device.state_in_words()),
        ("first seen", &device.first_seen),
        ("last seen", &device.last_seen),
    ] {
        table.row([property, value]);
    }
    let tags = device.tags.iter().map(|tag| ("tag", tag));
    let off = device.degraded.iter().map(|sentence| ("off", sentence));
    for (property, value) in tags.chain(off) {
        table.row([property, value]);
    }
    table.render("")
}

impl Listed {
    fn state_in_words(&self) -> String {
        match &self.cloned_at {
            None => self.state.to_owned(),
            Some(addresses) => format!("Cloned ({})", addresses.join(", ")),
        }
    }
}

fn table(devices: &[Listed]) -> String {
    let mut table = Table::new(&[
        "machine",
        "name",
        "group",
        "platform",
        "agent",
        "state",
        "off",
        "last seen",
    ]);
    for device in devices {
        let off = match device.degraded.len() {
            0 => String::new(),
            some => some.to_string(),
        };
        table.row([
            device.machine_id.as_str(),
            &device.computer_dns_name,
            device.group.as_deref().unwrap_or_default(),
            &device.os_platform,
            &device.agent_version,
            &device.state_in_words(),
            &off,
            &device.last_seen,
        ]);
    }
    table.render("no devices")
}

fn listed(machine: MachineSummary, clones: &[CloneRecord]) -> Listed {
    let cloned = clones.iter().find(|clone| clone.machine == machine.id);
    Listed {
        cloned_at: cloned.map(|clone| clone.addresses.clone()),
        machine_id: machine.id.to_string(),
        computer_dns_name: machine.computer_dns_name,
        os_platform: machine.os_platform,
        agent_version: machine.agent_version,
        state: match (machine.revoked, cloned) {
            (true, _) => "Revoked",
            (false, Some(_)) => "Cloned",
            (false, None) => machine.health.as_str(),
        },
        first_seen: machine.first_seen.to_string(),
        last_seen: machine.last_seen.to_string(),
        degraded: machine.degraded,
        tags: machine.tags,
        group: machine.group,
    }
}

async fn revoke(machine_id: &MachineId, admin: &Admin, format: Format) -> Result<(), Failure> {
    if !admin
        .revoke(machine_id)
        .await
        .map_err(|error| cannot(&error))?
    {
        return Err(no_device(machine_id.as_str()));
    }
    let revoked = Revoked {
        machine_id,
        revoked: true,
    };
    format.write(&revoked, |_| format!("revoked device {machine_id}\n"))
}

/// Nobody is asked about a device that is not there.
async fn expect_device(machine_id: &MachineId, admin: &Admin) -> Result<(), Failure> {
    let found = admin.machine(machine_id.as_str()).await;
    let found = found.map_err(|error| cannot(&error))?;
    found
        .filter(|machine| machine.id == *machine_id)
        .map(drop)
        .ok_or_else(|| no_device(machine_id.as_str()))
}

async fn expect_cloned(machine_id: &MachineId, admin: &Admin) -> Result<(), Failure> {
    expect_device(machine_id, admin).await?;
    let clones = admin.clones().await.map_err(|error| cannot(&error))?;
    match clones.iter().any(|clone| clone.machine == *machine_id) {
        true => Ok(()),
        false => Err(not_cloned(machine_id)),
    }
}

fn not_cloned(machine_id: &MachineId) -> Failure {
    Failure::new(
        Exit::Refused,
        format!("device {machine_id} does not share its identity"),
    )
    .next("`quell server device list` shows those that do as Cloned")
}

fn no_device(name: &str) -> Failure {
    Failure::new(Exit::Refused, format!("there is no device {name}"))
        .next("`quell server device list` shows them")
}
