//! What the passing of time ends, in SQLite.

use quell_model::Timestamp;
use rusqlite::{Connection, params};

use super::actions::advance;
use super::error::store_error;
use super::{addresses, indicators, rows};
use crate::core::lifecycle::{DELIVERY_TIME, SILENCE_TIME};
use crate::core::{Event, Health, TenantId, health};
use crate::store::StoreError;
use crate::store::record::{ActionRecord, Change, SweepRule, Swept};

pub(super) fn sweep(c: &Connection, rule: SweepRule, now: Timestamp) -> Result<Swept, StoreError> {
    let swept = Swept {
        timed_out: time_out(c, now)?,
        inactive: inactivate(c, rule, now)?,
    };
    forget(c, rule, now)?;
    Ok(swept)
}

fn time_out(c: &Connection, now: Timestamp) -> Result<u64, StoreError> {
    let mut timed_out = 0;
    for (tenant, action) in overdue(c, now)? {
        let advanced = advance(c, tenant, action, &Event::Tick, None, now)?;
        if advanced.verdict == Ok(Change::Moved) {
            timed_out += 1;
        }
    }
    Ok(timed_out)
}

fn overdue(c: &Connection, now: Timestamp) -> Result<Vec<(TenantId, ActionRecord)>, StoreError> {
    let sql = format!(
        "SELECT tenant, {} FROM actions
         WHERE (status = 'Pending' AND created <= ?1) OR (status = 'InProgress' AND heard <= ?2)",
        rows::ACTION
    );
    let before = |patience| now.saturating_sub(patience).unix_ticks();
    let mut statement = c.prepare_cached(&sql).map_err(store_error)?;
    let found = statement
        .query_map([before(DELIVERY_TIME), before(SILENCE_TIME)], |row| {
            Ok((|| {
                let tenant = rows::tenant(&rows::get::<String>(row, "tenant")?)?;
                Ok((tenant, rows::action(row)?))
            })())
        })
        .map_err(store_error)?;
    found.map(|row| row.map_err(store_error)?).collect()
}

fn inactivate(c: &Connection, rule: SweepRule, now: Timestamp) -> Result<u64, StoreError> {
    c.execute(
        "UPDATE machines SET health_status = ?1 WHERE health_status <> ?1 AND last_seen < ?2",
        params![
            Health::Inactive.as_str(),
            health::inactive_before(now, rule.inactive_after).unix_ticks()
        ],
    )
    .map(|changed| u64::try_from(changed).unwrap_or(u64::MAX))
    .map_err(store_error)
}

fn forget(c: &Connection, rule: SweepRule, now: Timestamp) -> Result<(), StoreError> {
    let now_ticks = now.unix_ticks();
    let oldest_sighting = now.saturating_sub(rule.sightings_kept).unix_ticks();
    for (sql, before) in [
        ("DELETE FROM assertions WHERE forget_after < ?1", now_ticks),
        ("DELETE FROM orders WHERE expires <= ?1", now_ticks),
        (
            "DELETE FROM sightings WHERE last_seen < ?1",
            oldest_sighting,
        ),
        // An enrolment token is kept a while after its end, so that a machine whose answer was
        // lost may still ask again with the same key.
        (
            "DELETE FROM enrolment_tokens WHERE expires < ?1",
            oldest_sighting,
        ),
    ] {
        c.execute(sql, [before]).map_err(store_error)?;
    }
    addresses::sweep(c, now)?;
    indicators::sweep(c, now)
}
