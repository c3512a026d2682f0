//! Whether a machine can be counted on.

use std::time::Duration;

use quell_model::Timestamp;

/// The `healthStatus` of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Health {
    /// It asked for orders lately.
    Active,
    /// It did not.
    Inactive,
    /// It asks, in a version of the protocol that this server does not serve.
    ImpairedCommunication,
}

impl Health {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
            Self::ImpairedCommunication => "ImpairedCommunication",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Active, Self::Inactive, Self::ImpairedCommunication]
            .into_iter()
            .find(|health| health.as_str() == name)
    }
}

/// The moment before which a machine must have been heard of last to count as inactive.
#[must_use]
pub fn inactive_before(now: Timestamp, patience: Duration) -> Timestamp {
    now.saturating_sub(patience)
}
