//! The seam between what a store does and the database that it does it in.
//!
//! Every method of the store is written once, as a function of `sql: &mut dyn Sql`: statements in
//! one text that both databases run, [`values!`] that go in, typed rows that come out. SQLite runs
//! the function on its writing thread or on a reading connection, PostgreSQL in a transaction of a
//! connection of its own; neither shows here.
//!
//! # The text
//!
//! Parameters are `?1`, `?2`, …. The few words in which the databases differ:
//!
//! | instead of | write |
//! | --- | --- |
//! | `a IS b` | `a IS NOT DISTINCT FROM b`, or `a = b` where neither is `NULL` |
//! | `x COLLATE NOCASE` | `lower(x) = ?1` and [`Value::folded`], with an index on `lower(x)` |
//! | `max(a, b)`, `min(a, b)` | `CASE WHEN a > b THEN a ELSE b END` |
//! | `INSERT OR IGNORE` | `ON CONFLICT DO NOTHING` |
//! | `column` in `DO UPDATE SET` | `table.column`, which is what was there, beside `excluded.column` |
//! | `1`, `0` for a truth | `TRUE`, `FALSE`, and a `bool` among the values |
//! | `GLOB`, `LIKE` | `substr(x, 1, 3) = ?1`, `instr(x, ?1) > 0` |
//! | `iif(…)` | `CASE WHEN … THEN … ELSE … END` |
//! | `ORDER BY x`, where `x` may be `NULL` | `ORDER BY x ASC NULLS FIRST` |
//! | a bare constant in `ORDER BY` | `CAST('it' AS TEXT)` |
//!
//! `json_each(text)` (its column `value`), `json_group_array(text)`, `json_extract(text, '$[0]')`
//! and `instr` are taught to PostgreSQL with its schema. `INDEXED BY` is passed over there, for it
//! has statistics. Texts are ordered by their bytes in both.

mod row;
mod value;

pub(in crate::store) use row::{Cell, Cells, Column, FromRow, Row};
pub(in crate::store) use value::{Value, values};

use quell_model::Timestamp;

use super::StoreError;

/// What one server does for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Work {
    /// Letting time pass.
    Sweep,
}

/// A transaction of either database.
///
/// What a function does through it is kept together or not at all. PostgreSQL may have the
/// function run again from its beginning, after everything was undone, when another transaction
/// got in its way: it has no effect but through this, and needs none.
pub(in crate::store) trait Sql {
    /// Runs a statement; how many rows it changed. The text is prepared once and kept.
    ///
    /// # Errors
    /// [`StoreError`]; then the whole transaction is undone, whatever the caller makes of it.
    fn execute(&mut self, text: &str, values: &[Value<'_>]) -> Result<u64, StoreError>;

    /// The database's own time, which is the same for all who use it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn now(&mut self) -> Result<Timestamp, StoreError>;

    /// Whether this transaction is now the only one of all servers that does the work of this
    /// name; if not, another does it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn is_alone_at(&mut self, work: Work) -> Result<bool, StoreError>;

    /// Runs a statement and shows each of its rows, without a copy.
    ///
    /// # Errors
    /// The database's, or the first of `visit`.
    fn visit(
        &mut self,
        text: &str,
        values: &[Value<'_>],
        visit: &mut dyn FnMut(&dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;
}

impl dyn Sql + '_ {
    /// All rows.
    pub(in crate::store) fn query<R: FromRow>(
        &mut self,
        text: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<R>, StoreError> {
        let mut rows = Vec::new();
        self.visit(text, values, &mut |cells| {
            rows.push(R::from_row(&mut Row::of(cells))?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row, of a statement that has one or none.
    pub(in crate::store) fn query_one<R: FromRow>(
        &mut self,
        text: &str,
        values: &[Value<'_>],
    ) -> Result<Option<R>, StoreError> {
        let mut first = None;
        self.visit(text, values, &mut |cells| {
            if first.is_none() {
                first = Some(R::from_row(&mut Row::of(cells))?);
            }
            Ok(())
        })?;
        Ok(first)
    }

    /// The only row, of a statement that always has one.
    pub(in crate::store) fn query_sure<R: FromRow>(
        &mut self,
        text: &str,
        values: &[Value<'_>],
    ) -> Result<R, StoreError> {
        self.query_one(text, values)?
            .ok_or_else(|| StoreError::Damaged("a row is missing".to_owned()))
    }

    /// Whether there is a row.
    pub(in crate::store) fn exists(
        &mut self,
        text: &str,
        values: &[Value<'_>],
    ) -> Result<bool, StoreError> {
        let mut found = false;
        self.visit(text, values, &mut |_| {
            found = true;
            Ok(())
        })?;
        Ok(found)
    }
}
