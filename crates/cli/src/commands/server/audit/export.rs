//! `quell server audit export`.

use std::path::PathBuf;
use std::time::Duration;

use quell_server::admin::{Admin, Exporting};
use quell_terminal::{Exit, Failure, Interrupt, output};

use super::Filter;
use super::head::key;
use crate::commands::server::cannot;

/// How often `--follow` looks.
const PAUSE: Duration = Duration::from_secs(1);

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    filter: Filter,
    /// Go on with new entries until interrupted
    #[arg(long)]
    follow: bool,
    /// The key that signs the end of the export, if not the data directory's
    #[arg(long, value_name = "FILE")]
    audit_key: Option<PathBuf>,
}

/// Writes the lines.
pub(super) async fn run(arguments: &Arguments, admin: &Admin) -> Result<Exit, Failure> {
    let exporting = Admin::export(arguments.filter.filter());
    let key = key(admin, arguments.audit_key.as_deref())?;
    let end = admin.trail_end().await.map_err(|error| cannot(&error))?;
    admin
        .tell_of_export(1, end.sequence)
        .await
        .map_err(|error| cannot(&error))?;
    if arguments.follow {
        return follow(admin, exporting).await;
    }
    let head = admin.head(key.as_ref()).await;
    let head = head.map_err(|error| cannot(&error))?;
    let end = admin.trail_end().await.map_err(|error| cannot(&error))?;
    let mut exporting = exporting.promising(head);
    while exporting.at() < end.sequence {
        if !write_page(admin, &mut exporting).await? {
            break;
        }
    }
    Ok(Exit::Success)
}

async fn follow(admin: &Admin, mut exporting: Exporting) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen()?;
    let mut came = Box::pin(interrupt.comes());
    loop {
        while write_page(admin, &mut exporting).await? {}
        tokio::select! {
            () = &mut came => return Ok(Exit::Success),
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// Writes the next lines; `false` when there were none.
async fn write_page(admin: &Admin, exporting: &mut Exporting) -> Result<bool, Failure> {
    let lines = admin
        .next_lines(exporting)
        .await
        .map_err(|error| cannot(&error))?;
    if lines.is_empty() {
        return Ok(false);
    }
    output::text(&(lines.join("\n") + "\n"))?;
    Ok(true)
}
