//! What became of all of them.

use quell::{Comment, Sha1};
use quell_terminal::{Failure, Format, Table, output};
use serde::Serialize;

use super::Arguments;
use super::attempt::Attempt;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    sha1: Sha1,
    comment: &'a Comment,
    dry_run: bool,
    results: &'a [Attempt],
}

/// Writes the result in the format that is wanted, and what to do next.
pub(super) fn write(
    arguments: &Arguments,
    attempts: &[Attempt],
    format: Format,
) -> Result<(), Failure> {
    if format == Format::Json {
        return document(arguments, attempts, false);
    }
    let mut table = Table::new(&["machine", "status", "placement", "action", "remark"]);
    for attempt in attempts {
        let action = attempt.action.as_ref();
        table.row([
            attempt.machine_id.as_str(),
            action.map_or(attempt.outcome, |action| action.status.as_str()),
            attempt.placement.unwrap_or_default(),
            action.map_or("", |action| action.id.as_str()),
            &attempt.remark(),
        ]);
    }
    output::text(&table.render("no machines"))?;
    advise(attempts);
    Ok(())
}

/// Writes the document.
pub(super) fn document(
    arguments: &Arguments,
    attempts: &[Attempt],
    dry_run: bool,
) -> Result<(), Failure> {
    output::json(&Report {
        sha1: arguments.sha1,
        comment: &arguments.comment,
        dry_run,
        results: attempts,
    })
}

fn advise(attempts: &[Attempt]) {
    let mut told = std::collections::HashSet::new();
    for advice in attempts.iter().filter_map(Attempt::advice) {
        if told.insert(advice) {
            output::note(&format!("next: {advice}"));
        }
    }
}
