//! `quell serve --check`: what would hold, and whether it would work.

use std::fmt::Write as _;

use quell_server::{Finding, Verdict, examine};
use quell_terminal::{Exit, Failure, Format, Table, printable};
use serde::Serialize;

use super::sources::{Holding, Settings};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    settings: Vec<Holding>,
    checks: Vec<Finding>,
    /// Whether the server would start.
    ready: bool,
}

/// Examines everything and tells of everything; ends with [`Exit::Usage`] when the server would not start.
pub(super) async fn run(settings: &Settings, format: Format) -> Result<Exit, Failure> {
    let config = settings.plan.server()?;
    let checks = examine(&config).await;
    let ready = !checks
        .iter()
        .any(|finding| finding.verdict == Verdict::Failed);
    let report = Report {
        settings: settings.holding(),
        checks,
        ready,
    };
    format.write(&report, for_people)?;
    Ok(match ready {
        true => Exit::Success,
        false => Exit::Usage,
    })
}

fn for_people(report: &Report) -> String {
    let mut settings = Table::new(&["setting", "value", "from"]);
    for held in &report.settings {
        let value = held.value.as_deref().unwrap_or_default();
        settings.row([held.name, value, &held.source]);
    }
    let mut text = format!("{}\n", settings.render("No settings."));
    for finding in &report.checks {
        let mark = match finding.verdict {
            Verdict::Passed => "ok      ",
            Verdict::Warning => "warning ",
            Verdict::Failed => "FAILED  ",
        };
        let _ = writeln!(
            text,
            "{mark}{}: {}",
            finding.what,
            printable(&finding.detail)
        );
    }
    text.push_str(match report.ready {
        true => "\nThe server can start with these settings.\n",
        false => "\nThe server would not start with these settings.\n",
    });
    text
}
