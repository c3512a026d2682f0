//! What is kept of an audit trail.

use crate::core::audit::Hash;

/// An entry as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEntry {
    /// Its number.
    pub sequence: u64,
    /// Its JSON, as it was chained.
    pub entry: String,
    /// Its hash.
    pub hash: Hash,
}
