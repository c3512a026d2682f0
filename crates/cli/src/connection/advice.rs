//! What an error of the API means for the person at the terminal.

use quell::transport::{TransportError, TransportErrorKind};
use quell::{Error, ErrorCode, ErrorKind, Outcome};
use quell_terminal::{Exit, Failure};

/// The exit code of an error.
pub(crate) fn exit_of(error: &Error) -> Exit {
    if error.outcome() == Outcome::Unknown {
        return Exit::Unknown;
    }
    match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::NotFound | ErrorKind::Conflict => Exit::Refused,
        ErrorKind::Configuration => Exit::Usage,
        ErrorKind::Authentication if is_distrusted(error) => Exit::Failed,
        ErrorKind::Authentication => Exit::Authentication,
        // The service's 403 speaks of permissions, or of what it never does to this file.
        ErrorKind::Forbidden if error.service_code() == Some(&ErrorCode::Forbidden) => {
            Exit::Authentication
        }
        ErrorKind::Forbidden => Exit::Refused,
        ErrorKind::RateLimited | ErrorKind::Timeout => Exit::RateOrDeadline,
        ErrorKind::Store => Exit::Fault,
        _ => Exit::Failed,
    }
}

/// What the API said, in the words of the command line.
pub(crate) trait Explained<T> {
    /// What happened, why, and what to do next.
    fn explained(self) -> Result<T, Failure>;
}

impl<T> Explained<T> for Result<T, Error> {
    fn explained(self) -> Result<T, Failure> {
        self.map_err(|error| explain(&error))
    }
}

fn explain(error: &Error) -> Failure {
    let failure = Failure::of(exit_of(error), error);
    match next_step(error) {
        Some(advice) => failure.next(advice),
        None => failure,
    }
}

/// What to do next, if there is something to say.
pub(crate) fn next_step(error: &Error) -> Option<&'static str> {
    if error.outcome() == Outcome::Unknown {
        return Some(
            "the request may have arrived: give the same command again, which looks for its action before it sends \
             anything (but with --state none), or look yourself with `quell action list --machine ID`",
        );
    }
    if is_distrusted(error) {
        return Some(
            "if the service has an authority of its own, name its certificate with --ca FILE",
        );
    }
    let is_about_an_action = error
        .operation()
        .is_some_and(|name| name.ends_with("MachineAction"));
    if is_about_an_action && error.kind() == ErrorKind::NotFound {
        return Some("`quell action list` shows the actions");
    }
    if error.operation() == Some("RestoreFile") && error.kind() == ErrorKind::Forbidden {
        return Some(
            "whoever operates the server grants it by name: `quell server app add --permission Quell.Machine.Restore`",
        );
    }
    if error.operation() == Some("RestoreFile") && error.kind() == ErrorKind::NotFound {
        return Some(
            "`quell action list --machine ID` shows what was taken from a machine, `quell machine list` the machines",
        );
    }
    by_service_code(error.service_code()).or_else(|| by_kind(error.kind()))
}

/// Whether the service, or its token endpoint, showed a certificate that is not trusted.
fn is_distrusted(error: &Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let transport = error.downcast_ref::<TransportError>();
        if transport.is_some_and(|error| error.kind() == TransportErrorKind::Tls) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn by_service_code(code: Option<&ErrorCode>) -> Option<&'static str> {
    Some(match code? {
        ErrorCode::ActiveRequestAlreadyExists => {
            "an action on this machine is still open: `quell action list --machine ID`, then wait for it or cancel it"
        }
        ErrorCode::ResourceNotFound => {
            "`quell machine list` shows the machines; a file can be quarantined only on a machine that has seen it"
        }
        ErrorCode::DisallowedOperation => {
            "the service says why: a protected file, or a machine that was revoked, is not acted on; on a server of your own \
             --force insists on the file"
        }
        ErrorCode::DisabledFeature => "the tenant's plan or settings do not include this action",
        ErrorCode::OsPlatformNotSupported | ErrorCode::ClientVersionNotSupported => {
            "the machine cannot carry out this action"
        }
        ErrorCode::Forbidden => {
            "the application needs Machine.StopAndQuarantine and one of Machine.Read.All or Machine.ReadWrite.All, and \
             for --force and --stop-mappers Quell.Machine.Force, on quell's own server alone; after granting them get a new \
             token"
        }
        _ => return None,
    })
}

fn by_kind(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::Authentication => {
            "check tenant id, client id and secret, and that the secret has not expired"
        }
        ErrorKind::RateLimited => {
            "calls wait for the limits, which all processes of this application share: try again later, or see --limits"
        }
        ErrorKind::Timeout => "raise --deadline, or look later with `quell action show ID`",
        ErrorKind::Transport => {
            "check the address, the network and the proxy variables; nothing was done"
        }
        ErrorKind::Unavailable => "try again in a minute; nothing was done",
        ErrorKind::Store => {
            "see that the state can be written (its disk, its database), or name another place with --state"
        }
        _ => return None,
    })
}
