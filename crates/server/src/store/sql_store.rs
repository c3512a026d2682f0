//! The store in a database that speaks SQL.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use quell_state::PostgresOptions;

use super::database::Sql;
use super::postgres::{Postgres, Relay};
use super::sqlite::Sqlite;
use super::watch::Watched;
use super::{StoreError, WriteWatch};
use crate::core::TenantId;

/// A store in one SQLite file, or in a PostgreSQL database that replicas share.
///
/// A file is in WAL mode with a sync for every commit, and several processes may open it:
/// operators' commands do so while the server runs. Clones share threads and connections.
#[derive(Clone, Debug)]
pub struct SqlStore {
    database: Database,
    /// Of a database without a writing thread of ours.
    watched: Watched,
}

#[derive(Clone, Debug)]
enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl SqlStore {
    fn in_database(database: Database) -> Self {
        Self {
            database,
            watched: Watched::default(),
        }
    }

    /// Opens a file and brings it to this version's schema; makes it, readable by its owner
    /// alone, when it is not there.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be opened or a newer version wrote it.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let database = Database::Sqlite(Sqlite::open(file)?);
        Ok(Self::in_database(database))
    }

    /// Connects to a database and brings its schema `quell_server` to this version; makes it when
    /// it is not there, for which the account needs the right to make schemas.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be reached or a newer version wrote it.
    pub async fn connect(options: PostgresOptions) -> Result<Self, StoreError> {
        let database = Database::Postgres(Postgres::open(options).await?);
        Ok(Self::in_database(database))
    }

    /// From now on `watch` is told of every commit; the first one stays.
    pub fn watch_writes(&self, watch: Arc<dyn WriteWatch>) {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.watch_writes(watch),
            Database::Postgres(_) => self.watched.by(watch),
        }
    }

    /// What servers on this store tell each other by; none where there is only one.
    pub(super) const fn relay(&self) -> Option<&Relay> {
        match &self.database {
            Database::Sqlite(_) => None,
            Database::Postgres(postgres) => Some(postgres.relay()),
        }
    }

    /// Looks something up.
    pub(super) async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static,
    {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.read(work).await,
            Database::Postgres(postgres) => postgres.read(work).await,
        }
    }

    /// Looks up a few rows by their key. Where they are a function call away that is done without
    /// the hop to another thread and back, which costs more: `work` must not take long.
    pub(super) async fn glance<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static,
    {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.glance(work).await,
            Database::Postgres(postgres) => postgres.read(work).await,
        }
    }

    /// Changes something, durably, all of it or nothing.
    pub(super) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static,
    {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.write(work).await,
            Database::Postgres(postgres) => self.timed(postgres.write(work)).await,
        }
    }

    /// Changes something and tells of it in the tenant's audit trail. Every such change moves the
    /// trail's end: in PostgreSQL those of one server take turns, rather than run into each other.
    pub(super) async fn write_told<T, W>(&self, tenant: TenantId, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static,
    {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.write(work).await,
            Database::Postgres(postgres) => self.timed(postgres.write_in_turn(tenant, work)).await,
        }
    }

    async fn timed<T>(
        &self,
        writing: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let began = Instant::now();
        let done = writing.await;
        self.watched.committed(1, began.elapsed(), done.is_ok());
        done
    }

    /// How PostgreSQL goes about a query, where it may not read a whole table as long as an index
    /// can do: in an empty database that would be the cheapest.
    #[cfg(test)]
    pub(super) async fn plan_on_postgres(
        &self,
        query: &str,
        parameters: Vec<super::database::Value<'static>>,
    ) -> String {
        let text = format!("EXPLAIN {query}");
        let steps: Vec<(String,)> = self
            .read(move |sql| {
                sql.execute("SET LOCAL enable_seqscan = off", &[])?;
                sql.query(&text, &parameters)
            })
            .await
            .unwrap();
        let lines: Vec<_> = steps.into_iter().map(|(line,)| line).collect();
        lines.join("\n")
    }

    /// How SQLite goes about a query.
    #[cfg(test)]
    pub(super) async fn plan(
        &self,
        query: &str,
        parameters: Vec<super::database::Value<'static>>,
    ) -> String {
        let text = format!("EXPLAIN QUERY PLAN {query}");
        let steps: Vec<(i64, i64, i64, String)> = self
            .read(move |sql| sql.query(&text, &parameters))
            .await
            .unwrap();
        let details: Vec<_> = steps.into_iter().map(|(.., detail)| detail).collect();
        details.join("\n")
    }
}
