//! Holding a request open until there is something to do.

use quell_model::{ActionId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Order, ProtocolVersion};

/// A machine asks for orders and is willing to wait for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldRequest {
    /// The version that the machine speaks.
    pub protocol_version: ProtocolVersion,
    /// The agent's own version, for the list of machines.
    pub agent_version: String,
    /// The highest sequence number that the machine has durably taken up; 0 before the first.
    pub acknowledged: u64,
    /// How long the server may keep the request open, at most
    /// [`MAX_HOLD_SECONDS`](crate::route::MAX_HOLD_SECONDS).
    pub wait_seconds: u32,
    /// The actions that the machine is working on.
    #[serde(default)]
    pub in_progress: Vec<ActionId>,
}

/// The orders that the machine has not acknowledged, oldest first; empty when the wait is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldResponse {
    /// The server's clock: what an order's expiry is compared with.
    pub server_time: Timestamp,
    /// What to do.
    pub orders: Vec<Order>,
}
