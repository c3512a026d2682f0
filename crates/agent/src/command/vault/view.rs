//! Items as people and programs see them.

use quell_model::Timestamp;
use quell_terminal::Table;
use serde::Serialize;

use crate::vault::{Hold, Item, ItemId, ItemState, Listed, Vault};

/// An item as programs read it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct View {
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) state: ItemState,
    /// Why it is not removed for now, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hold: Option<Hold>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(super) item: Option<Known>,
    /// What is wrong with the item, if something is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) damage: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Known {
    pub(super) action_id: String,
    pub(super) sha1: String,
    pub(super) sha256: String,
    pub(super) size: u64,
    pub(super) paths: Vec<quell_protocol::WirePath>,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// In octal digits, as chmod(1) takes it.
    pub(super) mode: String,
    pub(super) modified: Timestamp,
    pub(super) accessed: Timestamp,
    /// When the inode was made. It is told only: nothing can give it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created: Option<Timestamp>,
    pub(super) extended_attributes: Vec<String>,
    /// Inode flags in the letters of chattr(1).
    pub(super) flags: String,
    /// How many names the file had, those that were not taken included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) links: Option<u64>,
    /// Bytes of data; the rest are holes.
    pub(super) data_bytes: u64,
    pub(super) comment: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) requestor: Option<String>,
    pub(super) captured_at: Timestamp,
}

#[derive(Debug, Serialize)]
pub(super) struct List {
    pub(super) items: Vec<View>,
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
            modified: moment(attributes.modified_ns),
            accessed: moment(attributes.accessed_ns),
            created: attributes.created_ns.map(moment),
            flags: flags(attributes.flags),
            links: attributes.links,
            data_bytes: match &item.data {
                Some(data) => data.iter().map(|extent| extent.1).sum(),
                None => item.size,
            },
            extended_attributes: names
                .map(|xattr| String::from_utf8_lossy(&xattr.name).into_owned())
                .collect(),
            comment: item.comment,
            requestor: item.requestor,
            captured_at: item.captured_at,
        }
    }
}

/// The API's times are in ticks of 100 ns.
fn moment(nanoseconds: i64) -> Timestamp {
    Timestamp::from_unix_ticks(nanoseconds.div_euclid(100))
}

/// The letters that chattr(1) has for the flags that people set.
fn flags(bits: u32) -> String {
    let letters = [
        (0x01, 's'),
        (0x02, 'u'),
        (0x08, 'S'),
        (0x10, 'i'),
        (0x20, 'a'),
        (0x40, 'd'),
        (0x80, 'A'),
        (0x8000, 't'),
    ];
    let set = letters.iter().filter(|(bit, _)| bits & bit != 0);
    set.map(|(_, letter)| letter).collect()
}

impl View {
    pub(super) fn of(vault: &Vault, id: ItemId) -> Self {
        Self::from(Listed {
            id,
            item: vault.show(id),
            state: vault.state(id),
            hold: vault.hold_of(id),
        })
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
            hold: listed.hold,
            item,
            damage,
        }
    }
}

/// Oldest first; what does not tell its time comes last.
pub(super) fn oldest_first(mut items: Vec<View>) -> Vec<View> {
    let captured = |view: &View| view.item.as_ref().map(|item| item.captured_at);
    items.sort_by_key(|view| (view.item.is_none(), captured(view)));
    items
}

pub(super) fn list_for_people(items: &[View]) -> String {
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

fn state_for_people(view: &View) -> &'static str {
    match view.state {
        _ if view.damage.is_some() => "damaged",
        ItemState::Kept if view.hold.is_some() => "kept, held",
        ItemState::Kept => "kept",
        ItemState::Restored { .. } if view.hold.is_some() => "restored, held",
        ItemState::Restored { .. } => "restored",
    }
}

pub(super) fn show_for_people(view: &View) -> String {
    let mut table = Table::of_properties();
    table.row(["item", &view.id]);
    match view.state {
        ItemState::Kept => table.row(["state", "kept"]),
        ItemState::Restored { restored_at } => {
            table.row(["state", &format!("restored {restored_at}")]);
        }
    }
    if let Some(hold) = &view.hold {
        let since = hold
            .since
            .map(|since| since.to_string())
            .unwrap_or_default();
        let reason = hold.reason.as_deref().unwrap_or_default();
        table.row(["held", format!("{since} {reason}").trim()]);
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
    if item.data_bytes < item.size {
        table.row(["of which data", &item.data_bytes.to_string()]);
    }
    table.row(["owner", &format!("{}:{}", item.uid, item.gid)]);
    table.row(["mode", &item.mode]);
    if !item.flags.is_empty() {
        table.row(["flags", &item.flags]);
    }
    table.row(["modified", &item.modified.to_string()]);
    table.row(["accessed", &item.accessed.to_string()]);
    if let Some(created) = item.created {
        table.row(["created", &created.to_string()]);
    }
    for name in &item.extended_attributes {
        table.row(["attribute", name]);
    }
    table.row(["captured", &item.captured_at.to_string()]);
    table.row(["action", &item.action_id]);
    table.row(["comment", &item.comment]);
    table.row(["requestor", item.requestor.as_deref().unwrap_or_default()]);
}
