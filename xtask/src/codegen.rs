//! Writes everything that is generated from the contract in `docs/api`.
//!
//! The contract is read once into plain data; pure functions turn it into texts; every text ends in
//! [`ensure::contents`], which writes it or, in a check, compares it.

mod contract;
mod ensure;
mod format;
mod names;
mod reference;
mod rust;
mod served;

use std::path::{Path, PathBuf};

pub(crate) use ensure::Mode;

use crate::failure::Outcome;
use crate::workspace;
use contract::Contract;

const MODEL: &str = "crates/model/src/generated";
const SERVER: &str = "crates/server/src/generated";
const REFERENCE: &str = "docs/reference";

pub(crate) fn run(mode: Mode) -> Outcome {
    let root = workspace::root()?;
    let folder = root.join("docs/api");
    let contract = Contract::read(&folder)?;
    let generated = generated(&contract, &folder)?;
    let mut stale = Vec::new();
    for (path, contents) in &generated {
        stale.extend(ensure::contents(mode, &root, Path::new(path), contents)?);
    }
    let paths = generated
        .iter()
        .map(|(path, _)| PathBuf::from(path))
        .collect();
    for folder in [MODEL, SERVER] {
        stale.extend(ensure::no_others(mode, &root, Path::new(folder), &paths)?);
    }
    ensure::report(mode, &stale)
}

/// Every generated file: its path from the root, and its contents.
fn generated(contract: &Contract, folder: &Path) -> Outcome<Vec<(String, String)>> {
    let mut files = Vec::new();
    for (name, tokens) in rust::model(contract)? {
        files.push((format!("{MODEL}/{name}.rs"), format::rust(&name, tokens)?));
    }
    let (name, text) = rust::objects(contract)?;
    files.push((format!("{MODEL}/{name}.rs"), format::rust_text(&text)?));
    files.push((
        format!("{SERVER}/routes.rs"),
        format::rust("routes", rust::routes(contract)?)?,
    ));
    files.push((
        format!("{SERVER}/readings.rs"),
        format::rust("readings", rust::readings(contract))?,
    ));
    files.push((
        format!("{SERVER}/openapi.json"),
        served::document(contract, folder)?,
    ));
    for (name, text) in reference::pages(contract)? {
        files.push((format!("{REFERENCE}/{name}.md"), format::markdown(&text)));
    }
    Ok(files)
}
