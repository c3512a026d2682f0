//! The journal of intents as rows.

use quell_ratelimit::BudgetName;
use tokio_postgres::Row;

use super::error::state_error;
use super::session::Work;
use crate::StateError;
use crate::journal::{Entering, Entry, Filter, Intent, IntentId, Settlement};
use crate::ledger::{AttemptRow, FORGOTTEN_AFTER, FORGOTTEN_AT_ONCE, nanoseconds, since_epoch};

const INTEND: &str = "INSERT INTO attempts (tenant, application, operation, machine, file, comment, begun, within, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'sending') RETURNING id";
const SETTLE: &str = "UPDATE attempts SET state = $2, detail = $3, settled = $4
    WHERE id = $1 AND state IN ('sending', 'unknown')";
const FORGET: &str = "DELETE FROM attempts WHERE id IN
    (SELECT id FROM attempts WHERE settled < $1 ORDER BY settled LIMIT $2 FOR UPDATE SKIP LOCKED)";
const ENTRY: &str = "SELECT id, tenant, application, operation, machine, file, comment, begun, within, state, detail
    FROM attempts WHERE id = $1";
const OPEN: &str = "SELECT id, tenant, application, operation, machine, file, comment, begun, within, state, detail
    FROM attempts
    WHERE state IN ('sending', 'unknown')
        AND ($1::text IS NULL OR (tenant = $1 AND application = $2 AND operation = $3))
        AND ($4::bigint IS NULL OR begun < $4)
    ORDER BY id";

pub(super) const STATEMENTS: &[&str] = &[INTEND, SETTLE, FORGET, ENTRY, OPEN];

/// Writes one thing into the journal. `wall` is now, in nanoseconds since the Unix epoch.
pub(super) async fn enter(
    work: &Work<'_>,
    entering: Entering,
    wall: i64,
) -> Result<IntentId, StateError> {
    match entering {
        Entering::Intent(intent) => intend(work, &intent, wall).await,
        Entering::Settlement(id, settlement) => {
            settle(work, id, &settlement, wall).await.map(|()| id)
        }
    }
}

async fn intend(work: &Work<'_>, intent: &Intent, now: i64) -> Result<IntentId, StateError> {
    let before = now.saturating_sub(nanoseconds(FORGOTTEN_AFTER));
    work.execute(FORGET, &[&before, &FORGOTTEN_AT_ONCE]).await?;
    let row = AttemptRow::of(intent);
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 8] = [
        &row.tenant,
        &row.application,
        &row.operation,
        &row.machine,
        &row.file,
        &row.comment,
        &row.begun,
        &row.within,
    ];
    match work.one(INTEND, &values).await? {
        Some(row) => row.try_get(0).map(|id: i64| id.into()).map_err(state_error),
        None => Err(StateError::damaged("an intent was not kept")),
    }
}

async fn settle(
    work: &Work<'_>,
    id: IntentId,
    settlement: &Settlement,
    now: i64,
) -> Result<(), StateError> {
    let (state, detail) = settlement.columns();
    let settled = settlement.is_final().then_some(now);
    let touched = work
        .execute(SETTLE, &[&i64::from(id), &state, &detail, &settled])
        .await?;
    if touched == 0 && entry(work, id).await?.is_none() {
        return Err(StateError::UnknownIntent(id));
    }
    Ok(())
}

pub(super) async fn entry(work: &Work<'_>, id: IntentId) -> Result<Option<Entry>, StateError> {
    let row = work.one(ENTRY, &[&i64::from(id)]).await?;
    row.map(|row| read(&row)).transpose()
}

pub(super) async fn open(work: &Work<'_>, filter: &Filter) -> Result<Vec<Entry>, StateError> {
    let budget = filter.budget.as_ref();
    let rows = work
        .all(
            OPEN,
            &[
                &budget.map(BudgetName::tenant),
                &budget.map(BudgetName::application),
                &budget.map(BudgetName::operation),
                &filter.begun_before.map(since_epoch),
            ],
        )
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Entry, StateError> {
    let columns = |row: &Row| {
        Ok(AttemptRow {
            id: row.try_get(0)?,
            tenant: row.try_get(1)?,
            application: row.try_get(2)?,
            operation: row.try_get(3)?,
            machine: row.try_get(4)?,
            file: row.try_get(5)?,
            comment: row.try_get(6)?,
            begun: row.try_get(7)?,
            within: row.try_get(8)?,
            state: row.try_get(9)?,
            detail: row.try_get(10)?,
        })
    };
    columns(row).map_err(state_error)?.entry()
}
