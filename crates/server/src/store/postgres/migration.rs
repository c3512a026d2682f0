//! How an older database comes to this version's tables.

use quell_state::PostgresOptions;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, Transaction};

use super::fault::Fault;
use super::session;
use crate::store::{SchemaVersion, StoreError, schema};

/// Held while the tables are made: replicas that start at once wait for each other.
const LOCK: &str = "SELECT pg_advisory_xact_lock(5859371236471)";
/// The schema is looked for before it is made: an account that may not make one can use it.
const FIND: &str = "SELECT to_regclass('quell_server.schema_version') IS NOT NULL";
const MAKE: &str = "CREATE SCHEMA IF NOT EXISTS quell_server;
    CREATE TABLE quell_server.schema_version (version bigint NOT NULL);
    INSERT INTO quell_server.schema_version VALUES (0)";

/// Brings the database to this version's schema.
///
/// # Errors
/// [`StoreError::TooNew`] when a newer version wrote it.
pub(super) async fn migrate(options: &PostgresOptions) -> Result<(), StoreError> {
    let mut client = session::connect(options).await?;
    let known = schema::newest();
    // A step may take longer than a statement of the server's day.
    client
        .batch_execute("SET statement_timeout TO 0; SET lock_timeout TO '60s'")
        .await
        .map_err(told)?;
    let transaction = begin(&mut client).await?;
    let found = version(&transaction).await.map_err(told)?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    if found == known {
        return Ok(());
    }
    for step in schema::postgres_steps(found) {
        transaction.batch_execute(&step).await.map_err(told)?;
    }
    let keep = "UPDATE quell_server.schema_version SET version = $1";
    transaction.execute(keep, &[&known]).await.map_err(told)?;
    transaction.commit().await.map_err(told)
}

/// The version of the database, and this program's; nothing is made or changed.
pub(crate) async fn schema_version_of(
    options: &PostgresOptions,
) -> Result<SchemaVersion, StoreError> {
    let client = session::connect(options).await?;
    let known = schema::newest();
    let row = client.query_one(FIND, &[]).await.map_err(told)?;
    if !row.try_get::<_, bool>(0).map_err(told)? {
        return Ok(SchemaVersion { found: 0, known });
    }
    let version = "SELECT version FROM quell_server.schema_version";
    let row = client.query_one(version, &[]).await.map_err(told)?;
    let found = row.try_get(0).map_err(told)?;
    Ok(SchemaVersion { found, known })
}

async fn begin(client: &mut Client) -> Result<Transaction<'_>, StoreError> {
    let transaction = client.transaction().await.map_err(told)?;
    transaction.batch_execute(LOCK).await.map_err(told)?;
    Ok(transaction)
}

async fn version(transaction: &Transaction<'_>) -> Result<i64, Error> {
    let is_there: bool = transaction.query_one(FIND, &[]).await?.try_get(0)?;
    if !is_there {
        transaction.batch_execute(MAKE).await?;
    }
    let version = "SELECT version FROM quell_server.schema_version";
    transaction.query_one(version, &[]).await?.try_get(0)
}

#[expect(clippy::needless_pass_by_value, reason = "a `map_err` hands it over")]
fn told(error: Error) -> StoreError {
    match error.code() {
        Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
            StoreError::Unavailable(session::why_not(&error))
        }
        _ => Fault::of(&error).told(),
    }
}
