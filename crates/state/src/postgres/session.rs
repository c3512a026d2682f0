//! One connection, its prepared statements, and what it hears of others.

use std::collections::HashMap;

use tokio::sync::watch;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Row, Statement, Transaction};

use super::error::state_error;
use super::options::PostgresOptions;
use super::schema::migrate;
use super::wire::PostgresWire;
use super::{attempts, permits};
use crate::StateError;

/// What every session is told first. Commits wait for the disk whatever the server's default is; a
/// host that hangs while it holds a budget's row is cut off; nobody waits for ever.
const MANNERS: &str = "SET search_path TO quell;
    SET synchronous_commit TO on;
    SET default_transaction_isolation TO 'read committed';
    SET statement_timeout TO '10s';
    SET idle_in_transaction_session_timeout TO '10s';
    LISTEN quell_state";

/// A connection that works.
pub(super) struct Session {
    client: Client,
    prepared: HashMap<&'static str, Statement>,
}

/// Values for a statement.
pub(super) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Counts what was heard of others.
pub(super) type Stirs = watch::Sender<u64>;

impl Session {
    /// Connects, makes the tables if there are none, and listens.
    pub(super) async fn open(options: &PostgresOptions, stirs: &Stirs) -> Result<Self, StateError> {
        let mut client = connect(options, stirs).await?;
        // First, so that the tables are made in the schema that is searched, whoever makes them.
        client.batch_execute(MANNERS).await.map_err(state_error)?;
        migrate(&mut client).await?;
        let mut prepared = HashMap::new();
        for sql in permits::STATEMENTS.iter().chain(attempts::STATEMENTS) {
            let statement = client.prepare(sql).await.map_err(state_error)?;
            prepared.insert(*sql, statement);
        }
        Ok(Self { client, prepared })
    }

    pub(super) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    /// Begins a transaction, which is rolled back unless it is committed.
    pub(super) async fn begin(&mut self) -> Result<Work<'_>, StateError> {
        Ok(Work {
            transaction: self.client.transaction().await.map_err(state_error)?,
            prepared: &self.prepared,
        })
    }
}

/// A transaction and the statements for it.
pub(super) struct Work<'s> {
    transaction: Transaction<'s>,
    prepared: &'s HashMap<&'static str, Statement>,
}

impl Work<'_> {
    pub(super) async fn all(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, StateError> {
        let statement = self.statement(sql)?;
        let rows = self.transaction.query(statement, values).await;
        rows.map_err(state_error)
    }

    pub(super) async fn one(
        &self,
        sql: &str,
        values: Values<'_>,
    ) -> Result<Option<Row>, StateError> {
        let statement = self.statement(sql)?;
        let row = self.transaction.query_opt(statement, values).await;
        row.map_err(state_error)
    }

    /// How many rows it touched.
    pub(super) async fn execute(&self, sql: &str, values: Values<'_>) -> Result<u64, StateError> {
        let statement = self.statement(sql)?;
        let touched = self.transaction.execute(statement, values).await;
        touched.map_err(state_error)
    }

    pub(super) async fn commit(self) -> Result<(), StateError> {
        self.transaction.commit().await.map_err(state_error)
    }

    fn statement(&self, sql: &str) -> Result<&Statement, StateError> {
        let prepared = self.prepared.get(sql);
        prepared.ok_or_else(|| StateError::Database {
            source: "a statement was not prepared".into(),
        })
    }
}

async fn connect(options: &PostgresOptions, stirs: &Stirs) -> Result<Client, StateError> {
    let (client, wire) = options.connect().await?;
    listen(wire, stirs.clone());
    Ok(client)
}

/// Drives the connection until it ends. Whoever waits is woken then too: what is notified while
/// nobody listens is lost.
fn listen(mut wire: PostgresWire, stirs: Stirs) {
    tokio::spawn(async move {
        while let Some(message) = wire.next().await {
            if let AsyncMessage::Notification(_) = message {
                stirs.send_modify(|count| *count = count.wrapping_add(1));
            }
        }
        stirs.send_modify(|count| *count = count.wrapping_add(1));
    });
}
