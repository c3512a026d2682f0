//! What the passing of time ends.

use quell_model::Timestamp;

use super::actions::{ACTION, advance};
use super::{addresses, calls, indicators, prevalence};
use crate::core::audit::By;
use crate::core::lifecycle::{DELIVERY_TIME, SILENCE_TIME};
use crate::core::{Event, Health, TenantId, health};
use crate::store::StoreError;
use crate::store::database::{FromRow, Row, Sql, Work, values};
use crate::store::record::{ActionRecord, Change, SweepRule};

/// The most sightings that one sweep forgets, but for those of one moment, which go together:
/// others wait to write meanwhile.
const MAX_FORGOTTEN: i64 = 20_000;

pub(super) fn time_out(sql: &mut dyn Sql, now: Timestamp) -> Result<u64, StoreError> {
    if !sql.is_alone_at(Work::Sweep)? {
        return Ok(0);
    }
    let by = By::server("sweep");
    let mut timed_out = 0;
    for Overdue(tenant, action) in overdue(sql, now)? {
        let advanced = advance(sql, tenant, action, &Event::Tick, None, &by, now)?;
        if advanced.verdict == Ok(Change::Moved) {
            timed_out += 1;
        }
    }
    Ok(timed_out)
}

struct Overdue(TenantId, ActionRecord);

impl FromRow for Overdue {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self(row.next()?, ActionRecord::from_row(row)?))
    }
}

fn overdue(sql: &mut dyn Sql, now: Timestamp) -> Result<Vec<Overdue>, StoreError> {
    sql.query(
        &format!(
            "SELECT tenant, {ACTION} FROM actions
             WHERE (status = 'Pending' AND created <= ?1) OR (status = 'InProgress' AND heard <= ?2)"
        ),
        values![
            now.saturating_sub(DELIVERY_TIME),
            now.saturating_sub(SILENCE_TIME)
        ],
    )
}

pub(super) fn inactivate(
    sql: &mut dyn Sql,
    rule: SweepRule,
    now: Timestamp,
) -> Result<u64, StoreError> {
    if !sql.is_alone_at(Work::Sweep)? {
        return Ok(0);
    }
    sql.execute(
        // The state that is no parameter is what lets the index be used.
        "UPDATE machines SET health_status = ?1
         WHERE health_status <> 'Inactive' AND last_seen < ?2",
        values![
            Health::Inactive.as_str(),
            health::inactive_before(now, rule.inactive_after)
        ],
    )
}

pub(super) fn forget(sql: &mut dyn Sql, rule: SweepRule, now: Timestamp) -> Result<(), StoreError> {
    if !sql.is_alone_at(Work::Sweep)? {
        return Ok(());
    }
    let oldest_sighting = now.saturating_sub(rule.sightings_kept);
    for (text, before) in [
        ("DELETE FROM assertions WHERE forget_after < ?1", now),
        (
            "DELETE FROM orders WHERE expires <= ?1",
            now.saturating_sub(rule.held_back),
        ),
        // An enrolment token is kept a while after its end, so that a machine whose answer was
        // lost may still ask again with the same key.
        (
            "DELETE FROM enrolment_tokens WHERE expires < ?1",
            oldest_sighting,
        ),
    ] {
        sql.execute(text, values![before])?;
    }
    forget_sightings(sql, oldest_sighting)?;
    addresses::sweep(sql, now)?;
    calls::sweep(sql)?;
    indicators::sweep(sql, now)
}

fn forget_sightings(sql: &mut dyn Sql, oldest: Timestamp) -> Result<(), StoreError> {
    let last: Option<(Timestamp,)> = sql.query_one(
        "SELECT max(last_seen) FROM (
             SELECT last_seen FROM sightings WHERE last_seen < ?1 ORDER BY last_seen LIMIT ?2
         ) AS few HAVING count(*) > 0",
        values![oldest, MAX_FORGOTTEN],
    )?;
    let Some((last,)) = last else {
        return Ok(());
    };
    prevalence::forget(sql, last)?;
    sql.execute("DELETE FROM sightings WHERE last_seen <= ?1", values![last])
        .map(drop)
}
