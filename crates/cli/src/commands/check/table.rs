//! A check for people: what speaks against it first, then what cannot be told, then what is in order.

use std::collections::HashSet;
use std::fmt::Write as _;

use quell::model::precondition::Verdict;
use quell::{Check, Finding, MachineId, Topic};
use quell_terminal::{Table, printable};

use crate::commands::file;

/// So many machines are named in a row; of the others there is the number.
const NAMED: usize = 3;

/// A row: what was found alike on any number of machines.
struct Row<'a> {
    finding: &'a Finding,
    machines: Vec<&'a MachineId>,
}

/// What is known of the file, the findings by subject, and why those that are not in order matter.
pub(crate) fn render(check: &Check) -> String {
    let rows = rows(check);
    let mut text = file::render(check.file(), check.statistics());
    if !text.is_empty() {
        text.push('\n');
    }
    let mut table = Table::new(&["", "subject", "finding", "machines"]);
    for row in &rows {
        table.row([
            symbol(row.finding.verdict),
            &row.finding.topic.to_string(),
            &row.finding.reason,
            &machines(check, row),
        ]);
    }
    text.push_str(&table.render("nothing was found"));
    text.push_str(&consequences(&rows));
    text.push_str(&summary(check));
    text
}

fn rows(check: &Check) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for verdict in [Verdict::Fails, Verdict::CannotBeTold, Verdict::Holds] {
        let of_verdict = |finding: &&Finding| finding.verdict == verdict;
        for finding in check.findings().iter().filter(of_verdict) {
            let like = rows.iter_mut().find(|row| is_like(row.finding, finding));
            match (like, &finding.machine) {
                (Some(row), Some(machine)) => row.machines.push(machine),
                (_, machine) => rows.push(Row {
                    finding,
                    machines: machine.iter().collect(),
                }),
            }
        }
    }
    rows
}

fn is_like(one: &Finding, other: &Finding) -> bool {
    let is_of_machines = one.machine.is_some() && other.machine.is_some();
    is_of_machines
        && (one.topic, one.verdict) == (other.topic, other.verdict)
        && one.reason == other.reason
}

/// Signs that need no color to be told apart.
const fn symbol(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fails => "✗",
        Verdict::CannotBeTold => "?",
        Verdict::Holds => "✓",
    }
}

fn machines(check: &Check, row: &Row<'_>) -> String {
    let total = check.machines().len();
    match row.machines.len() {
        0 if total == 0 => String::new(),
        0 => "all".to_owned(),
        count if count == total && total > 1 => format!("all {total}"),
        _ => named(check, &row.machines),
    }
}

fn named(check: &Check, machines: &[&MachineId]) -> String {
    let first: Vec<&str> = machines
        .iter()
        .take(NAMED)
        .map(|id| name(check, id))
        .collect();
    let first = first.join(", ");
    match machines.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

fn name<'a>(check: &'a Check, id: &'a MachineId) -> &'a str {
    let checked = check.machines().iter().find(|it| it.id == *id);
    let machine = checked.and_then(|it| it.machine.as_ref());
    let name = machine.and_then(|machine| machine.computer_dns_name.as_deref());
    name.unwrap_or(id.as_str())
}

/// How it would show, and which page says so; once for each subject.
fn consequences(rows: &[Row<'_>]) -> String {
    let mut told = HashSet::new();
    let mut text = String::new();
    let matters = rows.iter().map(|row| row.finding).filter(|finding| {
        finding.verdict != Verdict::Holds && !matches!(finding.topic, Topic::Lookup(_))
    });
    for finding in matters {
        if told.insert((finding.topic, finding.verdict)) {
            let (topic, source) = (finding.topic, finding.source);
            let _ = write!(
                text,
                "\n{} {topic}: {}\n  {}, {}\n",
                symbol(finding.verdict),
                printable(&finding.breach),
                source.title,
                source.url
            );
        }
    }
    text
}

fn summary(check: &Check) -> String {
    let total = check.machines().len();
    let clear = check.machines().iter();
    let clear = clear.filter(|it| check.is_clear_for(&it.id)).count();
    match total {
        0 => "\nthere is no machine to ask\n".to_owned(),
        _ => format!("\nnothing is known that would be refused on {clear} of {total} machine(s)\n"),
    }
}
