//! One page of a collection.

use crate::odata::{MAX_TOP, Query};
use crate::store::StoreError;
use crate::store::database::{FromRow, Sql, Value};
use crate::store::record::Page;

/// What a collection is, beside what the caller asks of it.
pub(super) struct Collection {
    /// The table.
    pub table: &'static str,
    /// The columns of one record.
    pub columns: &'static str,
    /// What always holds, with its parameters numbered from 1.
    pub scope: String,
    /// The values of the scope's parameters.
    pub parameters: Vec<Value<'static>>,
    /// The order when the caller names none, and the last word when he does: it is total, so that
    /// pages do not overlap.
    pub order: &'static str,
}

impl Collection {
    /// The page that the query asks for.
    pub(super) fn page<T: FromRow>(
        &self,
        sql: &mut dyn Sql,
        query: &Query,
    ) -> Result<Page<T>, StoreError> {
        let filter = query
            .filter()
            .map(|filter| filter.condition(self.parameters.len() + 1));
        let mut values = self.parameters.clone();
        let mut condition = self.scope.clone();
        if let Some(filter) = &filter {
            condition = format!("{condition} AND ({})", filter.sql);
            values.extend(filter.parameters.iter().map(Value::from));
        }
        let count = match query.count() {
            true => Some(self.count(sql, &condition, &values)?),
            false => None,
        };
        let limit = query.top().unwrap_or(MAX_TOP).min(MAX_TOP);
        let next = values.len() + 1;
        values.push((limit + 1).into());
        values.push(query.skip().into());
        let text = format!(
            "SELECT {} FROM {} WHERE {condition} ORDER BY {} LIMIT ?{next} OFFSET ?{}",
            self.columns,
            self.table,
            self.order_of(query),
            next + 1
        );
        let mut items = sql.query(&text, &values)?;
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
        sql: &mut dyn Sql,
        condition: &str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let text = format!("SELECT count(*) FROM {} WHERE {condition}", self.table);
        let (count,) = sql.query_sure(&text, values)?;
        Ok(count)
    }
}
