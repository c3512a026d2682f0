//! Statements of the seam, run by SQLite.

use quell_model::Timestamp;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, Row, ToSql, params_from_iter};

use super::error::store_error;
use crate::store::StoreError;
use crate::store::database::{Cell, Cells, Sql, Value, Work};

/// A transaction of this connection, which begins and ends elsewhere.
pub(super) struct OnConnection<'c>(pub(super) &'c Connection);

impl OnConnection<'_> {
    fn prepare(&self, text: &str) -> Result<CachedStatement<'_>, StoreError> {
        self.0.prepare_cached(text).map_err(store_error)
    }
}

impl Sql for OnConnection<'_> {
    fn execute(&mut self, text: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let changed = self
            .prepare(text)?
            .execute(params_from_iter(values))
            .map_err(store_error)?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    fn now(&mut self) -> Result<Timestamp, StoreError> {
        let ticks = self
            .prepare("SELECT CAST((julianday('now') - 2440587.5) * 864000000000 AS INTEGER)")?
            .query_row([], |row| row.get(0))
            .map_err(store_error)?;
        Ok(Timestamp::from_unix_ticks(ticks))
    }

    /// One thread writes, and one server at a time runs on a file.
    fn is_alone_at(&mut self, _: Work) -> Result<bool, StoreError> {
        Ok(true)
    }

    fn visit(
        &mut self,
        text: &str,
        values: &[Value<'_>],
        visit: &mut dyn FnMut(&dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.prepare(text)?;
        let mut rows = statement
            .query(params_from_iter(values))
            .map_err(store_error)?;
        while let Some(row) = rows.next().map_err(store_error)? {
            visit(row)?;
        }
        Ok(())
    }
}

impl Cells for Row<'_> {
    fn cell(&self, place: usize) -> Result<Cell<'_>, StoreError> {
        Ok(match self.get_ref(place).map_err(store_error)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Integer(number),
            ValueRef::Text(text) => {
                Cell::Text(std::str::from_utf8(text).map_err(|error| {
                    StoreError::Damaged(format!("column {}: {error}", place + 1))
                })?)
            }
            ValueRef::Blob(bytes) => Cell::Bytes(bytes),
            ValueRef::Real(number) => {
                let why = format!("column {} holds {number}", place + 1);
                return Err(StoreError::Damaged(why));
            }
        })
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Integer(number) => ToSqlOutput::from(*number),
            Self::Boolean(truth) => ToSqlOutput::from(*truth),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}
