//! One page of a collection.

use rusqlite::types::{ToSqlOutput, Value as SqlValue};
use rusqlite::{Connection, Row, ToSql, params_from_iter};

use super::error::store_error;
use super::rows::{signed, unsigned};
use crate::odata::{MAX_TOP, Query, Value};
use crate::store::StoreError;
use crate::store::record::Page;

/// What a collection is, beside what the caller asks of it.
pub(super) struct Collection<T> {
    /// The table.
    pub table: &'static str,
    /// The columns of one record.
    pub columns: &'static str,
    /// What always holds, with its parameters numbered from 1.
    pub scope: String,
    /// The values of the scope's parameters.
    pub parameters: Vec<SqlValue>,
    /// The order when the caller names none, and the last word when he does: it is total, so that
    /// pages do not overlap.
    pub order: &'static str,
    /// Reads a record.
    pub read: fn(&Row<'_>) -> Result<T, StoreError>,
}

enum Bound<'a> {
    Scope(&'a SqlValue),
    Filter(&'a Value),
    Number(i64),
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Scope(value) => value.to_sql(),
            Self::Filter(value) => value.to_sql(),
            Self::Number(number) => number.to_sql(),
        }
    }
}

impl<T> Collection<T> {
    /// The page that the query asks for.
    pub(super) fn page(&self, c: &Connection, query: &Query) -> Result<Page<T>, StoreError> {
        let filter = query
            .filter()
            .map(|filter| filter.condition(self.parameters.len() + 1));
        let mut bound: Vec<_> = self.parameters.iter().map(Bound::Scope).collect();
        let mut condition = self.scope.clone();
        if let Some(filter) = &filter {
            condition = format!("{condition} AND ({})", filter.sql);
            bound.extend(filter.parameters.iter().map(Bound::Filter));
        }
        let count = match query.count() {
            true => Some(self.count(c, &condition, &bound)?),
            false => None,
        };
        let limit = query.top().unwrap_or(MAX_TOP).min(MAX_TOP);
        let next = bound.len() + 1;
        bound.push(Bound::Number(i64::from(limit) + 1));
        bound.push(Bound::Number(signed(query.skip())));
        let sql = format!(
            "SELECT {} FROM {} WHERE {condition} ORDER BY {} LIMIT ?{next} OFFSET ?{}",
            self.columns,
            self.table,
            self.order_of(query),
            next + 1
        );
        let mut items = self.rows(c, &sql, &bound)?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit && query.top().is_none();
        items.truncate(limit);
        Ok(Page { items, count, more })
    }

    fn order_of(&self, query: &Query) -> String {
        match query.order_by() {
            None => self.order.to_owned(),
            Some(order) => format!("{order}, {}", self.order),
        }
    }

    fn count(
        &self,
        c: &Connection,
        condition: &str,
        bound: &[Bound<'_>],
    ) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {} WHERE {condition}", self.table);
        c.query_row(&sql, params_from_iter(bound), |row| row.get(0))
            .map(unsigned)
            .map_err(store_error)
    }

    fn rows(&self, c: &Connection, sql: &str, bound: &[Bound<'_>]) -> Result<Vec<T>, StoreError> {
        let mut statement = c.prepare(sql).map_err(store_error)?;
        let found = statement
            .query_map(params_from_iter(bound), |row| Ok((self.read)(row)))
            .map_err(store_error)?;
        found.map(|row| row.map_err(store_error)?).collect()
    }
}
