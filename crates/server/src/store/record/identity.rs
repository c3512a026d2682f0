//! Who a machine is: tokens, keys and lives.

use std::net::IpAddr;

use quell_model::{MachineId, Timestamp};
use quell_protocol::Life;

use crate::core::TenantId;

/// An enrolment token, its secret left aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    /// Its name: the first digits of its secret's hash, which tell nothing of the secret.
    pub id: String,
    /// When it was made.
    pub created: Timestamp,
    /// From here on it lets nobody in.
    pub expires: Timestamp,
    /// How many machines it was made for.
    pub made_for: u32,
    /// How many more it lets in.
    pub uses: u32,
    /// The tags that a machine gets with it.
    pub tags: Vec<String>,
    /// The one machine that it lets in, whatever key is enrolled under that id.
    pub replaces: Option<MachineId>,
    /// Whether an operator revoked it.
    pub revoked: bool,
}

/// A machine asks for orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// The machine's tenant.
    pub tenant: TenantId,
    /// The machine, spelled as it is kept.
    pub machine: MachineId,
    /// The life that asks.
    pub life: Life,
    /// When the request was made by the machine's clock, in seconds since the Unix epoch.
    pub made: u64,
    /// Where it came from.
    pub address: Option<IpAddr>,
    /// The present moment.
    pub now: Timestamp,
}

/// What a request for orders showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attended {
    /// The machine is there.
    Present,
    /// Another request of the same machine overtook this one: nobody waits for the answer.
    Late,
    /// Two machines share one identity. Neither gets orders until an operator settles it.
    Cloned {
        /// Whether it is known since this request.
        is_news: bool,
    },
}

/// How a machine stands with its server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The key that it is known by.
    pub public_key: Vec<u8>,
    /// Whether that key was revoked.
    pub revoked: bool,
    /// Whether nothing is handed out.
    pub frozen: bool,
    /// Whether an operator wants its key changed.
    pub rotates: bool,
}

/// A machine proposes a new key, or takes it into use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The machine's tenant.
    pub tenant: TenantId,
    /// The machine, spelled as it is kept.
    pub machine: MachineId,
    /// The key that signed the request.
    pub signed_by: Vec<u8>,
    /// The new key; that the machine holds it is proved.
    pub new_key: Vec<u8>,
    /// The present moment.
    pub now: Timestamp,
}

/// What became of a [`Rotation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// The new key is known beside the present one.
    Proposed,
    /// The new key is the only one.
    Taken,
    /// The key that signed is not the machine's any more.
    Unknown,
    /// The new key was the machine's before, and is dead.
    Dead,
}

/// Two machines that share one identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloneRecord {
    /// The identity.
    pub machine: MachineId,
    /// When it was noticed.
    pub since: Timestamp,
    /// Where each of them called from, if that is known.
    pub addresses: Vec<String>,
}
