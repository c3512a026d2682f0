//! Looking at items: `list`, `show`, `verify`.

use quell_terminal::output::note;
use quell_terminal::{Exit, Failure, Format, Table, printable};
use serde::Serialize;

use super::super::held::Held;
use super::view::{List, View, list_for_people, oldest_first, show_for_people};
use crate::config::StateDir;
use crate::vault::{ItemId, Listed, Vault};

pub(super) fn list(vault: &Vault, format: Format) -> Result<Exit, Failure> {
    let items = oldest_first(vault.list()?.into_iter().map(View::from).collect());
    let damaged = items.iter().any(|item| item.damage.is_some());
    format.write(&List { items }, |list| list_for_people(&list.items))?;
    Ok(if damaged { Exit::Failed } else { Exit::Success })
}

/// What was taken and did not fit is no item, but whoever looks for a file looks here.
pub(super) fn tell_what_waits(state: &StateDir) {
    for held in Held::all(state).iter().flatten() {
        note(&format!(
            "note: not in the vault yet: {}",
            printable(&held.line())
        ));
    }
}

pub(super) fn show(vault: &Vault, id: ItemId, format: Format) -> Result<Exit, Failure> {
    let item = vault.verify(id)?;
    let view = View::from(Listed {
        id,
        item: Ok(item),
        state: vault.state(id),
        hold: vault.hold_of(id),
    });
    format.write(&view, show_for_people)?;
    Ok(Exit::Success)
}

/// Whether an item can be restored.
#[derive(Debug, Serialize)]
pub(super) struct Verified {
    pub(super) id: String,
    pub(super) whole: bool,
    /// What is wrong with it, if something is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) damage: Option<String>,
}

#[derive(Debug, Serialize)]
struct Verification {
    items: Vec<Verified>,
}

pub(super) fn verify(vault: &Vault, ids: &[ItemId], format: Format) -> Result<Exit, Failure> {
    let ids = match ids {
        [] => vault.list()?.into_iter().map(|listed| listed.id).collect(),
        some => some.to_vec(),
    };
    let verified = |id: ItemId| {
        let damage = vault.verify(id).err().map(|error| error.to_string());
        Verified {
            id: id.to_string(),
            whole: damage.is_none(),
            damage,
        }
    };
    let items: Vec<Verified> = ids.into_iter().map(verified).collect();
    let is_whole = items.iter().all(|item| item.whole);
    format.write(&Verification { items }, |all| {
        verified_for_people(&all.items)
    })?;
    Ok(if is_whole {
        Exit::Success
    } else {
        Exit::Failed
    })
}

pub(super) fn verified_for_people(items: &[Verified]) -> String {
    let mut table = Table::new(&["item", "content"]);
    for item in items {
        table.row([&item.id, item.damage.as_deref().unwrap_or("whole")]);
    }
    table.render("the vault is empty")
}
