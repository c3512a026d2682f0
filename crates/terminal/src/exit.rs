//! How a command ends: the codes that scripts decide by.

use std::process::ExitCode;

/// The exit codes of every command. Their numbers never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All succeeded.
    Success,
    /// A fault of this machine or this program: a file, a port, the network.
    Fault,
    /// The command line or the configuration is wrong; nothing was done.
    Usage,
    /// Refused by a check, here or at the service; nothing was done.
    Refused,
    /// Some or all of what was asked for failed.
    Failed,
    /// It is not known whether something was done.
    Unknown,
    /// Not let in: no token, not enough permission, or a device that the server does not accept.
    Authentication,
    /// A rate limit or a deadline.
    RateOrDeadline,
    /// Stopped by the user.
    Halted,
}

impl Exit {
    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Fault => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Failed => 4,
            Self::Unknown => 5,
            Self::Authentication => 6,
            Self::RateOrDeadline => 7,
            Self::Halted => 8,
        }
    }

    /// How urgently a person must look.
    const fn urgency(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Refused => 1,
            Self::Failed => 2,
            Self::RateOrDeadline => 3,
            Self::Authentication => 4,
            Self::Usage => 5,
            Self::Fault => 6,
            Self::Halted => 7,
            Self::Unknown => 8,
        }
    }

    /// The one of two at which a person must look more urgently: of many results the most urgent
    /// one is the command's.
    #[must_use]
    pub const fn worst(self, other: Self) -> Self {
        if other.urgency() > self.urgency() {
            other
        } else {
            self
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_unknown_outcome_outweighs_everything() {
        for other in [
            Exit::Success,
            Exit::Failed,
            Exit::Authentication,
            Exit::Halted,
        ] {
            assert_eq!(other.worst(Exit::Unknown), Exit::Unknown);
            assert_eq!(Exit::Unknown.worst(other), Exit::Unknown);
        }
    }

    #[test]
    fn exit_codes_are_the_documented_ones() {
        let codes = [
            (Exit::Success, 0),
            (Exit::Fault, 1),
            (Exit::Usage, 2),
            (Exit::Refused, 3),
            (Exit::Failed, 4),
            (Exit::Unknown, 5),
            (Exit::Authentication, 6),
            (Exit::RateOrDeadline, 7),
            (Exit::Halted, 8),
        ];
        for (exit, code) in codes {
            assert_eq!(exit.code(), code);
        }
    }
}
