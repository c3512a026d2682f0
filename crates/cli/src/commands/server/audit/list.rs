//! `quell server audit list`.

use quell_server::admin::Admin;
use quell_server::core::audit::{Recorded, RecordedActor};
use quell_terminal::{Exit, Failure, Format, Table};
use serde::Serialize;

use super::Filter;
use crate::commands::server::cannot;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    filter: Filter,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

#[derive(Debug, Serialize)]
struct Many {
    entries: Vec<serde_json::Value>,
    #[serde(skip)]
    read: Vec<Recorded>,
}

/// Shows the last entries, the newest last.
pub(super) async fn run(
    arguments: &Arguments,
    admin: &Admin,
    format: Format,
) -> Result<Exit, Failure> {
    let kept = admin
        .last_entries(&arguments.filter.filter(), arguments.limit)
        .await
        .map_err(|error| cannot(&error))?;
    let json = |entry: &str| serde_json::from_str(entry).unwrap_or_default();
    let many = Many {
        entries: kept.iter().map(|kept| json(&kept.entry)).collect(),
        read: kept
            .iter()
            .filter_map(|kept| Recorded::read(&kept.entry))
            .collect(),
    };
    format.write(&many, |many| table(&many.read))?;
    Ok(Exit::Success)
}

fn table(entries: &[Recorded]) -> String {
    let mut table = Table::new(&["entry", "time", "who", "deed", "outcome", "machine", "file"]);
    for entry in entries {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        table.row([
            &entry.sequence.to_string(),
            &entry.time.to_string(),
            &who(&entry.actor),
            &entry.deed,
            &text(&entry.outcome),
            &text(&entry.machine),
            &text(&entry.sha1),
        ]);
    }
    table.render("no entries")
}

fn who(actor: &RecordedActor) -> String {
    let name = actor.name.as_ref().or(actor.id.as_ref()).cloned();
    let name = name.or_else(|| actor.uid.map(|uid| format!("uid {uid}")));
    match name {
        Some(name) => format!("{} {name}", actor.kind),
        None => actor.kind.clone(),
    }
}
