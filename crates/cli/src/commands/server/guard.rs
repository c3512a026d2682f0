//! `quell server freeze`, `thaw`, `status` and `protect`: what limits a mistake.

use quell::Sha1;
use quell_server::admin::Admin;
use quell_server::core::TenantId;
use quell_server::store::record::{Freeze, ProtectedFile, RunningServer};
use quell_terminal::{Consent, Exit, Failure, Format, Question, Table};
use serde::Serialize;

use super::{cannot, choose};

/// Whose machines a freeze is about.
#[derive(Debug, clap::Args)]
pub(crate) struct Reach {
    /// Only the machines of this tenant, by its id or its name [default: everybody's]
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    /// Why, for whoever looks later
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

impl Reach {
    async fn tenant(&self, admin: &Admin) -> Result<Option<TenantId>, Failure> {
        match self.tenant.as_deref() {
            None => Ok(None),
            named => Ok(Some(choose(admin, named).await?.tenant_id())),
        }
    }
}

/// What to do with protected files.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Protect {
    /// Have a file not be stopped unless the caller insists and may
    Add {
        /// The file's SHA-1
        sha1: Sha1,
        /// Why; callers are told
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
    /// List the protected files
    List,
    /// Protect a file no longer
    Remove {
        /// The file's SHA-1
        sha1: Sha1,
        #[command(flatten)]
        consent: Consent,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Frozen {
    /// Absent: everybody's machines.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<String>,
    since: String,
    reason: String,
    by: String,
}

#[derive(Debug, Serialize)]
struct Done {
    frozen: Vec<Frozen>,
}

#[derive(Debug, Serialize)]
struct Count {
    of: &'static str,
    count: u64,
}

/// A server on the data, and how many agents wait for orders at it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Running {
    since: String,
    seen: String,
    held_polls: u64,
}

#[derive(Debug, Serialize)]
struct Status {
    servers: Vec<Running>,
    frozen: Vec<Frozen>,
    machines: Vec<Count>,
    actions: Vec<Count>,
}

#[derive(Debug, Serialize)]
struct Listed {
    sha1: String,
    reason: String,
    created: String,
}

#[derive(Debug, Serialize)]
struct Many {
    files: Vec<Listed>,
}

/// Hands nothing out any more.
pub(super) async fn freeze(reach: &Reach, admin: &Admin, format: Format) -> Result<(), Failure> {
    admin
        .freeze(reach.tenant(admin).await?, reach.reason.clone())
        .await
        .map_err(|error| cannot(&error))?;
    show(admin, format).await
}

/// Hands out again.
pub(super) async fn thaw(reach: &Reach, admin: &Admin, format: Format) -> Result<(), Failure> {
    let thawed = admin
        .thaw(reach.tenant(admin).await?, reach.reason.clone())
        .await
        .map_err(|error| cannot(&error))?;
    if !thawed {
        return Err(
            Failure::new(Exit::Refused, "there is no freeze of this reach")
                .next("`quell server status` shows what is frozen"),
        );
    }
    show(admin, format).await
}

async fn show(admin: &Admin, format: Format) -> Result<(), Failure> {
    let done = Done {
        frozen: frozen(admin).await?,
    };
    format.write(&done, |done| frozen_for_people(&done.frozen))
}

/// How things stand.
pub(super) async fn status(admin: &Admin, format: Format) -> Result<(), Failure> {
    let census = admin.census().await.map_err(|error| cannot(&error))?;
    let mut machines: Vec<Count> = census
        .machines
        .iter()
        .map(|(health, count)| Count {
            of: health.as_str(),
            count: *count,
        })
        .collect();
    machines.push(Count {
        of: "Revoked",
        count: census.revoked,
    });
    machines.push(Count {
        of: "Cloned",
        count: census.cloned,
    });
    let actions = census.actions.iter().map(|(status, count)| Count {
        of: status.as_str(),
        count: *count,
    });
    let servers = admin.servers().await.map_err(|error| cannot(&error))?;
    let status = Status {
        servers: servers.iter().map(running).collect(),
        frozen: frozen(admin).await?,
        machines,
        actions: actions.collect(),
    };
    format.write(&status, status_for_people)
}

async fn frozen(admin: &Admin) -> Result<Vec<Frozen>, Failure> {
    let freezes = admin.freezes().await.map_err(|error| cannot(&error))?;
    Ok(freezes.into_iter().map(view).collect())
}

fn running(server: &RunningServer) -> Running {
    Running {
        since: server.started.to_string(),
        seen: server.seen.to_string(),
        held_polls: server.held_polls,
    }
}

fn view(freeze: Freeze) -> Frozen {
    Frozen {
        tenant_id: freeze.tenant.map(|tenant| tenant.to_string()),
        since: freeze.since.to_string(),
        reason: freeze.reason,
        by: freeze.by,
    }
}

fn frozen_for_people(frozen: &[Frozen]) -> String {
    if frozen.is_empty() {
        return "not frozen: orders are handed out\n".to_owned();
    }
    let lines = frozen.iter().map(|freeze| {
        let whose = match &freeze.tenant_id {
            None => "everybody's machines".to_owned(),
            Some(tenant) => format!("the machines of tenant {tenant}"),
        };
        let why = match freeze.reason.as_str() {
            "" => String::new(),
            reason => format!(": {reason}"),
        };
        format!(
            "FROZEN since {} by {}: {whose} get no orders{why}\n",
            freeze.since, freeze.by
        )
    });
    lines.collect()
}

fn servers_for_people(servers: &[Running]) -> String {
    if servers.is_empty() {
        return "no server runs on these data, or none has told so lately\n".to_owned();
    }
    let line = |server: &Running| {
        let waiting = match server.held_polls {
            1 => "1 agent waits".to_owned(),
            some => format!("{some} agents wait"),
        };
        format!(
            "running since {}: {waiting} for orders, as of {}\n",
            server.since, server.seen
        )
    };
    servers.iter().map(line).collect()
}

fn status_for_people(status: &Status) -> String {
    let mut table = Table::new(&["what", "state", "count"]);
    for (what, counts) in [("machines", &status.machines), ("actions", &status.actions)] {
        for count in counts {
            table.row([what, count.of, &count.count.to_string()]);
        }
    }
    format!(
        "{}{}{}",
        servers_for_people(&status.servers),
        frozen_for_people(&status.frozen),
        table.render("")
    )
}

fn not_protected(sha1: Sha1) -> Failure {
    Failure::new(Exit::Refused, format!("file {sha1} is not protected"))
        .next("`quell server protect list` shows those that are")
}

/// Does what is to be done with protected files.
pub(super) async fn protect(
    command: &Protect,
    admin: &Admin,
    format: Format,
) -> Result<(), Failure> {
    match command {
        Protect::Add { sha1, reason } => {
            let added = admin.protect(*sha1, reason.clone()).await;
            added.map_err(|error| cannot(&error))?;
        }
        Protect::List => {}
        Protect::Remove { sha1, consent } => {
            let known = admin.protected_files().await;
            let known = known.map_err(|error| cannot(&error))?;
            if !known.iter().any(|known| known.sha1 == *sha1) {
                return Err(not_protected(*sha1));
            }
            let about = [format!("protect file {sha1} no longer")];
            consent.or_ask(&Question::go_on(&about))?;
            let removed = admin.unprotect(*sha1).await;
            if !removed.map_err(|error| cannot(&error))? {
                return Err(not_protected(*sha1));
            }
        }
    }
    let files = admin
        .protected_files()
        .await
        .map_err(|error| cannot(&error))?;
    let files = files.into_iter().map(listed).collect();
    format.write(&Many { files }, |many| table(&many.files))
}

fn listed(file: ProtectedFile) -> Listed {
    Listed {
        sha1: file.sha1.to_string(),
        reason: file.reason,
        created: file.created.to_string(),
    }
}

fn table(files: &[Listed]) -> String {
    let mut table = Table::new(&["sha1", "since", "reason"]);
    for file in files {
        table.row([&file.sha1, &file.created, &file.reason]);
    }
    table.render("no protected files")
}
