//! `docs/reference`: the contract as tables that people read.

mod entities;
mod tables;

use super::contract::Contract;
use crate::failure::Outcome;

/// Pages: name without ending, and contents.
pub(super) fn pages(contract: &Contract) -> Outcome<Vec<(&'static str, String)>> {
    Ok(vec![
        ("README", index()),
        ("operations", tables::operations(contract)?),
        ("permissions", tables::permissions(contract)),
        ("limits", tables::limits(contract)),
        ("errors", tables::errors(contract)),
        ("hosts", tables::hosts(contract)),
        ("entities", entities::entities(contract)?),
        ("enumerations", entities::enumerations(contract)),
    ])
}

fn index() -> String {
    "# Reference\n\n\
     What the API says, as quell speaks it. These pages are generated from [the contract](../api/README.md).\n\n\
     - [Operations](operations.md): methods, paths, permissions, limits, what a second call does\n\
     - [Permissions](permissions.md): values, ids, and the names that portals show\n\
     - [Limits](limits.md): how often, how many, how long\n\
     - [Errors](errors.md): codes, statuses, and what a client can do\n\
     - [Hosts](hosts.md): clouds, regions, audiences, authorities\n\
     - [Entities](entities.md): every property of every object\n\
     - [Enumerations](enumerations.md): every known value\n\n\
     Beside them stand three that the code itself writes, each held by a test:\n\n\
     - [Retry](retry.md): what the SDK does after each answer and failure\n\
     - [The command](cli.md): every option of `quell`\n\
     - [Its output](output.schema.json): the JSON Schema of `--output json`"
        .to_owned()
}

/// A table of Markdown.
fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let heading = row(headings.iter().map(ToString::to_string).collect());
    let rule = row(headings.iter().map(|_| "---".to_owned()).collect());
    let body: String = rows.into_iter().map(row).collect();
    format!("{heading}{rule}{body}")
}

fn code(text: &str) -> String {
    if text.is_empty() {
        "(empty)".to_owned()
    } else {
        format!("`{text}`")
    }
}

fn codes<T: AsRef<str>>(texts: impl IntoIterator<Item = T>, separator: &str) -> String {
    texts
        .into_iter()
        .map(|text| code(text.as_ref()))
        .collect::<Vec<_>>()
        .join(separator)
}
