//! The tables, and how older data come to them.

use rusqlite::{Connection, TransactionBehavior};

use super::error::state_error;
use crate::StateError;

/// One step a version, never changed after a release: `user_version` counts the steps taken.
const STEPS: &[&str] = &[include_str!("schema/0001.sql")];
/// `QULS`: whose database this is.
const APPLICATION: i64 = 0x5155_4C53;

/// Brings the data to this version's schema. Says whether there were none.
///
/// # Errors
/// [`StateError::TooNew`] when a newer version wrote them, [`StateError::Damaged`] when they are
/// somebody else's.
pub(super) fn migrate(connection: &mut Connection) -> Result<bool, StateError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    // Immediate, so that of two processes that open new data at once one waits for the other.
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(state_error)?;
    let found = pragma(&transaction, "user_version")?;
    let is_new = found == 0 && pragma(&transaction, "schema_version")? == 0;
    if !is_new && pragma(&transaction, "application_id")? != APPLICATION {
        return Err(StateError::damaged("it is another program's database"));
    }
    if found > known {
        return Err(StateError::TooNew { found, known });
    }
    if found < known {
        let taken = usize::try_from(found).unwrap_or(0);
        for step in STEPS.iter().skip(taken) {
            transaction.execute_batch(step).map_err(state_error)?;
        }
        transaction
            .pragma_update(None, "application_id", APPLICATION)
            .and_then(|()| transaction.pragma_update(None, "user_version", known))
            .map_err(state_error)?;
    }
    transaction.commit().map_err(state_error)?;
    Ok(is_new)
}

fn pragma(connection: &Connection, name: &str) -> Result<i64, StateError> {
    connection
        .pragma_query_value(None, name, |row| row.get(0))
        .map_err(state_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_of_a_newer_version_are_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert!(migrate(&mut connection).unwrap());
        connection.pragma_update(None, "user_version", 99).unwrap();
        let error = migrate(&mut connection).unwrap_err();
        assert!(matches!(
            error,
            StateError::TooNew {
                found: 99,
                known: 1
            }
        ));
        assert_eq!(pragma(&connection, "user_version").unwrap(), 99);
    }

    #[test]
    fn data_of_another_program_are_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE theirs (n)").unwrap();
        let error = migrate(&mut connection).unwrap_err();
        assert!(matches!(error, StateError::Damaged { .. }), "{error}");
        let tables = "SELECT count(*) FROM sqlite_schema";
        let tables: i64 = connection.query_row(tables, [], |row| row.get(0)).unwrap();
        assert_eq!(tables, 1);
    }

    #[test]
    fn migrating_twice_is_migrating_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert!(migrate(&mut connection).unwrap());
        assert!(!migrate(&mut connection).unwrap());
    }
}
