//! How a command ends, and what a person reads when it does not succeed.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

use quell_protocol::EnrolmentTokenError;
use quell_transport::Reach;

use super::output::printable;
use crate::config::StateDirError;
use crate::link::{EnrolError, ExchangeError, IdentityError, MachineIdError, Stop};
use crate::vault::{ParseItemIdError, RestoreError, VaultError};

/// The exit codes, the same as those of `quell`. Their numbers never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// All succeeded.
    Success,
    /// A fault of this machine: a file, the disk, the network.
    Fault,
    /// The command line or the configuration is wrong; nothing was done.
    Usage,
    /// Refused by a check; nothing was done.
    Refused,
    /// What was asked for failed.
    Failed,
    /// It is not known whether something was done.
    Unknown,
    /// The server does not let this machine in.
    NotLetIn,
    /// The user did not agree.
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
            Self::NotLetIn => 6,
            Self::Halted => 8,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command ends without its result.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    what: String,
    causes: Vec<String>,
    next: Option<String>,
}

impl Failure {
    /// What happened, in one sentence without a full stop.
    pub(super) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            what: what.into(),
            causes: Vec::new(),
            next: None,
        }
    }

    /// An error, with everything below it as causes.
    pub(super) fn of(exit: Exit, error: &dyn Error) -> Self {
        Self::new(exit, error.to_string()).because(error.source())
    }

    /// Adds why.
    #[must_use]
    pub(super) fn because(mut self, mut cause: Option<&(dyn Error + 'static)>) -> Self {
        while let Some(error) = cause {
            let text = error.to_string();
            if self.causes.last() != Some(&text) {
                self.causes.push(text);
            }
            cause = error.source();
        }
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub(super) fn next(mut self, advice: impl Into<String>) -> Self {
        self.next = Some(advice.into());
        self
    }

    pub(super) fn exit(&self) -> Exit {
        self.exit
    }

    /// The lines for standard error.
    pub(super) fn render(&self) -> String {
        let mut lines = format!("error: {}\n", printable(&self.what));
        for cause in &self.causes {
            let _ = writeln!(lines, "  because: {}", printable(cause));
        }
        if let Some(next) = &self.next {
            let _ = writeln!(lines, "  next: {}", printable(next));
        }
        lines
    }
}

impl From<StateDirError> for Failure {
    fn from(error: StateDirError) -> Self {
        let exit = match error {
            StateDirError::Io { .. } => Exit::Fault,
            _ => Exit::Refused,
        };
        Self::of(exit, &error)
    }
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        let exit = match error {
            IdentityError::NotEnrolled => Exit::Usage,
            _ => Exit::Fault,
        };
        Self::of(exit, &error)
    }
}

impl From<MachineIdError> for Failure {
    fn from(error: MachineIdError) -> Self {
        Self::of(Exit::Usage, &error)
    }
}

impl From<EnrolmentTokenError> for Failure {
    fn from(error: EnrolmentTokenError) -> Self {
        Self::of(Exit::Usage, &error)
    }
}

impl From<EnrolError> for Failure {
    fn from(error: EnrolError) -> Self {
        let exit = match &error {
            EnrolError::Server(_) | EnrolError::NoAuthority | EnrolError::Authority(_) => {
                Exit::Usage
            }
            EnrolError::TokenRefused { .. }
            | EnrolError::Exchange(ExchangeError::Refused { .. }) => Exit::NotLetIn,
            EnrolError::Exchange(ExchangeError::Unreachable(transport))
                if transport.reach() == Reach::Unknown =>
            {
                Exit::Unknown
            }
            _ => Exit::Fault,
        };
        Self::of(exit, &error)
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        let exit = match stop {
            Stop::UnsupportedVersion { .. } => Exit::Refused,
            Stop::UnknownDevice | Stop::Revoked => Exit::NotLetIn,
        };
        Self::of(exit, &stop)
    }
}

impl From<ParseItemIdError> for Failure {
    fn from(error: ParseItemIdError) -> Self {
        Self::of(Exit::Usage, &error)
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let exit = match error {
            VaultError::Io { .. } => Exit::Fault,
            VaultError::OpenToOthers => Exit::Refused,
            _ => Exit::Failed,
        };
        Self::of(exit, &error)
    }
}

impl From<RestoreError> for Failure {
    fn from(error: RestoreError) -> Self {
        match error {
            RestoreError::Vault(error) => error.into(),
            RestoreError::Io { .. } => Self::of(Exit::Fault, &error),
            RestoreError::Path => Self::of(Exit::Usage, &error),
            _ => Self::of(Exit::Refused, &error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_why_and_what_next() {
        let error = RestoreError::Io {
            doing: "write the file",
            source: std::io::Error::other("disk full"),
        };
        let failure = Failure::from(error).next("make room");
        assert_eq!(
            failure.render(),
            "error: could not write the file\n  because: disk full\n  next: make room\n"
        );
        assert_eq!(failure.exit(), Exit::Fault);
    }

    #[test]
    fn what_no_enrolment_is_certain_of_exits_as_unknown() {
        use quell_transport::{TransportError, TransportErrorKind};
        for (kind, expected) in [
            (TransportErrorKind::Timeout, Exit::Unknown),
            (TransportErrorKind::Connect, Exit::Fault),
        ] {
            let error = EnrolError::Exchange(TransportError::new(kind).into());
            assert_eq!(Failure::from(error).exit(), expected);
        }
    }
}
