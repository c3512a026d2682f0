//! How a machine changes its key without ever being locked out.
//!
//! ```text
//! agent                                             server
//!   │ the new key is on the disk beside the old one    │ knows the old key
//!   │  rotate-key (new key, signed by the old one)     │
//!   │ ────────────────────────────────────────────────►│ knows both
//!   │  rotate-key (new key, signed by the new one)     │
//!   │ ────────────────────────────────────────────────►│ knows the new key; the old one is dead
//!   │ the new key is the only one on the disk          │
//! ```
//!
//! Each step may be repeated, and whoever dies between two of them goes on with the one that the
//! other side still answers: there is no moment at which the two have no key in common.

use serde::{Deserialize, Serialize};

use crate::ProtocolVersion;

/// A machine proposes a new key (signed by its present one), or takes it into use (signed by the
/// new one).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RotateRequest {
    /// The version that the machine speaks.
    pub protocol_version: ProtocolVersion,
    /// The public half of the new Ed25519 key: 32 bytes, base64url without padding.
    pub new_public_key: String,
    /// An assertion of the new key that is bound, in the place of a body, to the public half of the
    /// present key (32 bytes): nobody can propose a key that he does not hold.
    pub proof: String,
}
