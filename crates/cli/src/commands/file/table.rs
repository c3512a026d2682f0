//! A file for people.

use std::fmt::Write as _;

use quell::model::{Alert, File, InOrgFileStats, Machine};
use quell::{MachineId, Timestamp};
use quell_terminal::{Table, printable};

use super::gather::Parts;

/// So many machines, and so many alerts, are shown unless all are asked for.
const FIRST: usize = 10;

/// All parts, and a line for each that is not there.
pub(super) fn whole(parts: &Parts, every_machine: bool) -> String {
    let mut text = render(parts.file.as_ref().ok(), parts.statistics.as_ref().ok());
    if let Ok(found) = &parts.machines {
        let shown = if every_machine { found.len() } else { FIRST };
        let _ = write!(text, "\nmachines that have it: {}\n", found.len());
        text.push_str(&machines(found, shown));
    }
    if let Ok(found) = &parts.alerts {
        let _ = write!(text, "\nalerts about it: {}\n", found.len());
        text.push_str(&alerts(found));
    }
    for (place, it) in parts.missing().enumerate() {
        let gap = if place == 0 { "\n" } else { "" };
        let message = printable(&it.message());
        let _ = writeln!(text, "{gap}not told: {}: {message}", it.part);
    }
    text
}

/// What is known of the file and of how many have it; nothing if nothing is known.
pub(crate) fn render(file: Option<&File>, statistics: Option<&InOrgFileStats>) -> String {
    let mut rows = Vec::new();
    if let Some(file) = file {
        rows.extend(described(file));
    }
    if let Some(statistics) = statistics {
        if file.is_none() {
            rows.push(("sha1", Some(statistics.sha1.to_string())));
        }
        rows.extend(counted(statistics));
    }
    let worldwide = worldwide(file, statistics);
    rows.push(("worldwide", worldwide));
    let mut table = Table::of_properties();
    for (property, value) in rows {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            table.row([property, &value]);
        }
    }
    match (file, statistics) {
        (None, None) => String::new(),
        _ => table.render(""),
    }
}

type Row = (&'static str, Option<String>);

fn described(file: &File) -> [Row; 11] {
    let determination = file.determination_type.as_str();
    let value = file.determination_value.as_deref();
    let certificate = file.is_valid_certificate.map(|valid| match valid {
        true => "valid".to_owned(),
        false => "not valid".to_owned(),
    });
    [
        ("sha1", Some(file.sha1.to_string())),
        ("sha256", file.sha256.clone()),
        ("md5", file.md5.clone()),
        ("size", file.size.map(|bytes| format!("{bytes} bytes"))),
        ("type", file.file_type.clone()),
        ("product", file.file_product_name.clone()),
        ("publisher", file.file_publisher.clone()),
        ("signer", file.signer.clone()),
        ("issuer", file.issuer.clone()),
        ("certificate", certificate),
        (
            "determination",
            Some(match value.filter(|value| !value.is_empty()) {
                Some(value) => format!("{determination}, {value}"),
                None => determination.to_owned(),
            }),
        ),
    ]
}

fn counted(statistics: &InOrgFileStats) -> [Row; 2] {
    let (first, last) = (statistics.org_first_seen, statistics.org_last_seen);
    let here = sightings(statistics.machines_in_organization(), first, last);
    [
        ("names", Some(statistics.top_file_names.join(", "))),
        ("in the organization", here),
    ]
}

fn worldwide(file: Option<&File>, statistics: Option<&InOrgFileStats>) -> Option<String> {
    let of_file = file.and_then(|file| u64::try_from(file.global_prevalence?).ok());
    let count = of_file.or_else(|| statistics?.machines_globally());
    let either = |of_file: fn(&File) -> Option<Timestamp>,
                  of_statistics: fn(&InOrgFileStats) -> Option<Timestamp>| {
        let of_file = file.and_then(of_file);
        of_file.or_else(|| statistics.and_then(of_statistics))
    };
    let first = either(|it| it.global_first_observed, |it| it.global_first_observed);
    let last = either(|it| it.global_last_observed, |it| it.global_last_observed);
    sightings(count, first, last)
}

fn sightings(
    count: Option<u64>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
) -> Option<String> {
    let moment = |word: &str, moment: Option<Timestamp>| {
        let moment = moment.filter(|moment| !moment.is_never())?;
        Some(format!("{word} seen {moment}"))
    };
    let parts = [
        count.map(|count| format!("{count} machine(s)")),
        moment("first", first),
        moment("last", last),
    ];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    (!known.is_empty()).then(|| known.join(", "))
}

fn machines(found: &[Machine], shown: usize) -> String {
    let mut table = Table::new(&["machine", "name", "health", "last seen"]);
    for machine in found.iter().take(shown) {
        let last_seen = machine.last_seen.map(|time| time.to_string());
        table.row([
            machine.id.as_str(),
            machine.computer_dns_name.as_deref().unwrap_or_default(),
            machine.health_status.as_str(),
            &last_seen.unwrap_or_default(),
        ]);
    }
    let rest = found.len().saturating_sub(shown);
    match (found.len(), rest) {
        (0, _) => String::new(),
        (_, 0) => table.render(""),
        _ => format!(
            "{}and {rest} more: --machines names them\n",
            table.render("")
        ),
    }
}

fn alerts(found: &[Alert]) -> String {
    let mut table = Table::new(&["alert", "severity", "status", "title", "machine", "raised"]);
    for alert in found.iter().take(FIRST) {
        let raised = alert.alert_creation_time.map(|time| time.to_string());
        table.row([
            alert.id.as_str(),
            alert.severity.as_str(),
            alert.status.as_str(),
            alert.title.as_deref().unwrap_or_default(),
            alert.machine_id.as_ref().map_or("", MachineId::as_str),
            &raised.unwrap_or_default(),
        ]);
    }
    let rest = found.len().saturating_sub(FIRST);
    match (found.len(), rest) {
        (0, _) => String::new(),
        (_, 0) => table.render(""),
        _ => format!(
            "{}and {rest} more: --output json has them\n",
            table.render("")
        ),
    }
}
