//! Why this machine does not do what it was ordered.

use quell_protocol::{FailureReason, Protection};

use super::radius::Measure;
use crate::counted::counted;

/// Who consents to that what is protected is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// The order insists. A server sends that only for somebody who has the permission.
    pub ordered: bool,
    /// The machine's policy obeys orders that insist.
    pub allowed: bool,
}

impl Consent {
    /// What lacks, if something does.
    #[must_use]
    pub fn lacking(self) -> Option<Lacking> {
        match (self.ordered, self.allowed) {
            (true, true) => None,
            (false, true) => Some(Lacking::Order),
            (true, false) => Some(Lacking::Policy),
            (false, false) => Some(Lacking::Both),
        }
    }
}

/// Whose consent lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// The order does not insist.
    Order,
    /// The machine's policy obeys no order that insists.
    Policy,
    /// Neither consents.
    Both,
    /// No consent would do.
    Anything,
}

impl Lacking {
    fn why(self) -> &'static str {
        match self {
            Self::Order => {
                "the order does not carry Force, which this machine's policy would honor"
            }
            Self::Policy => "the order carries Force, but this machine's policy does not honor it",
            Self::Both => {
                "the order does not carry Force, and this machine's policy would not honor it"
            }
            Self::Anything => "not even Force changes that",
        }
    }
}

/// Why this machine does not do what it was ordered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is a policy that cannot be relied on.
    #[error("this machine carries nothing out, because its policy cannot be relied on: {0}")]
    Unreliable(String),
    /// The policy broke while an action was under way.
    #[error(
        "this machine's policy cannot be relied on any more, so that what was begun is only brought to its end and \
         nothing further is touched: {0}"
    )]
    NothingFurther(String),
    /// As many orders as an hour may have were carried out.
    #[error(
        "this machine's policy allows {} an hour, and as many were carried out within the last: order again later",
        counted(*limit as usize, "action", "actions")
    )]
    TooManyActions {
        /// How many may be.
        limit: u32,
    },
    /// Nothing is touched on this machine.
    #[error("this machine's policy only lets orders be tried: nothing was touched")]
    DryRunOnly,
    /// The file is protected.
    #[error("the file is protected, {}{}; {}", protection.why(), of(package.as_ref()), lacking.why())]
    Protected {
        /// Why.
        protection: Protection,
        /// Whose file it is, where a package says so.
        package: Option<String>,
        /// What would have to be for it to be touched.
        lacking: Lacking,
    },
    /// The order would touch too much.
    #[error("the order would touch {}, and this machine's policy allows {limit}; {}", measure.counted(*found), lacking.why())]
    BlastRadius {
        /// Of what there is too much.
        measure: Measure,
        /// How many there are.
        found: usize,
        /// How many may be.
        limit: u32,
        /// What would have to be for it to be touched.
        lacking: Lacking,
    },
    /// All that is left is excluded.
    #[error(
        "{} left because this machine's policy excludes {} or another name of the same file",
        counted(*.0, "path is", "paths are"),
        if *.0 == 1 { "it" } else { "them" }
    )]
    Excluded(usize),
    /// The order would have those stopped who only use the file as a library.
    #[error(
        "{} the file as a library {} on, because this machine's policy lets no order stop such (stop-mappers); the \
         result says which",
        counted(*.0, "process that only uses", "processes that only use"),
        if *.0 == 1 { "goes" } else { "go" }
    )]
    SparesMappers(usize),
}

fn of(package: Option<&String>) -> String {
    package.map_or_else(String::new, |package| format!(" ({package})"))
}

impl Refusal {
    /// What a program decides by.
    #[must_use]
    pub fn reason(&self) -> FailureReason {
        match self {
            Self::Protected { .. } => FailureReason::Protected,
            _ => FailureReason::Policy,
        }
    }

    /// Whether it is about the order as a whole, and not only about some of the paths.
    #[must_use]
    pub fn is_grave(&self) -> bool {
        !matches!(self, Self::Excluded(_) | Self::SparesMappers(_))
    }

    /// The protection that it is about, if it is about one.
    #[must_use]
    pub fn protection(&self) -> Option<Protection> {
        match self {
            Self::Protected { protection, .. } => Some(*protection),
            _ => None,
        }
    }
}
