//! What SQLite's faults mean to a caller.

use crate::store::StoreError;

pub(super) fn store_error(error: rusqlite::Error) -> StoreError {
    use rusqlite::Error as Fault;
    match error {
        Fault::FromSqlConversionFailure(column, _, source) => {
            StoreError::Damaged(format!("column {column}: {source}"))
        }
        Fault::InvalidColumnType(_, column, found) => {
            StoreError::Damaged(format!("column {column} holds {found}"))
        }
        Fault::IntegralValueOutOfRange(column, value) => {
            StoreError::Damaged(format!("column {column} holds {value}"))
        }
        other => StoreError::Unavailable(other.to_string()),
    }
}
