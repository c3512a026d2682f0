//! The decisions, from facts alone.

use std::path::{Path, PathBuf};

use quell_protocol::Protection;

use super::radius::Radius;
use super::refusal::{Consent, Lacking, Refusal};
use super::{Force, Policy};

/// A file that was found to be protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Why.
    pub protection: Protection,
    /// The package that it belongs to, where one says so.
    pub package: Option<String>,
}

impl From<Protection> for Finding {
    fn from(protection: Protection) -> Self {
        Self {
            protection,
            package: None,
        }
    }
}

/// What becomes of processes that only use the file as a shared library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mappers {
    /// They go on, as nobody asked for anything else.
    GoOn,
    /// The order would have them stopped, and the policy does not let it.
    Spared,
    /// They are stopped, but for programs that are protected.
    Stopped,
}

/// What was permitted although it usually is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// It needed no consent.
    Plain,
    /// The order insisted and the policy honored it.
    Forced,
}

impl Policy {
    /// Who consents to an order that insists, or does not.
    #[must_use]
    pub fn consent(&self, ordered: bool) -> Consent {
        Consent {
            ordered,
            allowed: self.force == Force::Honor,
        }
    }

    /// Whether one more order is carried out, after `recent` of them within the last hour.
    ///
    /// # Errors
    /// Why it is not.
    pub fn admit(&self, recent: u64) -> Result<(), Refusal> {
        let limit = self.actions_per_hour;
        match recent < u64::from(limit) {
            true => Ok(()),
            false => Err(Refusal::TooManyActions { limit }),
        }
    }

    /// Whether a protected file may be touched.
    ///
    /// # Errors
    /// Why it may not, and what consent lacks.
    pub fn weigh_protected(&self, finding: &Finding, ordered: bool) -> Result<Permit, Refusal> {
        let lacking = match finding.protection.yields_to_force() {
            true => self.consent(ordered).lacking(),
            false => Some(Lacking::Anything),
        };
        match lacking {
            None => Ok(Permit::Forced),
            Some(lacking) => Err(Refusal::Protected {
                protection: finding.protection,
                package: finding.package.clone(),
                lacking,
            }),
        }
    }

    /// Whether so much may be touched.
    ///
    /// # Errors
    /// What is too much, and what consent lacks.
    pub fn weigh_radius(&self, radius: &Radius, ordered: bool) -> Result<Permit, Refusal> {
        let Some((measure, found, limit)) = self.blast_radius.exceeded(radius) else {
            return Ok(Permit::Plain);
        };
        match self.consent(ordered).lacking() {
            None => Ok(Permit::Forced),
            Some(lacking) => Err(Refusal::BlastRadius {
                measure,
                found,
                limit,
                lacking,
            }),
        }
    }

    /// What becomes of those who only use the file as a shared library, when `ordered` says that they
    /// are to be stopped.
    #[must_use]
    pub fn mappers(&self, ordered: bool) -> Mappers {
        match (ordered, self.stop_mappers) {
            (false, _) => Mappers::GoOn,
            (true, false) => Mappers::Spared,
            (true, true) => Mappers::Stopped,
        }
    }

    /// Whether a path is left alone.
    #[must_use]
    pub fn excludes(&self, path: &Path) -> bool {
        self.exclusions
            .iter()
            .any(|excluded| path.starts_with(excluded))
    }

    /// Of the directories that the command line names, what the policy allows: of two of which one
    /// lies in the other, the inner one.
    #[must_use]
    pub fn narrow(&self, roots: &[PathBuf]) -> Vec<PathBuf> {
        let Some(allowed) = &self.roots else {
            return roots.to_vec();
        };
        let inner = |root: &PathBuf, allowed: &PathBuf| {
            if root.starts_with(allowed) {
                Some(root.clone())
            } else if allowed.starts_with(root) {
                Some(allowed.clone())
            } else {
                None
            }
        };
        let mut narrowed: Vec<PathBuf> = roots
            .iter()
            .flat_map(|root| {
                allowed
                    .iter()
                    .filter_map(move |allowed| inner(root, allowed))
            })
            .collect();
        narrowed.sort_unstable();
        narrowed.dedup();
        narrowed
    }
}
