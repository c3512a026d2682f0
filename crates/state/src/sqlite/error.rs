//! What SQLite's faults mean to a caller.

use rusqlite::{Error as Fault, ErrorCode};

use crate::StateError;

pub(super) fn state_error(error: Fault) -> StateError {
    match &error {
        Fault::FromSqlConversionFailure(..)
        | Fault::InvalidColumnType(..)
        | Fault::IntegralValueOutOfRange(..) => StateError::damaged(error.to_string()),
        Fault::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                StateError::damaged(error.to_string())
            }
            ErrorCode::ReadOnly => StateError::ReadOnly {
                source: error.into(),
            },
            ErrorCode::DiskFull => StateError::Full {
                source: error.into(),
            },
            ErrorCode::CannotOpen | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                StateError::Unreachable {
                    source: error.into(),
                }
            }
            _ => StateError::Database {
                source: error.into(),
            },
        },
        _ => StateError::Database {
            source: error.into(),
        },
    }
}
