//! Giving a file back: `restore`.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use quell_model::Timestamp;
use quell_protocol::WirePath;
use quell_terminal::output::note;
use quell_terminal::{Exit, Failure, Format, printable};
use serde::Serialize;

use super::Restore;
use crate::vault::{Destination, RestoreOptions, Restored, Vault};

/// What was restored, as programs read it.
#[derive(Debug, Serialize)]
struct RestoredView {
    id: String,
    #[serde(flatten)]
    path: WirePath,
    /// The further names of the file, which it had when it was taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<WirePath>,
    /// What is not as it was before.
    notes: Vec<String>,
}

pub(super) fn restore(vault: &Vault, wanted: &Restore, format: Format) -> Result<Exit, Failure> {
    vault.tidy()?;
    let destination = match &wanted.to {
        None => Destination::Original,
        Some(path) => Destination::Elsewhere(absolute(path)?),
    };
    let options = RestoreOptions {
        destination,
        on_conflict: wanted.on_conflict.into(),
        make_parents: wanted.make_parents,
    };
    let now = Timestamp::from(SystemTime::now());
    let restored = vault.restore(wanted.item, &options, now)?;
    let Restored {
        path, links, notes, ..
    } = restored;
    let wire = |path: &PathBuf| WirePath::from_bytes(path.as_os_str().as_encoded_bytes());
    let view = RestoredView {
        id: wanted.item.to_string(),
        path: wire(&path),
        links: links.iter().map(wire).collect(),
        notes: notes.iter().map(ToString::to_string).collect(),
    };
    for text in &view.notes {
        note(&format!("note: {}", printable(text)));
    }
    format.write(&view, |view| {
        let names = std::iter::once(&view.path).chain(&view.links);
        names
            .map(|path| format!("restored {}\n", printable(path.display())))
            .collect()
    })?;
    Ok(Exit::Success)
}

/// The directory that a person's relative path starts from may itself have been reached by a link.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    if path.is_absolute() {
        return Ok(path.to_owned());
    }
    let here = std::env::current_dir();
    let here = here.map_err(|error| Failure::of(Exit::Fault, &error))?;
    Ok(here.join(path))
}
