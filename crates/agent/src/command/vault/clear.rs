//! What destroys, and what keeps from being destroyed: `remove`, `prune`, `hold`, `release`,
//! `rotate-key`.

use std::time::SystemTime;

use quell_model::Timestamp;
use quell_terminal::output::note;
use quell_terminal::{Consent, Exit, Failure, Format, Question, Table};
use serde::Serialize;

use super::Prune;
use super::view::{View, list_for_people};
use crate::vault::{ItemId, Removal, Rotated, Vault, VaultError, VaultLimits};

#[derive(Debug, Serialize)]
struct Removed {
    id: String,
}

pub(super) fn remove(
    vault: &Vault,
    id: ItemId,
    consent: Consent,
    format: Format,
) -> Result<Exit, Failure> {
    vault.tidy()?;
    if let Err(error @ VaultError::NotFound(_)) = vault.show(id) {
        return Err(error.into());
    }
    if vault.hold_of(id).is_some() {
        return Err(VaultError::Held(id).into());
    }
    ask(vault, &[id], "Remove it for ever?", consent)?;
    vault.remove(id, Removal::Asked, now())?;
    let removed = Removed { id: id.to_string() };
    format.write(&removed, |removed| format!("removed {}\n", removed.id))?;
    Ok(Exit::Success)
}

fn ask(vault: &Vault, ids: &[ItemId], ask: &str, consent: Consent) -> Result<(), Failure> {
    let views: Vec<View> = ids.iter().map(|id| View::of(vault, *id)).collect();
    let about = list_for_people(&views);
    let about: Vec<String> = about.lines().map(str::to_owned).collect();
    consent.or_ask(&Question {
        ask,
        ..Question::go_on(&about)
    })
}

/// An item that was pruned, or would be.
#[derive(Debug, Serialize)]
pub(super) struct Pruned {
    pub(super) id: String,
    pub(super) why: Removal,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pruning {
    dry_run: bool,
    items: Vec<Pruned>,
}

pub(super) fn prune(vault: &Vault, wanted: &Prune, format: Format) -> Result<Exit, Failure> {
    let limits = match (wanted.older_than, wanted.max_size) {
        (None, None) => VaultLimits {
            retention: vault
                .limits()
                .retention
                .or(Some(VaultLimits::USUAL_RETENTION)),
            size: None,
        },
        (older_than, size) => VaultLimits {
            retention: older_than.map(|span| span.duration()),
            size,
        },
    };
    let now = now();
    let mut expendable = vault.expendable(limits, now)?;
    if !wanted.dry_run && !expendable.is_empty() {
        let ids: Vec<ItemId> = expendable.iter().map(|(id, _)| *id).collect();
        ask(vault, &ids, "Remove them for ever?", wanted.consent)?;
        vault.tidy()?;
        expendable = remove_all(vault, expendable, now)?;
    }
    let pruned = |(id, why): (ItemId, Removal)| Pruned {
        id: id.to_string(),
        why,
    };
    let pruning = Pruning {
        dry_run: wanted.dry_run,
        items: expendable.into_iter().map(pruned).collect(),
    };
    format.write(&pruning, |pruning| {
        pruned_for_people(&pruning.items, pruning.dry_run)
    })?;
    Ok(Exit::Success)
}

/// Removes what can be removed; answers that. What somebody held, reads or removed since it was looked
/// at is told.
fn remove_all(
    vault: &Vault,
    items: Vec<(ItemId, Removal)>,
    now: Timestamp,
) -> Result<Vec<(ItemId, Removal)>, VaultError> {
    let mut removed = Vec::new();
    for (id, why) in items {
        match vault.remove(id, why, now) {
            Ok(()) => removed.push((id, why)),
            Err(error @ (VaultError::NotFound(_) | VaultError::Held(_) | VaultError::InUse(_))) => {
                note(&format!("note: {error}"));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(removed)
}

pub(super) fn pruned_for_people(items: &[Pruned], dry_run: bool) -> String {
    let heading = if dry_run {
        "would be removed"
    } else {
        "removed"
    };
    let mut table = Table::new(&[heading, "because"]);
    for item in items {
        let why = match item.why {
            Removal::Asked => "somebody asked for it",
            Removal::Expired => "it was kept for as long as items are kept",
            Removal::TooMuch => "the vault holds more than it should",
        };
        table.row([&item.id, why]);
    }
    table.render("nothing to remove")
}

#[derive(Debug, Serialize)]
struct HoldView {
    id: String,
    held: bool,
}

pub(super) fn hold(
    vault: &Vault,
    id: ItemId,
    reason: Option<&str>,
    format: Format,
) -> Result<Exit, Failure> {
    vault.hold(id, reason, now())?;
    tell_hold(id, true, format)
}

pub(super) fn release(vault: &Vault, id: ItemId, format: Format) -> Result<Exit, Failure> {
    vault.release(id)?;
    tell_hold(id, false, format)
}

fn tell_hold(id: ItemId, held: bool, format: Format) -> Result<Exit, Failure> {
    let id = id.to_string();
    format.write(&HoldView { id, held }, |view| {
        let what = if view.held { "holding" } else { "released" };
        format!("{what} {}\n", view.id)
    })?;
    Ok(Exit::Success)
}

/// What a change of the key did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RotatedView {
    /// The public name of the new key.
    pub(super) key: String,
    pub(super) wrapped: usize,
    pub(super) keys_removed: usize,
    pub(super) failed: Vec<NotWrapped>,
}

/// An item that is still closed with an old key.
#[derive(Debug, Serialize)]
pub(super) struct NotWrapped {
    pub(super) id: String,
    pub(super) why: String,
}

impl From<Rotated> for RotatedView {
    fn from(rotated: Rotated) -> Self {
        let failed = rotated.failed.into_iter().map(|(id, error)| NotWrapped {
            id: id.to_string(),
            why: error.to_string(),
        });
        Self {
            key: rotated.key,
            wrapped: rotated.wrapped.len(),
            keys_removed: rotated.dropped,
            failed: failed.collect(),
        }
    }
}

pub(super) fn rotate_key(vault: &Vault, consent: Consent, format: Format) -> Result<Exit, Failure> {
    let about = [
        "Every item is closed with a new key, and the old one is destroyed.".to_owned(),
        "Backups and exports that only the old key opens cannot be opened after that.".to_owned(),
    ];
    consent.or_ask(&Question {
        ask: "Change the vault's key?",
        ..Question::go_on(&about)
    })?;
    vault.tidy()?;
    let view = RotatedView::from(vault.rotate_key()?);
    let is_done = view.failed.is_empty();
    format.write(&view, rotated_for_people)?;
    Ok(if is_done { Exit::Success } else { Exit::Failed })
}

pub(super) fn rotated_for_people(view: &RotatedView) -> String {
    let mut table = Table::of_properties();
    table.row(["new key", &view.key]);
    table.row(["items closed with it", &view.wrapped.to_string()]);
    table.row(["old keys destroyed", &view.keys_removed.to_string()]);
    for item in &view.failed {
        table.row(["left as it was", &format!("{}: {}", item.id, item.why)]);
    }
    table.render("")
}

fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}
