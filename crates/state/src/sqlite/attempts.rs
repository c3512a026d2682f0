//! The journal of intents as rows.

use quell_ratelimit::BudgetName;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::error::state_error;
use crate::StateError;
use crate::journal::{Entering, Entry, Filter, Intent, IntentId, Settlement};
use crate::ledger::{AttemptRow, FORGOTTEN_AFTER, FORGOTTEN_AT_ONCE, nanoseconds, since_epoch};

/// Writes one thing into the journal. `wall` is now, in nanoseconds since the Unix epoch.
pub(super) fn enter(
    connection: &Connection,
    entering: Entering,
    wall: i64,
) -> Result<IntentId, StateError> {
    match entering {
        Entering::Intent(intent) => intend(connection, &intent, wall),
        Entering::Settlement(id, settlement) => {
            settle(connection, id, &settlement, wall).map(|()| id)
        }
    }
}

fn intend(connection: &Connection, intent: &Intent, now: i64) -> Result<IntentId, StateError> {
    forget(connection, now)?;
    let insert = "INSERT INTO attempts (tenant, application, operation, machine, file, comment, begun, within, state)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'sending')";
    let row = AttemptRow::of(intent);
    connection
        .prepare_cached(insert)
        .and_then(|mut statement| {
            statement.insert(params![
                row.tenant,
                row.application,
                row.operation,
                row.machine,
                row.file,
                row.comment,
                row.begun,
                row.within,
            ])
        })
        .map(IntentId::from)
        .map_err(state_error)
}

fn settle(
    connection: &Connection,
    id: IntentId,
    settlement: &Settlement,
    now: i64,
) -> Result<(), StateError> {
    let update = "UPDATE attempts SET state = ?2, detail = ?3, settled = ?4
        WHERE id = ?1 AND state IN ('sending', 'unknown')";
    let (state, detail) = settlement.columns();
    let settled = settlement.is_final().then_some(now);
    let found = connection
        .prepare_cached(update)
        .and_then(|mut statement| statement.execute(params![i64::from(id), state, detail, settled]))
        .map_err(state_error)?;
    if found == 0 && entry(connection, id)?.is_none() {
        return Err(StateError::UnknownIntent(id));
    }
    Ok(())
}

/// A few at a time, so that nobody waits for it.
fn forget(connection: &Connection, now: i64) -> Result<(), StateError> {
    let delete = "DELETE FROM attempts WHERE id IN
        (SELECT id FROM attempts WHERE settled < ?1 ORDER BY settled LIMIT ?2)";
    let before = now.saturating_sub(nanoseconds(FORGOTTEN_AFTER));
    connection
        .prepare_cached(delete)
        .and_then(|mut statement| statement.execute([before, FORGOTTEN_AT_ONCE]))
        .map(drop)
        .map_err(state_error)
}

pub(super) fn entry(connection: &Connection, id: IntentId) -> Result<Option<Entry>, StateError> {
    let select = "SELECT id, tenant, application, operation, machine, file, comment, begun, within, state, detail
        FROM attempts WHERE id = ?1";
    let found = connection
        .prepare_cached(select)
        .and_then(|mut statement| statement.query_row([i64::from(id)], read).optional())
        .map_err(state_error)?;
    found.map(AttemptRow::entry).transpose()
}

pub(super) fn open(connection: &Connection, filter: &Filter) -> Result<Vec<Entry>, StateError> {
    let select = "SELECT id, tenant, application, operation, machine, file, comment, begun, within, state, detail
        FROM attempts
        WHERE state IN ('sending', 'unknown')
            AND (?1 IS NULL OR (tenant = ?1 AND application = ?2 AND operation = ?3))
            AND (?4 IS NULL OR begun < ?4)
        ORDER BY id";
    let budget = filter.budget.as_ref();
    let found = connection
        .prepare_cached(select)
        .and_then(|mut statement| {
            let values = params![
                budget.map(BudgetName::tenant),
                budget.map(BudgetName::application),
                budget.map(BudgetName::operation),
                filter.begun_before.map(since_epoch),
            ];
            statement
                .query_map(values, read)?
                .collect::<Result<Vec<_>, _>>()
        })
        .map_err(state_error)?;
    found.into_iter().map(AttemptRow::entry).collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<AttemptRow> {
    Ok(AttemptRow {
        id: row.get(0)?,
        tenant: row.get(1)?,
        application: row.get(2)?,
        operation: row.get(3)?,
        machine: row.get(4)?,
        file: row.get(5)?,
        comment: row.get(6)?,
        begun: row.get(7)?,
        within: row.get(8)?,
        state: row.get(9)?,
        detail: row.get(10)?,
    })
}
