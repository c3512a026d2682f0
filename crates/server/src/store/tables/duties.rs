//! What one of the servers on a database does for all, for as long as it is there.

use std::time::Duration;

use uuid::Uuid;

use crate::store::StoreError;
use crate::store::database::{Sql, values};

/// Takes a duty, or keeps it, for a term by the database's clock; `false` while another has it.
pub(super) fn hold(
    sql: &mut dyn Sql,
    duty: &str,
    holder: Uuid,
    term: Duration,
) -> Result<bool, StoreError> {
    let now = sql.now()?;
    let taken = sql.execute(
        "INSERT INTO duties (name, holder, ends) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, ends = excluded.ends
             WHERE duties.holder = excluded.holder OR duties.ends <= ?4",
        values![duty, holder.to_string(), now.saturating_add(term), now],
    )?;
    Ok(taken > 0)
}

/// Leaves a duty to whoever takes it next.
pub(super) fn leave(sql: &mut dyn Sql, duty: &str, holder: Uuid) -> Result<(), StoreError> {
    sql.execute(
        "DELETE FROM duties WHERE name = ?1 AND holder = ?2",
        values![duty, holder.to_string()],
    )
    .map(drop)
}
