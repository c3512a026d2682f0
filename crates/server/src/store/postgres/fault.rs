//! What PostgreSQL's faults mean.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::store::StoreError;

/// Why a transaction did not come to its end.
pub(super) enum Failure<T> {
    /// Another one was in its way; everything was undone, and it may be run again.
    Conflict(String),
    /// The connection is gone before anything was kept.
    Lost(String),
    /// The connection is gone, and whether this transaction was kept is to be found out.
    InDoubt {
        /// The transaction's name.
        transaction: String,
        /// What the caller gets if it was.
        value: T,
    },
    /// The caller's to know.
    Refused(StoreError),
}

/// What a statement's fault means.
#[derive(Debug)]
pub(super) enum Fault {
    Conflict(String),
    Lost(String),
    Refused(StoreError),
}

impl Fault {
    pub(super) fn of(error: &Error) -> Self {
        let Some(fault) = error.as_db_error() else {
            return Self::without_answer(error);
        };
        let why = format!("{} ({})", fault.message(), fault.code().code());
        let code = fault.code();
        let conflicts = [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            // Two transactions looked, found nothing, and put the same thing there.
            SqlState::UNIQUE_VIOLATION,
            // What a statement was prepared for has been changed by a newer version's server.
            SqlState::FEATURE_NOT_SUPPORTED,
        ];
        let lost = [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            // A primary that became a standby: a new connection may find the one that took over.
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ];
        if conflicts.contains(code) {
            Self::Conflict(why)
        } else if lost.contains(code) || code.code().starts_with("08") {
            Self::Lost(why)
        } else {
            Self::Refused(StoreError::Unavailable(why))
        }
    }

    /// The connection was lost, or a value is not what it should be.
    fn without_answer(error: &Error) -> Self {
        let is_io = std::iter::successors(std::error::Error::source(error), |cause| cause.source())
            .any(|cause| cause.is::<std::io::Error>());
        if error.is_closed() || is_io {
            Self::Lost(error.to_string())
        } else {
            let cause = std::error::Error::source(error).map(ToString::to_string);
            Self::Refused(StoreError::Damaged(cause.unwrap_or(error.to_string())))
        }
    }

    /// The fault as the function of the store sees it, which can do nothing about it.
    pub(super) fn told(&self) -> StoreError {
        match self {
            Self::Conflict(why) | Self::Lost(why) | Self::Refused(StoreError::Unavailable(why)) => {
                StoreError::Unavailable(why.clone())
            }
            Self::Refused(other) => StoreError::Damaged(other.to_string()),
        }
    }
}

impl<T> From<Fault> for Failure<T> {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Conflict(why) => Self::Conflict(why),
            Fault::Lost(why) => Self::Lost(why),
            Fault::Refused(error) => Self::Refused(error),
        }
    }
}

/// How long to wait before a transaction is run again: longer every time, and never as long as the
/// other one waits.
pub(super) fn pause_before(attempt: u32) -> Duration {
    const LONGEST_MICROSECONDS: u64 = 100_000;
    let most = (1_000_u64 << attempt.min(10)).min(LONGEST_MICROSECONDS);
    let random = RandomState::new().build_hasher().finish();
    Duration::from_micros(random % most)
}
