//! What the agent's errors mean for a person and for a script.

use std::io::ErrorKind;

use quell_protocol::EnrolmentTokenError;
use quell_terminal::{Exit, Failure};
use quell_transport::Reach;

use crate::bridge::ExchangeError;
use crate::config::StateDirError;
use crate::link::{EnrolError, IdentityError, MachineIdError, Stop};
use crate::network::NetworkError;
use crate::vault::{ParseItemIdError, RestoreError, VaultError};

/// What was given is no enrolment token.
pub(super) fn no_token(error: &EnrolmentTokenError) -> Failure {
    Failure::of(Exit::Usage, error)
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

impl From<EnrolError> for Failure {
    fn from(error: EnrolError) -> Self {
        let exit = match &error {
            EnrolError::Server(_) | EnrolError::NoAuthority | EnrolError::Authority(_) => {
                Exit::Usage
            }
            EnrolError::TokenRefused { .. }
            | EnrolError::Exchange(ExchangeError::Refused { .. }) => Exit::Authentication,
            EnrolError::Exchange(ExchangeError::Unreachable {
                reach: Reach::Unknown,
                ..
            }) => Exit::Unknown,
            _ => Exit::Fault,
        };
        Self::of(exit, &error)
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        let exit = match stop {
            Stop::UnsupportedVersion { .. } => Exit::Refused,
            Stop::UnknownDevice | Stop::Revoked => Exit::Authentication,
        };
        Self::of(exit, &stop)
    }
}

impl From<NetworkError> for Failure {
    fn from(error: NetworkError) -> Self {
        let exit = match error {
            NetworkError::NoExecutor(_) => Exit::Usage,
            _ => Exit::Fault,
        };
        Self::of(exit, &error)
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
            VaultError::OpenToOthers | VaultError::Held(_) | VaultError::InUse(_) => Exit::Refused,
            _ => Exit::Failed,
        };
        let failure = Self::of(exit, &error);
        match error {
            VaultError::Io { source, .. } if source.kind() == ErrorKind::StorageFull => failure
                .next("make room on the vault's disk; `vault prune` removes what is old from it"),
            VaultError::KeyMissing => failure.next(
                "without them only the organization's recovery key opens the items, as they are: \
                 `vault recover --recovery-key KEY vault/…/ITEM.q --to PATH`",
            ),
            _ => failure,
        }
    }
}

impl From<RestoreError> for Failure {
    fn from(error: RestoreError) -> Self {
        let exit = match error {
            RestoreError::Vault(error) => return error.into(),
            RestoreError::Io { .. } => Exit::Fault,
            RestoreError::Path => Exit::Usage,
            _ => Exit::Refused,
        };
        let failure = Self::of(exit, &error);
        match what_else(&error) {
            Some(advice) => failure.next(advice),
            None => failure,
        }
    }
}

/// What a person at the machine can do where a file cannot be given back as it was asked.
fn what_else(error: &RestoreError) -> Option<&'static str> {
    Some(match error {
        RestoreError::NoOriginalPath => "say where to restore it with --to",
        RestoreError::Exists { .. } => {
            "move it away, restore elsewhere with --to, or choose with --on-conflict"
        }
        RestoreError::NotNew { .. } => "name another path with --to",
        RestoreError::ParentMissing { .. } => {
            "make it or add --make-parents, or restore elsewhere with --to"
        }
        RestoreError::SymbolicLink { .. } | RestoreError::NoNameLeft { .. } => {
            "restore elsewhere with --to"
        }
        RestoreError::NotAFile { .. } => "move it away, or restore elsewhere with --to",
        _ => return None,
    })
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
        for (reach, expected) in [
            (Reach::Unknown, Exit::Unknown),
            (Reach::NotSent, Exit::Fault),
        ] {
            let why = "because".to_owned();
            let error = EnrolError::Exchange(ExchangeError::Unreachable { reach, why });
            assert_eq!(Failure::from(error).exit(), expected);
        }
    }
}
