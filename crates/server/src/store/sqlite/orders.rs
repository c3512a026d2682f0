//! Orders that wait for their machines, in SQLite.

use quell_model::{MachineId, Timestamp};
use quell_protocol::{Order, Verb};
use rusqlite::{Connection, Row, params};

use super::error::store_error;
use super::rows;
use crate::core::TenantId;
use crate::core::lifecycle::DELIVERY_TIME;
use crate::store::StoreError;
use crate::store::record::ActionRecord;

/// The most orders that are handed out at once.
const MAX_ORDERS: i64 = 64;
const TICKS_PER_MICROSECOND: i64 = 10;

/// What is ordered; the rest of an order stands in its action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrderVerb {
    Stop,
    Cancel,
}

impl OrderVerb {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "StopAndQuarantineFile",
            Self::Cancel => "CancelAction",
        }
    }
}

/// Puts an order at the end of its machine's line.
///
/// Its number is the next one, and no less than the microsecond: data that were put back from a
/// backup do not know the numbers that were given since, and must not give them to other orders,
/// which the machine would take for old ones.
pub(super) fn give(
    c: &Connection,
    tenant: TenantId,
    action: &ActionRecord,
    verb: OrderVerb,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sequence: i64 = c
        .prepare_cached(
            "UPDATE machines SET last_sequence = max(last_sequence + 1, ?3)
             WHERE tenant = ?1 AND id = ?2 RETURNING last_sequence",
        )
        .and_then(|mut statement| {
            let microsecond = now.unix_ticks() / TICKS_PER_MICROSECOND;
            statement.query_row(
                params![tenant.to_string(), action.machine.as_str(), microsecond],
                |row| row.get(0),
            )
        })
        .map_err(store_error)?;
    c.prepare_cached(
        "INSERT INTO orders (tenant, machine, sequence, action, verb, expires)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .and_then(|mut statement| {
        statement.execute(params![
            tenant.to_string(),
            action.machine.as_str(),
            sequence,
            action.id.as_str(),
            verb.as_str(),
            now.saturating_add(DELIVERY_TIME).unix_ticks(),
        ])
    })
    .map(drop)
    .map_err(store_error)
}

/// Whether acknowledging this number would change anything.
pub(super) fn is_news(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    sequence: u64,
) -> Result<bool, StoreError> {
    c.prepare_cached(
        "SELECT 1 FROM machines WHERE tenant = ?1 AND id = ?2 AND last_sequence < ?3
         UNION ALL
         SELECT 1 FROM orders WHERE tenant = ?1 AND machine = ?2 AND sequence <= ?3",
    )
    .and_then(|mut statement| {
        statement.exists(params![
            tenant.to_string(),
            machine.as_str(),
            rows::signed(sequence)
        ])
    })
    .map_err(store_error)
}

pub(super) fn acknowledge(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    sequence: u64,
) -> Result<(), StoreError> {
    let parameters = params![tenant.to_string(), machine.as_str(), rows::signed(sequence)];
    let never_given = c
        .execute(
            "UPDATE machines SET last_sequence = last_sequence + ?3
             WHERE tenant = ?1 AND id = ?2 AND last_sequence < ?3",
            parameters,
        )
        .map_err(store_error)?;
    let change = match never_given {
        0 => "DELETE FROM orders WHERE tenant = ?1 AND machine = ?2 AND sequence <= ?3",
        _ => "UPDATE orders SET sequence = sequence + ?3 WHERE tenant = ?1 AND machine = ?2",
    };
    c.execute(change, parameters).map(drop).map_err(store_error)
}

/// The orders to hand out. An order to stop a file whose action has ended is not among them.
pub(super) fn waiting(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    above: u64,
    now: Timestamp,
) -> Result<Vec<Order>, StoreError> {
    let mut statement = c
        .prepare_cached(
            "SELECT o.machine, o.sequence, o.action, o.verb, o.expires, a.sha1,
                 a.requestor_comment, a.requestor
             FROM orders o JOIN actions a ON a.tenant = o.tenant AND a.id = o.action
             WHERE o.tenant = ?1 AND o.machine = ?2 AND o.sequence > ?3 AND o.expires > ?4
                 AND (o.verb = 'CancelAction' OR a.status IN ('Pending', 'InProgress'))
             ORDER BY o.sequence LIMIT ?5",
        )
        .map_err(store_error)?;
    let found = statement
        .query_map(
            params![
                tenant.to_string(),
                machine.as_str(),
                rows::signed(above),
                now.unix_ticks(),
                MAX_ORDERS
            ],
            |row| Ok(order(row)),
        )
        .map_err(store_error)?;
    found.map(|row| row.map_err(store_error)?).collect()
}

fn order(row: &Row<'_>) -> Result<Order, StoreError> {
    let verb: String = rows::get(row, "verb")?;
    Ok(Order {
        sequence: rows::unsigned(rows::get(row, "sequence")?),
        machine_id: rows::machine_id(rows::get(row, "machine")?)?,
        action_id: rows::action_id(rows::get(row, "action")?)?,
        expires_at: rows::time(row, "expires")?,
        verb: if verb == OrderVerb::Stop.as_str() {
            Verb::StopAndQuarantineFile {
                sha1: rows::sha1(row, "sha1")?,
                comment: rows::get(row, "requestor_comment")?,
                requestor: rows::get(row, "requestor")?,
            }
        } else if verb == OrderVerb::Cancel.as_str() {
            Verb::CancelAction
        } else {
            return Err(rows::damaged("verb", &verb));
        },
    })
}
