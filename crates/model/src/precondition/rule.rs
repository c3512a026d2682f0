//! A precondition as data.

use std::fmt;

use serde::Serialize;

use crate::{ActionStatus, ErrorCode};

/// What a precondition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Subject {
    /// The machine's operating system.
    Platform,
    /// The version of Windows 10.
    Version,
    /// Whether the service manages the machine.
    Onboarding,
    /// Whether the machine's record is the one to address.
    Record,
    /// Whether the machine's sensor reports.
    Health,
    /// When the machine last reported.
    LastSeen,
    /// Whether the caller may act on the machine's device group.
    DeviceGroup,
    /// The mode of the machine's antivirus.
    Antivirus,
    /// What the organization has a license for.
    Plan,
    /// The hash itself.
    Hash,
    /// Whether the machine has had the file.
    Sighting,
    /// Who signed the file.
    Signature,
    /// What the service holds the file for.
    Determination,
    /// How many have the file.
    Prevalence,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Platform => "operating system",
            Self::Version => "version",
            Self::Onboarding => "onboarding",
            Self::Record => "record",
            Self::Health => "health",
            Self::LastSeen => "last seen",
            Self::DeviceGroup => "device group",
            Self::Antivirus => "antivirus",
            Self::Plan => "plan",
            Self::Hash => "hash",
            Self::Sighting => "sighting",
            Self::Signature => "signature",
            Self::Determination => "determination",
            Self::Prevalence => "prevalence",
        })
    }
}

/// How well something is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Evidence {
    /// The page says so.
    Documented,
    /// Someone saw it and wrote it down in public.
    Reported,
    /// It follows from what is documented; nobody says it.
    Inferred,
    /// The service asks nothing of the kind: it is a caution of ours.
    Caution,
}

/// One way in which a breach shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Sign {
    /// The request is refused.
    Refused {
        /// The answer's status.
        status: u16,
        /// The answer's code.
        code: ErrorCode,
    },
    /// The request is taken, and the action ends like this.
    Ends(ActionStatus),
    /// It does not show: the action is carried out.
    Unnoticed,
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, code } => write!(f, "refused with {status} {code}"),
            Self::Ends(status) => write!(f, "taken and ends as {status}"),
            Self::Unnoticed => f.write_str("carried out all the same"),
        }
    }
}

/// A public page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Source {
    /// Its title.
    pub title: &'static str,
    /// Its address.
    pub url: &'static str,
}

impl Source {
    /// A page, for what somebody else finds beside these preconditions.
    #[must_use]
    pub const fn new(title: &'static str, url: &'static str) -> Self {
        Self { title, url }
    }
}

/// A precondition: what is asked, and what becomes of it where it is not so.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Rule {
    /// What it is about.
    pub subject: Subject,
    /// What is asked, in a sentence.
    pub requires: &'static str,
    /// How well it is known that this is asked.
    pub evidence: Evidence,
    /// The page that says so, or from which it follows.
    pub source: Source,
    /// How a breach may show; none where that is not known at all.
    pub signs: &'static [Sign],
    /// How well the signs are known.
    pub signs_evidence: Evidence,
}
