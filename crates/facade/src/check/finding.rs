use std::fmt;

use quell_model::precondition::{self, Evidence, Source, Subject, Verdict};
use quell_model::{MachineId, OperationInfo};

use crate::error::{Error, one_line};

/// One thing that was looked at, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is about.
    pub topic: Topic,
    /// The machine that it holds for; `None` if it holds for all alike.
    pub machine: Option<MachineId>,
    /// Whether it speaks against the request.
    pub verdict: Verdict,
    /// What was looked at, as the service says it: `osPlatform Windows10, version 1607`.
    pub looked_at: String,
    /// Why, in words.
    pub reason: String,
    /// What is asked, in a sentence.
    pub requires: &'static str,
    /// How well it is known that this is asked.
    pub evidence: Evidence,
    /// The public page that says so, or from which it follows.
    pub source: Source,
    /// How a breach would show, in words.
    pub breach: String,
}

/// What a [`Finding`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Topic {
    /// The permissions in the token, as it says itself.
    Permission,
    /// Whether the service knows the machine.
    Machine,
    /// Whether the machine is named by what the operation takes.
    Address,
    /// Whether an open action is in the way.
    OpenAction,
    /// A precondition of the operation's.
    Precondition(Subject),
    /// A question to the service, by the operation's name, that it did not answer.
    Lookup(&'static str),
}

/// A thing to look at that the model's preconditions have no row for: what is asked, how well that is
/// known, where, and how a breach shows.
pub(super) struct Row {
    pub(super) topic: Topic,
    pub(super) requires: &'static str,
    pub(super) evidence: Evidence,
    pub(super) source: Source,
    pub(super) breach: &'static str,
}

impl Row {
    pub(super) fn found(
        self,
        verdict: Verdict,
        looked_at: impl Into<String>,
        reason: impl Into<String>,
    ) -> Finding {
        Finding {
            topic: self.topic,
            machine: None,
            verdict,
            looked_at: looked_at.into(),
            reason: reason.into(),
            requires: self.requires,
            evidence: self.evidence,
            source: self.source,
            breach: self.breach.to_owned(),
        }
    }
}

impl Finding {
    pub(super) fn of_machine(mut self, machine: &MachineId) -> Self {
        self.machine = Some(machine.clone());
        self
    }

    /// An answer that did not come.
    pub(super) fn of_lookup(operation: &'static OperationInfo, error: &Error) -> Self {
        let page = operation
            .documentation
            .unwrap_or("https://learn.microsoft.com/defender-endpoint/api/common-errors");
        let row = Row {
            topic: Topic::Lookup(operation.name),
            requires: "the service answers what the check asks",
            evidence: Evidence::Caution,
            source: Source::new(operation.summary, page),
            breach: "the request is made in ignorance of the answer",
        };
        row.found(Verdict::CannotBeTold, operation.name, in_words(error))
    }
}

impl From<precondition::Finding> for Finding {
    fn from(finding: precondition::Finding) -> Self {
        Self {
            breach: finding.breach(),
            topic: Topic::Precondition(finding.rule.subject),
            machine: None,
            verdict: finding.verdict,
            looked_at: finding.looked_at,
            reason: finding.reason,
            requires: finding.rule.requires,
            evidence: finding.rule.evidence,
            source: finding.rule.source,
        }
    }
}

/// The error and what lies below it, as one line.
pub(super) fn in_words(error: &Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let because = one_line(&error.to_string());
        if !words.ends_with(&because) {
            words = format!("{words}: {because}");
        }
        cause = error.source();
    }
    words
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permission => f.write_str("permission"),
            Self::Machine => f.write_str("machine"),
            Self::Address => f.write_str("address"),
            Self::OpenAction => f.write_str("open action"),
            Self::Precondition(subject) => subject.fmt(f),
            Self::Lookup(operation) => f.write_str(operation),
        }
    }
}

/// `fails: version: version 1607 is older than 1703`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.verdict, self.topic, self.reason)
    }
}
