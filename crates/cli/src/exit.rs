//! How the command ends: the codes that scripts decide by.

use std::process::ExitCode;

/// The exit codes, documented in `docs/reference/cli.md`. Their numbers never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All succeeded.
    Success,
    /// A fault outside the API: a file, a port, this program.
    Fault,
    /// The command line or the configuration is wrong; nothing was sent.
    Usage,
    /// Refused by a check, here or at the service; nothing was done.
    Refused,
    /// Some or all actions failed.
    Failed,
    /// It is not known whether something was done.
    Unknown,
    /// No token, or not enough permission.
    Authentication,
    /// A rate limit or a deadline.
    RateOrDeadline,
    /// Stopped by the user.
    Halted,
}

impl Exit {
    fn code(self) -> u8 {
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

    /// How urgently a person must look: of many results the most urgent one is the command's.
    fn urgency(self) -> u8 {
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

    /// The more urgent of two.
    #[must_use]
    pub(crate) fn worst(self, other: Self) -> Self {
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
