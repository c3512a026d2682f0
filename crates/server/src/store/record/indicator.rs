//! What is kept of an indicator.

use quell_model::{IndicatorId, Timestamp};

use crate::core::Draft;

/// Who made an indicator, or changed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// An application's client id, or a person's principal name.
    pub id: String,
    /// The name for people.
    pub display_name: String,
}

/// An indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorRecord {
    /// Its id: a number that the tenant never uses again.
    pub id: IndicatorId,
    /// What is looked for, and what is said of it.
    pub content: Draft,
    /// Who made it.
    pub author: Author,
    /// When it was made.
    pub created: Timestamp,
    /// When it was changed last.
    pub last_update: Timestamp,
    /// The id of who changed it last.
    pub last_updated_by: String,
}

/// What became of an indicator that was submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is kept like this.
    As(Box<IndicatorRecord>),
    /// One of this value is somebody else's, whom the caller's permissions do not reach.
    SomeoneElses,
    /// The tenant has as many as it can have.
    Full,
}
