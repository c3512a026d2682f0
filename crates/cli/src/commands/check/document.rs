//! A check for programs.

use quell::model::precondition::{self, Evidence, Source, Verdict};
use quell::model::{File, InOrgFileStats};
use quell::{Check, Finding, MachineId, Sha1, Topic};
use serde::Serialize;

/// The whole of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document<'a> {
    sha1: Sha1,
    clear: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a File>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<&'a InOrgFileStats>,
    machines: Vec<Checked<'a>>,
    findings: Vec<Found<'a>>,
}

/// A machine.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked<'a> {
    id: &'a MachineId,
    clear: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    computer_dns_name: Option<&'a str>,
}

/// A finding.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a> {
    subject: Subject,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    machine_id: Option<&'a MachineId>,
    verdict: Verdict,
    looked_at: &'a str,
    reason: &'a str,
    requires: &'static str,
    evidence: Evidence,
    breach: &'a str,
    source: Source,
}

/// What it is about, in one word.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Subject {
    Precondition(precondition::Subject),
    Other(&'static str),
}

impl<'a> Document<'a> {
    pub(crate) fn of(check: &'a Check) -> Self {
        let machines = check.machines().iter().map(|it| Checked {
            id: &it.id,
            clear: check.is_clear_for(&it.id),
            computer_dns_name: it
                .machine
                .as_ref()
                .and_then(|machine| machine.computer_dns_name.as_deref()),
        });
        Self {
            sha1: check.sha1(),
            clear: check.is_clear(),
            file: check.file(),
            statistics: check.statistics(),
            machines: machines.collect(),
            findings: check.findings().iter().map(Found::of).collect(),
        }
    }
}

impl<'a> Found<'a> {
    fn of(finding: &'a Finding) -> Self {
        let operation = match finding.topic {
            Topic::Lookup(operation) => Some(operation),
            _ => None,
        };
        Self {
            subject: Subject::of(finding.topic),
            operation,
            machine_id: finding.machine.as_ref(),
            verdict: finding.verdict,
            looked_at: &finding.looked_at,
            reason: &finding.reason,
            requires: finding.requires,
            evidence: finding.evidence,
            breach: &finding.breach,
            source: finding.source,
        }
    }
}

impl Subject {
    const fn of(topic: Topic) -> Self {
        match topic {
            Topic::Precondition(subject) => Self::Precondition(subject),
            Topic::Permission => Self::Other("permission"),
            Topic::Machine => Self::Other("machine"),
            Topic::Address => Self::Other("address"),
            Topic::OpenAction => Self::Other("openAction"),
            Topic::Lookup(_) => Self::Other("lookup"),
            _ => Self::Other("other"),
        }
    }
}
