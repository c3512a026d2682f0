//! `vault`: look at quarantined files, restore or remove them.

use std::path::PathBuf;
use std::time::SystemTime;

use quell_model::Timestamp;
use quell_terminal::output::note;
use quell_terminal::{Consent, Exit, Failure, Format, FormatFlag, Question, Table, printable};
use serde::Serialize;

use super::held::Held;
use super::place::PlaceFlag;
use crate::config::StateDir;
use crate::vault::{Destination, Item, ItemId, ItemState, Listed, Restored, Vault, VaultError};

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
        #[command(flatten)]
        consent: Consent,
    },
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let state = arguments.place.open()?;
    let vault = Vault::open(&state.vault())?;
    let format = arguments.format.output;
    match &arguments.command {
        Command::List => {
            let exit = list(&vault, format)?;
            tell_what_waits(&state);
            Ok(exit)
        }
        Command::Show { item } => show(&vault, *item, format),
        Command::Restore { item, to } => restore(&vault, *item, to.as_ref(), format),
        Command::Remove { item, consent } => remove(&vault, *item, *consent, format),
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
    let items = oldest_first(vault.list()?.into_iter().map(View::from).collect());
    let damaged = items.iter().any(|item| item.damage.is_some());
    format.write(&List { items }, |list| list_for_people(&list.items))?;
    Ok(if damaged { Exit::Failed } else { Exit::Success })
}

/// What was taken and did not fit is no item, but whoever looks for a file looks here.
fn tell_what_waits(state: &StateDir) {
    for held in Held::all(state).iter().flatten() {
        note(&format!(
            "note: not in the vault yet: {}",
            printable(&held.line())
        ));
    }
}

/// Oldest first; what does not tell its time comes last.
fn oldest_first(mut items: Vec<View>) -> Vec<View> {
    let captured = |view: &View| view.item.as_ref().map(|item| item.captured_at);
    items.sort_by_key(|view| (view.item.is_none(), captured(view)));
    items
}

fn list_for_people(items: &[View]) -> String {
    let mut table = Table::new(&["item", "state", "sha1", "bytes", "captured", "path"]);
    for view in items {
        let state = state_for_people(view);
        match &view.item {
            Some(item) => {
                let (size, captured) = (item.size.to_string(), item.captured_at.to_string());
                let path = first_path(item);
                table.row([&view.id, state, &item.sha1, &size, &captured, &path]);
            }
            None => {
                let damage = view.damage.as_deref().unwrap_or_default();
                table.row([&view.id, state, "", "", "", damage]);
            }
        }
    }
    table.render("the vault is empty")
}

fn first_path(item: &Known) -> String {
    match &item.paths[..] {
        [] => "(had been deleted while it ran)".to_owned(),
        [only] => only.display().to_owned(),
        [first, _link] => format!("{} (and 1 link)", first.display()),
        [first, links @ ..] => format!("{} (and {} links)", first.display(), links.len()),
    }
}

const fn state_for_people(view: &View) -> &'static str {
    match view.state {
        _ if view.damage.is_some() => "damaged",
        ItemState::Kept => "kept",
        ItemState::Restored { .. } => "restored",
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
    let mut table = Table::of_properties();
    table.row(["item", &view.id]);
    match view.state {
        ItemState::Kept => table.row(["state", "kept"]),
        ItemState::Restored { restored_at } => {
            table.row(["state", &format!("restored {restored_at}")]);
        }
    }
    if let Some(item) = &view.item {
        show_item(&mut table, item);
    }
    table.render("")
}

fn show_item(table: &mut Table, item: &Known) {
    table.row(["content", "whole: what was sealed can be restored"]);
    for path in &item.paths {
        table.row(["path", path.display()]);
    }
    table.row(["sha1", &item.sha1]);
    table.row(["sha256", &item.sha256]);
    table.row(["bytes", &item.size.to_string()]);
    table.row(["owner", &format!("{}:{}", item.uid, item.gid)]);
    table.row(["mode", &item.mode]);
    table.row(["modified", &item.modified.to_string()]);
    for name in &item.extended_attributes {
        table.row(["attribute", name]);
    }
    table.row(["captured", &item.captured_at.to_string()]);
    table.row(["action", &item.action_id]);
    table.row(["comment", &item.comment]);
    table.row(["requestor", item.requestor.as_deref().unwrap_or_default()]);
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

fn remove(vault: &Vault, id: ItemId, consent: Consent, format: Format) -> Result<Exit, Failure> {
    let listed = Listed {
        id,
        item: vault.show(id),
        state: vault.state(id),
    };
    if matches!(listed.item, Err(VaultError::NotFound(_))) {
        listed.item?;
    } else {
        let about = list_for_people(&[View::from(listed)]);
        let about: Vec<String> = about.lines().map(str::to_owned).collect();
        consent.or_ask(&Question {
            ask: "Remove it for ever?",
            ..Question::go_on(&about)
        })?;
    }
    vault.remove(id)?;
    let removed = Removed { id: id.to_string() };
    format.write(&removed, |removed| format!("removed {}\n", removed.id))?;
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests;
