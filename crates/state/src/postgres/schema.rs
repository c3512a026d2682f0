//! The tables, in a schema of their own, and how older data come to them.

use tokio_postgres::Client;

use super::error::state_error;
use crate::StateError;

/// One step a version, never changed after a release.
const STEPS: &[&str] = &[include_str!("schema/0001.sql")];

/// Held while the tables are made: `CREATE … IF NOT EXISTS` alone fails when two do it at once.
const LOCK: &str = "SELECT pg_advisory_xact_lock(5859371236470)";
/// The schema is looked for before it is made: an account that may not make one can use it.
const FIND: &str = "SELECT to_regclass('quell.schema_version') IS NOT NULL";
const MAKE: &str = "CREATE SCHEMA IF NOT EXISTS quell;
    CREATE TABLE quell.schema_version (version bigint NOT NULL);
    INSERT INTO quell.schema_version VALUES (0)";

/// Brings the data to this version's schema.
///
/// # Errors
/// [`StateError::TooNew`] when a newer version wrote them.
pub(super) async fn migrate(client: &mut Client) -> Result<(), StateError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let transaction = client.transaction().await.map_err(state_error)?;
    transaction.batch_execute(LOCK).await.map_err(state_error)?;
    let row = transaction
        .query_one(FIND, &[])
        .await
        .map_err(state_error)?;
    if !row.try_get::<_, bool>(0).map_err(state_error)? {
        transaction.batch_execute(MAKE).await.map_err(state_error)?;
    }
    let version = "SELECT version FROM quell.schema_version";
    let row = transaction
        .query_one(version, &[])
        .await
        .map_err(state_error)?;
    let found: i64 = row.try_get(0).map_err(state_error)?;
    if found > known {
        return Err(StateError::TooNew { found, known });
    }
    if found < known {
        let taken = usize::try_from(found).unwrap_or(0);
        for step in STEPS.iter().skip(taken) {
            transaction.batch_execute(step).await.map_err(state_error)?;
        }
        let update = "UPDATE quell.schema_version SET version = $1";
        transaction
            .execute(update, &[&known])
            .await
            .map_err(state_error)?;
    }
    transaction.commit().await.map_err(state_error)
}
