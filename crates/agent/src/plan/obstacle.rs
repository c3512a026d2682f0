//! What keeps a file at its path.

use quell_protocol::FailureReason;

/// Why a file is still at its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// The agent may not move it.
    AccessDenied,
    /// Its file system is mounted read-only.
    ReadOnly,
    /// Its file system cannot move a file without the risk of replacing another.
    Unsupported,
    /// It is part of a container's image.
    ImageLayer,
    /// It lies outside of the agent's roots.
    OutsideRoots,
    /// Its content changed.
    ContentChanged,
    /// Its name kept being given to other files.
    RaceDetected,
    /// The vault could not take it.
    VaultUnavailable,
    /// The system failed in another way.
    Failed,
}

impl Obstacle {
    /// All obstacles.
    pub const ALL: [Self; 9] = [
        Self::AccessDenied,
        Self::ReadOnly,
        Self::Unsupported,
        Self::ImageLayer,
        Self::OutsideRoots,
        Self::ContentChanged,
        Self::RaceDetected,
        Self::VaultUnavailable,
        Self::Failed,
    ];

    /// The obstacle's name, in results and in the journal.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "AccessDenied",
            Self::ReadOnly => "ReadOnly",
            Self::Unsupported => "Unsupported",
            Self::ImageLayer => "ImageLayer",
            Self::OutsideRoots => "OutsideRoots",
            Self::ContentChanged => "ContentChanged",
            Self::RaceDetected => "RaceDetected",
            Self::VaultUnavailable => "VaultUnavailable",
            Self::Failed => "Failed",
        }
    }

    /// The obstacle of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|obstacle| obstacle.as_str() == name)
    }

    /// Whether trying again within the same action may help.
    #[must_use]
    pub fn may_pass(self) -> bool {
        matches!(self, Self::ContentChanged | Self::RaceDetected)
    }

    pub(super) fn reason(self) -> FailureReason {
        match self {
            Self::AccessDenied => FailureReason::AccessDenied,
            Self::ContentChanged | Self::RaceDetected => FailureReason::ContentChanged,
            Self::VaultUnavailable => FailureReason::VaultUnavailable,
            Self::ReadOnly
            | Self::Unsupported
            | Self::ImageLayer
            | Self::OutsideRoots
            | Self::Failed => FailureReason::Incomplete,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn obstacle_names_read_back() {
        for obstacle in Obstacle::ALL {
            assert_eq!(Obstacle::from_name(obstacle.as_str()), Some(obstacle));
        }
    }
}
