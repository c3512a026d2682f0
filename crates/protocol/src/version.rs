//! Which versions of the protocol understand each other.

use serde::{Deserialize, Serialize};

/// The version of the messages, one number that grows with every incompatible change.
///
/// Every message of a machine carries it. A server refuses what it does not speak with
/// [`FaultCode::UnsupportedVersion`](crate::FaultCode::UnsupportedVersion) and shows the machine as
/// impaired, so that an old agent is noticed rather than half understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProtocolVersion(u16);

impl ProtocolVersion {
    /// The version that this crate describes.
    pub const CURRENT: Self = Self(2);
    /// The oldest version that a server of this crate still serves. One that does not say which
    /// life of the agent speaks could not be told from its own clone.
    pub const OLDEST: Self = Self(2);

    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
    }

    /// Says whether both sides understand each other.
    ///
    /// # Errors
    /// [`UnsupportedVersion`] when this version is older than [`Self::OLDEST`] or newer than
    /// [`Self::CURRENT`].
    pub fn check(self) -> Result<(), UnsupportedVersion> {
        if (Self::OLDEST..=Self::CURRENT).contains(&self) {
            Ok(())
        } else {
            Err(UnsupportedVersion { spoken: self })
        }
    }
}

impl From<u16> for ProtocolVersion {
    fn from(number: u16) -> Self {
        Self(number)
    }
}

/// The other side speaks a version that this side does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "protocol version {} is not supported, only {} to {}",
    spoken.number(),
    ProtocolVersion::OLDEST.number(),
    ProtocolVersion::CURRENT.number()
)]
pub struct UnsupportedVersion {
    /// What the other side spoke.
    pub spoken: ProtocolVersion,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_current_is_accepted() {
        assert_eq!(ProtocolVersion::CURRENT.check(), Ok(()));
    }

    #[test]
    fn version_older_or_newer_is_refused_by_number() {
        for number in [0, 1, ProtocolVersion::CURRENT.number() + 1, u16::MAX] {
            let refused = ProtocolVersion::from(number).check().unwrap_err();
            assert_eq!(
                refused.to_string(),
                format!("protocol version {number} is not supported, only 2 to 2")
            );
        }
    }
}
