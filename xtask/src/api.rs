//! `cargo xtask api`: lists the public API of the SDK's crates in `api/`, or says what changed.
//!
//! What a crate offers is whatever rustdoc sees, so rustdoc is asked, in the JSON that only its unstable
//! options give. A change to a listing is a change that users will see: a line that goes away breaks them.

mod changes;
mod listing;
mod rustdoc;

use std::path::Path;

use crate::failure::{Context as _, Outcome};
use crate::{sdk, workspace};
use changes::Changes;
pub(crate) use rustdoc::stand_in as rustdoc_stand_in;

/// What to do about listings that are not what the code says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Write,
    Check,
}

/// Writes the listings, or compares them.
///
/// # Errors
/// What failed; in a check, every change and what to do about it.
pub(crate) fn run(mode: Mode) -> Outcome {
    let root = workspace::root()?;
    let documented = rustdoc::document()?;
    let mut changed = String::new();
    for package in sdk::CRATES {
        let listing = listing::of(package, &rustdoc::json_of(&documented, package))?;
        let path = root.join("api").join(format!("{package}.txt"));
        match mode {
            Mode::Write => write(&path, &listing)?,
            Mode::Check => changed.push_str(&complaint(package, &path, &listing)?),
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{changed}\nif this is meant, run `cargo xtask api` and commit api/ with the change;\n\
         a line that goes away breaks users, so say it in CHANGELOG.md"
    )
    .into())
}

fn write(path: &Path, listing: &str) -> Outcome {
    std::fs::write(path, listing).context(path.display())
}

fn complaint(package: &str, path: &Path, listing: &str) -> Outcome<String> {
    let listed = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read.context(path.display())?,
    };
    let changes = Changes::between(&listed, listing);
    Ok(if changes.is_none() {
        String::new()
    } else {
        format!("the public API of {package} is not what api/{package}.txt lists:\n{changes}")
    })
}
