//! What became of all of them.

use quell::{Check, Comment, Sha1};
use quell_terminal::{Failure, Format, Table, output};
use serde::Serialize;

use super::Arguments;
use super::attempt::{Attempt, Fault};
use crate::commands::check;

/// The whole of it, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report<'a> {
    sha1: Sha1,
    comment: &'a Comment,
    dry_run: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    force: bool,
    results: &'a [Attempt],
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<check::Document<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unchecked: Option<Fault>,
}

impl<'a> Report<'a> {
    pub(super) const fn of(arguments: &'a Arguments, results: &'a [Attempt]) -> Self {
        Self {
            sha1: arguments.sha1,
            comment: &arguments.comment,
            dry_run: arguments.dry_run,
            force: arguments.force,
            results,
            check: None,
            unchecked: None,
        }
    }

    /// With what would be refused.
    pub(super) fn checked(self, check: &'a Check) -> Self {
        Self {
            check: Some(check::Document::of(check)),
            ..self
        }
    }

    /// With why it cannot be told what would be refused.
    pub(super) fn unchecked(self, why: Fault) -> Self {
        Self {
            unchecked: Some(why),
            ..self
        }
    }
}

/// Writes the result in the format that is wanted, and what to do next.
pub(super) fn write(
    arguments: &Arguments,
    attempts: &[Attempt],
    format: Format,
) -> Result<(), Failure> {
    if format == Format::Json {
        return output::json(&Report::of(arguments, attempts));
    }
    show(attempts)
}

/// Writes what became of them for a person, and what to do next.
pub(in crate::commands) fn show(attempts: &[Attempt]) -> Result<(), Failure> {
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
    let mut text = table.render("no machines");
    for attempt in attempts {
        if let Some(result) = &attempt.result {
            text.push_str(&format!("\n{}\n{}", attempt.machine_id, result.text()));
        }
    }
    output::text(&text)?;
    advise(attempts);
    Ok(())
}

fn advise(attempts: &[Attempt]) {
    let mut told = std::collections::HashSet::new();
    for advice in attempts.iter().filter_map(Attempt::advice) {
        if told.insert(advice) {
            output::note(&format!("next: {advice}"));
        }
    }
}
