//! What is known before an action is asked for.

use super::rule::Rule;
use super::rules::{DEFENDER, QUELL};
use crate::{File, Holder, InOrgFileStats, Machine, Sha1, Timestamp};

/// Whose service is asked: the two ask different things of a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// Microsoft Defender for Endpoint.
    #[default]
    Defender,
    /// A server of quell's own, whose machines run Linux.
    Quell,
}

impl Service {
    /// The preconditions of its *Stop and quarantine file*.
    #[must_use]
    pub const fn rules(self) -> &'static [Rule] {
        match self {
            Self::Defender => DEFENDER,
            Self::Quell => QUELL,
        }
    }
}

/// Whether the list of the file's machines names this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sighting {
    /// It does.
    Listed,
    /// It does not, and the list was read to its end.
    NotListed,
}

/// What is known of one machine and one file at one moment. What is not given is not known.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub(super) sha1: Sha1,
    pub(super) machine: &'a Machine,
    pub(super) now: Timestamp,
    pub(super) service: Service,
    pub(super) holder: Option<Holder>,
    pub(super) file: Option<&'a File>,
    pub(super) sighting: Option<Sighting>,
    pub(super) statistics: Option<&'a InOrgFileStats>,
}

impl<'a> Facts<'a> {
    /// The file that is to be quarantined, the machine as the service describes it, and the present
    /// moment. The service is Defender for Endpoint until [`service`](Self::service) says otherwise.
    #[must_use]
    pub const fn new(sha1: Sha1, machine: &'a Machine, now: Timestamp) -> Self {
        Self {
            sha1,
            machine,
            now,
            service: Service::Defender,
            holder: None,
            file: None,
            sighting: None,
            statistics: None,
        }
    }

    /// Whose service is asked.
    #[must_use]
    pub const fn service(self, service: Service) -> Self {
        Self { service, ..self }
    }

    /// Whether an application asks or a person.
    #[must_use]
    pub const fn holder(self, holder: Holder) -> Self {
        Self {
            holder: Some(holder),
            ..self
        }
    }

    /// The file as the service describes it. A description of another file is not looked at.
    #[must_use]
    pub fn file(self, file: &'a File) -> Self {
        Self {
            file: (file.sha1 == self.sha1).then_some(file),
            ..self
        }
    }

    /// Whether the list of the file's machines names this one.
    #[must_use]
    pub const fn sighting(self, sighting: Sighting) -> Self {
        Self {
            sighting: Some(sighting),
            ..self
        }
    }

    /// The file's statistics. Those of another file are not looked at.
    #[must_use]
    pub fn statistics(self, statistics: &'a InOrgFileStats) -> Self {
        Self {
            statistics: (statistics.sha1 == self.sha1).then_some(statistics),
            ..self
        }
    }
}
