//! `vault`: look at quarantined files, restore or remove them.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;
use std::time::SystemTime;

use quell_model::Timestamp;
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::output::{Format, FormatFlag, note, printable, table};
use super::place::PlaceFlag;
use crate::vault::{Destination, Item, ItemId, ItemState, Listed, Restored, Vault};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    place: PlaceFlag,
    #[command(flatten)]
    format: FormatFlag,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the quarantined files
    List,
    /// Show all that is known of one quarantined file
    Show {
        /// The item's id, as `vault list` shows it
        item: ItemId,
    },
    /// Put a quarantined file back where it was; never over an existing file
    ///
    /// The item stays in the vault until it is removed.
    Restore {
        /// The item's id
        item: ItemId,
        /// Restore to this path instead, mode 0600, to look at it
        #[arg(long, value_name = "PATH")]
        to: Option<PathBuf>,
    },
    /// Remove a quarantined file for ever
    Remove {
        /// The item's id
        item: ItemId,
        /// Do not ask; needed where there is no terminal to ask on
        #[arg(long, short = 'y')]
        yes: bool,
    },
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let state = arguments.place.open()?;
    let vault = Vault::open(&state.vault())?;
    let format = arguments.format.output;
    match &arguments.command {
        Command::List => list(&vault, format),
        Command::Show { item } => show(&vault, *item, format),
        Command::Restore { item, to } => restore(&vault, *item, to.as_ref(), format),
        Command::Remove { item, yes } => remove(&vault, *item, *yes, format),
    }
}

/// An item as programs read it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    id: String,
    #[serde(flatten)]
    state: ItemState,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    item: Option<Known>,
    /// What is wrong with the item, if something is.
    #[serde(skip_serializing_if = "Option::is_none")]
    damage: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Known {
    action_id: String,
    sha1: String,
    sha256: String,
    size: u64,
    paths: Vec<quell_protocol::WirePath>,
    uid: u32,
    gid: u32,
    /// In octal digits, as chmod(1) takes it.
    mode: String,
    modified: Timestamp,
    extended_attributes: Vec<String>,
    comment: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    requestor: Option<String>,
    captured_at: Timestamp,
}

#[derive(Debug, Serialize)]
struct List {
    items: Vec<View>,
}

impl From<Item> for Known {
    fn from(item: Item) -> Self {
        let attributes = item.attributes;
        let names = attributes.xattrs.iter();
        Self {
            action_id: item.action_id.to_string(),
            sha1: item.sha1.to_string(),
            sha256: item.sha256,
            size: item.size,
            paths: item.paths,
            uid: attributes.uid,
            gid: attributes.gid,
            mode: format!("{:04o}", attributes.mode),
            modified: Timestamp::from_unix_ticks(attributes.modified_ns.div_euclid(100)),
            extended_attributes: names
                .map(|xattr| String::from_utf8_lossy(&xattr.name).into_owned())
                .collect(),
            comment: item.comment,
            requestor: item.requestor,
            captured_at: item.captured_at,
        }
    }
}

impl From<Listed> for View {
    fn from(listed: Listed) -> Self {
        let (item, damage) = match listed.item {
            Ok(item) => (Some(item.into()), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Self {
            id: listed.id.to_string(),
            state: listed.state,
            item,
            damage,
        }
    }
}

fn list(vault: &Vault, format: Format) -> Result<Exit, Failure> {
    let items: Vec<View> = vault.list()?.into_iter().map(View::from).collect();
    let damaged = items.iter().any(|item| item.damage.is_some());
    format.write(&List { items }, |list| list_for_people(&list.items))?;
    Ok(if damaged { Exit::Failed } else { Exit::Success })
}

fn list_for_people(items: &[View]) -> String {
    let row = |view: &View| {
        let (sha1, size, captured, path) = match &view.item {
            Some(item) => (
                item.sha1.clone(),
                item.size.to_string(),
                item.captured_at.to_string(),
                first_path(item),
            ),
            None => (
                "-".into(),
                "-".into(),
                "-".into(),
                view.damage.clone().unwrap_or_default(),
            ),
        };
        vec![
            view.id.clone(),
            state_for_people(view),
            sha1,
            size,
            captured,
            path,
        ]
    };
    let rows: Vec<Vec<String>> = items.iter().map(row).collect();
    let headings = ["item", "state", "sha1", "bytes", "captured", "path"];
    table(&headings, &rows, "the vault is empty")
}

fn first_path(item: &Known) -> String {
    match &item.paths[..] {
        [] => "(had been deleted while it ran)".to_owned(),
        [only] => only.display().to_owned(),
        [first, links @ ..] => format!("{} (and {} links)", first.display(), links.len()),
    }
}

fn state_for_people(view: &View) -> String {
    match view.state {
        _ if view.damage.is_some() => "damaged".to_owned(),
        ItemState::Kept => "kept".to_owned(),
        ItemState::Restored { .. } => "restored".to_owned(),
    }
}

fn show(vault: &Vault, id: ItemId, format: Format) -> Result<Exit, Failure> {
    let item = vault.verify(id)?;
    let view = View::from(Listed {
        id,
        item: Ok(item),
        state: vault.state(id),
    });
    format.write(&view, show_for_people)?;
    Ok(Exit::Success)
}

fn show_for_people(view: &View) -> String {
    let mut rows = vec![vec!["item".to_owned(), view.id.clone()]];
    let mut add = |name: &str, value: String| rows.push(vec![name.to_owned(), value]);
    match view.state {
        ItemState::Kept => add("state", "kept".to_owned()),
        ItemState::Restored { restored_at } => add("state", format!("restored {restored_at}")),
    }
    if let Some(item) = &view.item {
        add(
            "content",
            "whole: what was sealed can be restored".to_owned(),
        );
        for path in &item.paths {
            add("path", path.display().to_owned());
        }
        add("sha1", item.sha1.clone());
        add("sha256", item.sha256.clone());
        add("bytes", item.size.to_string());
        add("owner", format!("{}:{}", item.uid, item.gid));
        add("mode", item.mode.clone());
        add("modified", item.modified.to_string());
        for name in &item.extended_attributes {
            add("attribute", name.clone());
        }
        add("captured", item.captured_at.to_string());
        add("action", item.action_id.clone());
        add("comment", item.comment.clone());
        add(
            "requestor",
            item.requestor.clone().unwrap_or_else(|| "-".to_owned()),
        );
    }
    table(&["property", "value"], &rows, "")
}

/// What was restored, as programs read it.
#[derive(Debug, Serialize)]
struct RestoredView {
    id: String,
    #[serde(flatten)]
    path: quell_protocol::WirePath,
    /// What is not as it was before.
    notes: Vec<String>,
}

fn restore(
    vault: &Vault,
    id: ItemId,
    to: Option<&PathBuf>,
    format: Format,
) -> Result<Exit, Failure> {
    let destination = match to {
        None => Destination::Original,
        Some(path) => Destination::Elsewhere(absolute(path)?),
    };
    let now = Timestamp::from(SystemTime::now());
    let Restored { path, notes, .. } = vault.restore(id, &destination, now)?;
    let view = RestoredView {
        id: id.to_string(),
        path: quell_protocol::WirePath::from_bytes(path.as_os_str().as_encoded_bytes()),
        notes: notes.iter().map(ToString::to_string).collect(),
    };
    for text in &view.notes {
        note(&format!("note: {}", printable(text)));
    }
    format.write(&view, |view| {
        format!("restored {}\n", printable(view.path.display()))
    })?;
    Ok(Exit::Success)
}

/// The directory that a person's relative path starts from may itself have been reached by a link.
fn absolute(path: &PathBuf) -> Result<PathBuf, Failure> {
    if path.is_absolute() {
        return Ok(path.clone());
    }
    let here = std::env::current_dir();
    let here = here.map_err(|error| Failure::of(Exit::Fault, &error))?;
    Ok(here.join(path))
}

#[derive(Debug, Serialize)]
struct Removed {
    id: String,
}

fn remove(vault: &Vault, id: ItemId, yes: bool, format: Format) -> Result<Exit, Failure> {
    let listed = Listed {
        id,
        item: vault.show(id),
        state: vault.state(id),
    };
    if matches!(listed.item, Err(crate::vault::VaultError::NotFound(_))) {
        listed.item?;
    } else if !yes {
        confirm(&View::from(listed))?;
    }
    vault.remove(id)?;
    let removed = Removed { id: id.to_string() };
    format.write(&removed, |removed| format!("removed {}\n", removed.id))?;
    Ok(Exit::Success)
}

fn confirm(view: &View) -> Result<(), Failure> {
    note(list_for_people(std::slice::from_ref(view)).trim_end());
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        let what = "nothing was removed: there is no terminal to ask on";
        return Err(Failure::new(Exit::Usage, what).next("add --yes"));
    }
    note("Remove it for ever? [y/N]");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        Err(Failure::new(
            Exit::Halted,
            "nothing was removed: not confirmed",
        ))
    }
}

#[cfg(test)]
mod tests;
