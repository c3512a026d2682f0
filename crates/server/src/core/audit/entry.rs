//! An entry of a trail.

use quell_model::Timestamp;
use serde::Deserialize;

use super::canonical::{Fields, Tree};
use super::told::Told;
use super::{By, Deed};
use crate::core::TenantId;

/// The version of an entry's form. Properties are only ever added without a new one.
const VERSION: u64 = 1;

/// A deed, and where it stands in its tenant's trail.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Its number: one more than that of the entry before it, the first has 1.
    pub sequence: u64,
    /// When it was written.
    pub time: Timestamp,
    /// Whose trail it stands in.
    pub tenant: TenantId,
    /// By whom.
    pub by: &'a By,
    /// What.
    pub deed: &'a Deed,
}

impl Entry<'_> {
    /// Its canonical JSON: the bytes that are chained.
    #[must_use]
    pub fn spelled(&self) -> String {
        let told = Told::of(self.deed);
        debug_assert!(
            Deed::NAMES.contains(&told.deed),
            "{} has no name",
            told.deed
        );
        let by = self.by;
        let details = (!told.details.is_empty()).then(|| Tree::from(told.details));
        Fields::default()
            .with("version", Tree::number(VERSION))
            .with("sequence", Tree::number(self.sequence))
            .text("time", self.time.to_string())
            .text("tenant", self.tenant.to_string())
            .with("actor", by.actor.fields())
            .text("operation", by.operation)
            .maybe("request", by.request.as_ref().map(Tree::text))
            .maybe("peer", by.peer.map(|peer| Tree::text(peer.to_string())))
            .text("deed", told.deed)
            .maybe("outcome", told.outcome.map(Tree::text))
            .maybe("machine", told.machine)
            .maybe("sha1", told.sha1)
            .maybe("action", told.action)
            .maybe("details", details)
            .spelled()
    }
}

/// Which place of which trail an entry says that it stands at: all of it that a chain is about.
#[derive(Debug, Deserialize)]
pub(super) struct Place<'a> {
    pub(super) sequence: u64,
    #[serde(borrow)]
    pub(super) tenant: std::borrow::Cow<'a, str>,
}

/// An entry as it is read, of whatever version wrote it: what it does not have is absent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Recorded {
    /// Its number.
    pub sequence: u64,
    /// When it was written.
    pub time: Timestamp,
    /// Whose trail it stands in.
    pub tenant: String,
    /// By whom.
    pub actor: RecordedActor,
    /// What was called.
    pub operation: String,
    /// The name of what was done.
    pub deed: String,
    /// What came of it.
    pub outcome: Option<String>,
    /// The machine that it is about.
    pub machine: Option<String>,
    /// The file that it is about.
    pub sha1: Option<String>,
    /// The action that it is about.
    pub action: Option<String>,
    /// The request's id.
    pub request: Option<String>,
    /// Where the request came from.
    pub peer: Option<String>,
}

/// Who did it, as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct RecordedActor {
    /// Which kind of actor.
    pub kind: String,
    /// The id, of what has one.
    pub id: Option<String>,
    /// The name, of what has one.
    pub name: Option<String>,
    /// The user's number, of an operator.
    pub uid: Option<u32>,
}

impl Recorded {
    /// Reads an entry's JSON; `None` when it is none.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}
