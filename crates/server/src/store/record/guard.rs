//! What limits a mistake.

use quell_model::{Sha1, Timestamp};

use crate::core::{Health, Status, TenantId};

/// Nothing is handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// Whose machines it is about; none for everybody's.
    pub tenant: Option<TenantId>,
    /// Since when.
    pub since: Timestamp,
    /// Why, in the operator's words; may be empty.
    pub reason: String,
    /// Who froze, as far as is known.
    pub by: String,
}

/// A file that is not stopped unless somebody insists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectedFile {
    /// The file.
    pub sha1: Sha1,
    /// Why, in the operator's words; may be empty.
    pub reason: String,
    /// Since when.
    pub created: Timestamp,
}

/// How many there are of what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Machines that may get orders, by whether they can be counted on.
    pub machines: Vec<(Health, u64)>,
    /// Machines that an operator shut out.
    pub revoked: u64,
    /// Machines that share their identity with another.
    pub cloned: u64,
    /// Machine actions by how far they are.
    pub actions: Vec<(Status, u64)>,
}
