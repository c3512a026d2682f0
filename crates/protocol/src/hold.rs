//! Holding a request open until there is something to do.

use quell_model::{ActionId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Ability, Order, ProtocolVersion};

/// A machine asks for orders and is willing to wait for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldRequest {
    /// The version that the machine speaks.
    pub protocol_version: ProtocolVersion,
    /// The agent's own version, for the list of machines.
    pub agent_version: String,
    /// Which life of the agent asks, and how often it has asked.
    pub life: Life,
    /// The highest sequence number that the machine has durably taken up; 0 before the first.
    pub acknowledged: u64,
    /// How long the server may keep the request open, at most
    /// [`MAX_HOLD_SECONDS`](crate::route::MAX_HOLD_SECONDS).
    pub wait_seconds: u32,
    /// The actions that the machine is working on.
    #[serde(default)]
    pub in_progress: Vec<ActionId>,
    /// Whether the machine believes that the server is frozen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frozen: bool,
    /// What the agent understands beyond the protocol's version; an older one says nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub abilities: Vec<Ability>,
}

/// One life of an agent, from its start to its end.
///
/// Two agents that are copies of one another cannot help but tell the same life twice or two lives
/// at a time; by that a server notices that a machine was cloned, or its state put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Life {
    /// How often the agent was started, this time included: durable before it is told.
    pub start: u64,
    /// A number drawn at this start: at most [`MAX_NONCE`](crate::route::MAX_NONCE) characters.
    pub nonce: String,
    /// How often this life has asked, this time included: never the same twice.
    pub count: u64,
}

/// The orders that the machine has not acknowledged, oldest first; empty when the wait is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldResponse {
    /// The server's clock: what an order's expiry is compared with.
    pub server_time: Timestamp,
    /// What to do.
    pub orders: Vec<Order>,
    /// Whether an operator froze the server: what was taken up is not begun until that is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frozen: bool,
    /// Whether the machine is to make itself a new key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rotate_key: bool,
}
