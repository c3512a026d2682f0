//! What PostgreSQL's faults mean to a caller.

use tokio_postgres::Error as Fault;
use tokio_postgres::error::SqlState;

use crate::StateError;

pub(super) fn state_error(error: Fault) -> StateError {
    let Some(code) = error.code().cloned() else {
        // No answer of the server's: the connection was lost, or a row is not what it should be.
        return if error.is_closed() || is_io(&error) {
            unreachable_for(error)
        } else {
            StateError::damaged(error.to_string())
        };
    };
    let away = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        SqlState::QUERY_CANCELED,
        SqlState::LOCK_NOT_AVAILABLE,
        // A primary that became a standby: a new connection may find the one that took over.
        SqlState::READ_ONLY_SQL_TRANSACTION,
    ];
    let source = error.into();
    if away.contains(&code) || code.code().starts_with("08") {
        return StateError::Unreachable { source };
    }
    match code {
        SqlState::DISK_FULL => StateError::Full { source },
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => {
            StateError::damaged(source.to_string())
        }
        _ => StateError::Database { source },
    }
}

pub(super) fn unreachable_for(
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> StateError {
    StateError::Unreachable {
        source: source.into(),
    }
}

fn is_io(error: &Fault) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<std::io::Error>() {
            return true;
        }
        source = cause.source();
    }
    false
}
