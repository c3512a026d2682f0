//! `quell server device`.

use quell::MachineId;
use quell_server::admin::{Admin, MachineSummary, NewToken};
use quell_server::core::Tag;
use quell_terminal::{Consent, Exit, Failure, Format, Question, Span, Table, output};
use serde::Serialize;

use super::cannot;

/// What to do with devices.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the enrolled devices
    List,
    /// Make a token with which devices enrol; it is shown once
    EnrolToken {
        /// Where devices reach the server, if not where it said when it started last
        #[arg(long, value_name = "URL")]
        server: Option<String>,
        /// How many devices it lets in
        #[arg(long, value_name = "N", default_value_t = 1)]
        uses: u32,
        /// How long it lets devices in
        #[arg(long, value_name = "TIME", default_value = "24h")]
        expires_in: Span,
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
struct Token<'a> {
    token: &'a str,
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
        Command::EnrolToken {
            server,
            uses,
            expires_in,
        } => {
            let new = NewToken {
                lifetime: expires_in.duration(),
                uses: *uses,
                server_url: server.clone(),
                authority: None,
            };
            enrol_token(new, admin, format).await
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
            let about = [format!(
                "revoke device {machine_id}: it gets no orders any more"
            )];
            consent.or_ask(&Question::go_on(&about))?;
            revoke(machine_id, admin, format).await
        }
    }
}

async fn enrol_token(new: NewToken, admin: &Admin, format: Format) -> Result<(), Failure> {
    let token = admin
        .enrolment_token(new)
        .await
        .map_err(|error| cannot(&error))?;
    let line = token.encode();
    if format == Format::Json {
        return output::json(&Token { token: &line });
    }
    output::text(&format!("{line}\n"))?;
    output::note("On the device: quell-agent enrol --token-file FILE   (the token is a secret)");
    Ok(())
}

async fn list(admin: &Admin, format: Format) -> Result<(), Failure> {
    let devices = admin.machines().await.map_err(|error| cannot(&error))?;
    let devices: Vec<Listed> = devices.into_iter().map(listed).collect();
    format.write(&Many { devices }, |many| table(&many.devices))
}

fn table(devices: &[Listed]) -> String {
    let mut table = Table::new(&["machine", "name", "platform", "agent", "state", "last seen"]);
    for device in devices {
        table.row([
            device.machine_id.as_str(),
            &device.computer_dns_name,
            &device.os_platform,
            &device.agent_version,
            device.state,
            &device.last_seen,
        ]);
    }
    table.render("no devices")
}

fn listed(machine: MachineSummary) -> Listed {
    Listed {
        machine_id: machine.id.to_string(),
        computer_dns_name: machine.computer_dns_name,
        os_platform: machine.os_platform,
        agent_version: machine.agent_version,
        state: if machine.revoked {
            "Revoked"
        } else {
            machine.health.as_str()
        },
        first_seen: machine.first_seen.to_string(),
        last_seen: machine.last_seen.to_string(),
        degraded: machine.degraded,
        tags: machine.tags,
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

fn no_device(name: &str) -> Failure {
    Failure::new(Exit::Refused, format!("there is no device {name}"))
        .next("`quell server device list` shows them")
}
