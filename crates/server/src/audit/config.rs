//! What is done with the trail, beside keeping it.

use std::path::PathBuf;

use super::Destination;

/// What is done with the audit trail, beside keeping it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditConfig {
    /// The file of the key that signs heads; none: `audit.key` in the data directory.
    pub key: Option<PathBuf>,
    /// Where the trail is sent to, besides.
    pub destinations: Vec<Destination>,
}
