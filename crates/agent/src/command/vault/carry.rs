//! Carrying items elsewhere: `export`, `recover`.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use quell_protocol::WirePath;
use quell_terminal::output::note;
use quell_terminal::{Exit, Failure, Format, printable};
use serde::Serialize;

use super::give::absolute;
use super::view::{Known, View, list_for_people};
use crate::vault::{self, Form, Item, ItemId, ItemState, RecoverySecret, Vault};

/// The longest key file that is read, in bytes.
const MAX_PEM: u64 = 4096;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Exported {
    id: String,
    #[serde(flatten)]
    path: WirePath,
    encrypted: bool,
}

pub(super) fn export(
    vault: &Vault,
    id: ItemId,
    to: &Path,
    plain: bool,
    format: Format,
) -> Result<Exit, Failure> {
    let to = absolute(to)?;
    let form = if plain { Form::Plain } else { Form::Sealed };
    vault.export(id, &to, form)?;
    match form {
        Form::Plain => note(
            "warning: the file is the quarantined content itself, not encrypted: anybody who gets \
             it can run it",
        ),
        Form::Sealed if !vault.is_recoverable().unwrap_or(false) => note(
            "note: this machine has no recovery key: if the item was sealed without one, only this \
             vault's own keys open the file",
        ),
        Form::Sealed => {}
    }
    let exported = Exported {
        id: id.to_string(),
        path: WirePath::from_bytes(to.as_os_str().as_encoded_bytes()),
        encrypted: !plain,
    };
    format.write(&exported, |exported| {
        format!("exported {}\n", printable(exported.path.display()))
    })?;
    Ok(Exit::Success)
}

#[derive(Debug, Serialize)]
struct Recovered {
    #[serde(flatten)]
    to: WirePath,
    item: RecoveredItem,
}

#[derive(Debug, Serialize)]
struct RecoveredItem {
    id: String,
    #[serde(flatten)]
    known: Known,
}

pub(super) fn recover(
    recovery_key: &Path,
    file: &Path,
    to: &Path,
    format: Format,
) -> Result<Exit, Failure> {
    let secret = secret_in(recovery_key)?;
    let file = File::open(file).map_err(|error| unreadable("the exported item", &error))?;
    let to = absolute(to)?;
    let item = vault::recover(file, &secret, &to)?;
    let to = WirePath::from_bytes(to.as_os_str().as_encoded_bytes());
    match format {
        Format::Table => format.write(&to, |to| recovered_for_people(to, item))?,
        Format::Json => {
            let id = item.id.to_string();
            let known = Known::from(item);
            let item = RecoveredItem { id, known };
            format.write(&Recovered { to, item }, |_| String::new())?;
        }
    }
    Ok(Exit::Success)
}

fn recovered_for_people(to: &WirePath, item: Item) -> String {
    let view = View {
        id: item.id.to_string(),
        state: ItemState::Kept,
        hold: None,
        item: Some(item.into()),
        damage: None,
    };
    let about = list_for_people(&[view]);
    format!("recovered {}\n{about}", printable(to.display()))
}

fn secret_in(path: &Path) -> Result<RecoverySecret, Failure> {
    let mut pem = String::new();
    File::open(path)
        .and_then(|file| file.take(MAX_PEM).read_to_string(&mut pem))
        .map_err(|error| unreadable("the recovery key", &error))?;
    RecoverySecret::from_pem(&pem).map_err(|error| Failure::of(Exit::Usage, &error))
}

fn unreadable(what: &str, error: &std::io::Error) -> Failure {
    Failure::usage(format!("{what} cannot be read")).because(error)
}
