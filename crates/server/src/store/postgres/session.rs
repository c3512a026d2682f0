//! One connection, its prepared statements, and one transaction at a time.

use std::collections::HashMap;
use std::time::Duration;

use quell_model::Timestamp;
use quell_state::PostgresOptions;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, SimpleQueryMessage, Statement};

use super::fault::{Failure, Fault};
use super::text::translated;
use crate::store::StoreError;
use crate::store::database::{Cells, Sql, Value, Work, values};

/// What every session is told first.
///
/// Commits wait for the disk whatever the server's default is, and nobody waits for ever. A table
/// is never read whole where an index will do, however few rows the statistics of a young table
/// tell of: under SERIALIZABLE, who reads a table whole is in the way of everyone who writes there.
const MANNERS: &str = "SET search_path TO quell_server;
    SET synchronous_commit TO on;
    SET statement_timeout TO '10s';
    SET lock_timeout TO '5s';
    SET idle_in_transaction_session_timeout TO '15s';
    SET enable_seqscan TO off;
    SET jit TO off";
/// A server that says nothing for this long is taken for lost: longer than it lets a statement
/// take.
const SILENCE: Duration = Duration::from_secs(12);
/// The most prepared statements that are kept; filters of callers come in every shape.
const MAX_PREPARED: usize = 256;

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
}

impl Mode {
    /// A write is named, so that its fate can be asked for.
    const fn beginning(self) -> &'static str {
        match self {
            Self::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Self::Write => "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT pg_current_xact_id()::text",
        }
    }
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Committed,
    Undone,
    Running,
}

/// A connection that works.
#[derive(Debug)]
pub(super) struct Session {
    client: Client,
    prepared: HashMap<String, Statement>,
}

impl Session {
    pub(super) async fn open(options: &PostgresOptions) -> Result<Self, StoreError> {
        let client = connect(options).await?;
        Ok(Self {
            client,
            prepared: HashMap::new(),
        })
    }

    pub(super) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs `work` in one transaction, and ends it.
    pub(super) fn transact<T>(
        &mut self,
        runtime: &Handle,
        mode: Mode,
        work: &dyn Fn(&mut dyn Sql) -> Result<T, StoreError>,
    ) -> Result<T, Failure<T>> {
        let mut transaction = Transaction {
            session: self,
            runtime,
            beginning: Some(mode.beginning()),
            name: String::new(),
            fault: None,
        };
        let done = work(&mut transaction);
        transaction.end(done)
    }

    /// What became of a transaction of another connection.
    pub(super) fn fate_of(
        &mut self,
        runtime: &Handle,
        transaction: &str,
    ) -> Result<Fate, StoreError> {
        let ask = async {
            let status = "SELECT pg_xact_status($1::text::xid8)::text";
            self.client.query_one(status, &[&transaction]).await
        };
        let row = wait(runtime, ask).map_err(|fault| fault.told())?;
        let status: Option<String> = row
            .try_get(0)
            .map_err(|error| StoreError::Damaged(error.to_string()))?;
        Ok(match status.as_deref() {
            Some("committed") => Fate::Committed,
            Some("in progress") => Fate::Running,
            _ => Fate::Undone,
        })
    }
}

/// Connects, and says how things are done here.
pub(super) async fn connect(options: &PostgresOptions) -> Result<Client, StoreError> {
    let unavailable =
        |error: &(dyn std::error::Error + 'static)| StoreError::Unavailable(why_not(error));
    let (client, mut wire) = timeout(SILENCE, options.connect())
        .await
        .map_err(|_| StoreError::Unavailable("the database does not answer".to_owned()))?
        .map_err(|error| unavailable(&error))?;
    tokio::spawn(async move { while wire.next().await.is_some() {} });
    client
        .batch_execute(MANNERS)
        .await
        .map_err(|error| unavailable(&error))?;
    Ok(client)
}

/// Why there is no connection, and what the operator can do about it.
pub(super) fn why_not(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |cause| cause.source());
    let mut innermost = String::new();
    for cause in causes {
        if let Some(fault) = cause.downcast_ref::<DbError>() {
            let (message, code) = (fault.message(), fault.code());
            return format!("{message} ({}){}", code.code(), advice(code));
        }
        innermost = cause.to_string();
    }
    format!("the database cannot be reached: {innermost}")
}

/// What to do about a refusal, if it is one that the operator can end.
fn advice(code: &SqlState) -> &'static str {
    match *code {
        SqlState::INVALID_PASSWORD => ": look at PGPASSWORD, ~/.pgpass or --store-password-file",
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            ": look at the user in --store and at the database's pg_hba.conf"
        }
        SqlState::INVALID_CATALOG_NAME => ": make it with createdb, or name another in --store",
        SqlState::INSUFFICIENT_PRIVILEGE => {
            ": give the user the right to create a schema there, or make it his own"
        }
        _ => "",
    }
}

/// Waits on this blocking thread for an answer.
fn wait<T>(runtime: &Handle, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Fault> {
    match runtime.block_on(async { timeout(SILENCE, answer).await }) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Fault::of(&error)),
        Err(_) => Err(Fault::Lost("the database does not answer".to_owned())),
    }
}

/// A transaction that begins with its first statement.
struct Transaction<'s> {
    session: &'s mut Session,
    runtime: &'s Handle,
    beginning: Option<&'static str>,
    /// What it is called, if it was named.
    name: String,
    /// The first fault; after it nothing of this transaction counts.
    fault: Option<Fault>,
}

impl Transaction<'_> {
    fn rows(&mut self, text: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.run(text, async |client, statement| {
            client.query(statement, &parameters(values)).await
        })
    }

    /// Runs a statement; with the first one the transaction begins, in the same round trip.
    fn run<T>(
        &mut self,
        text: &str,
        ask: impl AsyncFnOnce(&Client, &Statement) -> Result<T, Error>,
    ) -> Result<T, StoreError> {
        if let Some(fault) = &self.fault {
            return Err(fault.told());
        }
        let answer = self.asked(text, ask);
        answer.map_err(|fault| {
            let told = fault.told();
            self.fault = Some(fault);
            told
        })
    }

    fn asked<T>(
        &mut self,
        text: &str,
        ask: impl AsyncFnOnce(&Client, &Statement) -> Result<T, Error>,
    ) -> Result<T, Fault> {
        let statement = self.statement(text)?;
        let client = &self.session.client;
        let Some(beginning) = self.beginning.take() else {
            return wait(self.runtime, ask(client, &statement));
        };
        let both = async { tokio::join!(client.simple_query(beginning), ask(client, &statement)) };
        let (begun, answer) = wait(self.runtime, async { Ok(both.await) })?;
        self.name = name_in(&begun.map_err(|error| Fault::of(&error))?);
        answer.map_err(|error| Fault::of(&error))
    }

    fn statement(&mut self, text: &str) -> Result<Statement, Fault> {
        if let Some(statement) = self.session.prepared.get(text) {
            return Ok(statement.clone());
        }
        let said = translated(text);
        let statement = wait(self.runtime, self.session.client.prepare(&said))?;
        if self.session.prepared.len() >= MAX_PREPARED {
            self.session.prepared.clear();
        }
        self.session
            .prepared
            .insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    fn end<T>(mut self, done: Result<T, StoreError>) -> Result<T, Failure<T>> {
        let has_begun = self.beginning.is_none();
        match (done, self.fault.take()) {
            (Ok(value), None) if has_begun => self.commit(value),
            (Ok(value), None) => Ok(value),
            (_, Some(Fault::Lost(why))) => Err(Failure::Lost(why)),
            (_, Some(fault)) => Err(self.undone(fault.into())),
            (Err(error), None) if has_begun => Err(self.undone(Failure::Refused(error))),
            (Err(error), None) => Err(Failure::Refused(error)),
        }
    }

    fn commit<T>(self, value: T) -> Result<T, Failure<T>> {
        let commit = self.session.client.batch_execute("COMMIT");
        match wait(self.runtime, commit) {
            Ok(()) => Ok(value),
            Err(Fault::Lost(why)) if self.name.is_empty() => Err(Failure::Lost(why)),
            Err(Fault::Lost(_)) => Err(Failure::InDoubt {
                transaction: self.name,
                value,
            }),
            Err(fault) => Err(fault.into()),
        }
    }

    fn undone<T>(self, failure: Failure<T>) -> Failure<T> {
        let rollback = self.session.client.batch_execute("ROLLBACK");
        match wait(self.runtime, rollback) {
            Ok(()) => failure,
            Err(_) => Failure::Lost("the connection was lost".to_owned()),
        }
    }
}

impl Sql for Transaction<'_> {
    fn execute(&mut self, text: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.run(text, async |client, statement| {
            client.execute(statement, &parameters(values)).await
        })
    }

    fn now(&mut self) -> Result<Timestamp, StoreError> {
        let sql: &mut dyn Sql = self;
        let (now,) = sql.query_sure("SELECT quell_now()", values![])?;
        Ok(now)
    }

    fn is_alone_at(&mut self, work: Work) -> Result<bool, StoreError> {
        let key: i64 = match work {
            Work::Sweep => 5_859_371_236_472,
        };
        let sql: &mut dyn Sql = self;
        let (alone,) = sql.query_sure("SELECT pg_try_advisory_xact_lock(?1)", values![key])?;
        Ok(alone)
    }

    fn visit(
        &mut self,
        text: &str,
        values: &[Value<'_>],
        visit: &mut dyn FnMut(&dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.rows(text, values)?
            .iter()
            .try_for_each(|row| visit(row))
    }
}

fn parameters<'v>(values: &'v [Value<'_>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values.iter().map(|value| value as _).collect()
}

/// The one value of the one row among these.
fn name_in(messages: &[SimpleQueryMessage]) -> String {
    let name = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    name.unwrap_or_default().to_owned()
}
