//! Orders that wait for their machines.

use quell_model::{MachineId, Timestamp};
use quell_protocol::{Conflict, Hints, Order, Verb};

use super::trail;
use crate::core::audit::{By, Deed, Ordered};
use crate::core::lifecycle::DELIVERY_TIME;
use crate::core::{Ask, TenantId};
use crate::store::StoreError;
use crate::store::database::{FromRow, Row, Sql, values};
use crate::store::record::ActionRecord;

/// The most orders that are handed out at once.
const MAX_ORDERS: i64 = 64;
const TICKS_PER_MICROSECOND: i64 = 10;

/// What is ordered; the rest of an order stands in its action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrderVerb {
    Stop,
    Restore,
    Cancel,
}

impl OrderVerb {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "StopAndQuarantineFile",
            Self::Restore => "RestoreFile",
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
    sql: &mut dyn Sql,
    tenant: TenantId,
    action: &ActionRecord,
    verb: OrderVerb,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (sequence,): (i64,) = sql.query_sure(
        "UPDATE machines SET last_sequence =
             CASE WHEN last_sequence < ?3 THEN ?3 ELSE last_sequence + 1 END
         WHERE tenant = ?1 AND id = ?2 RETURNING last_sequence",
        values![
            tenant,
            &action.machine,
            now.unix_ticks() / TICKS_PER_MICROSECOND
        ],
    )?;
    sql.execute(
        "INSERT INTO orders (tenant, machine, sequence, action, verb, expires)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        values![
            tenant,
            &action.machine,
            sequence,
            &action.id,
            verb.as_str(),
            now.saturating_add(DELIVERY_TIME),
        ],
    )
    .map(drop)
}

/// Whether acknowledging this number would change anything.
pub(super) fn is_news(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    sequence: u64,
) -> Result<bool, StoreError> {
    sql.exists(
        "SELECT 1 FROM machines WHERE tenant = ?1 AND id = ?2 AND last_sequence < ?3
         UNION ALL
         SELECT 1 FROM orders WHERE tenant = ?1 AND machine = ?2 AND sequence <= ?3 LIMIT 1",
        values![tenant, machine, sequence],
    )
}

pub(super) fn acknowledge(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    sequence: u64,
) -> Result<(), StoreError> {
    let never_given = sql.execute(
        "UPDATE machines SET last_sequence = last_sequence + ?3
         WHERE tenant = ?1 AND id = ?2 AND last_sequence < ?3",
        values![tenant, machine, sequence],
    )?;
    let change = match never_given {
        0 => "DELETE FROM orders WHERE tenant = ?1 AND machine = ?2 AND sequence <= ?3",
        _ => "UPDATE orders SET sequence = sequence + ?3 WHERE tenant = ?1 AND machine = ?2",
    };
    sql.execute(change, values![tenant, machine, sequence])
        .map(drop)
}

/// The orders to hand out. One that is about a file whose action has ended is not among them; there
/// are none at all while somebody froze them, or while two machines would get them.
pub(super) fn waiting(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    above: u64,
    now: Timestamp,
) -> Result<Vec<Order>, StoreError> {
    sql.query(
        "SELECT o.sequence, o.machine, o.action, o.expires, o.verb, a.sha1, a.requestor_comment,
             a.requestor, a.force, a.taken_by, a.conflict, a.hints, a.dry_run, a.stop_mappers
         FROM orders o JOIN actions a ON a.tenant = o.tenant AND a.id = o.action
         WHERE o.tenant = ?1 AND o.machine = ?2 AND o.sequence > ?3 AND o.expires > ?4
             AND (o.verb = 'CancelAction' OR a.status IN ('Pending', 'InProgress'))
             AND NOT EXISTS (SELECT 1 FROM freezes WHERE scope IN ('', ?1))
             AND NOT EXISTS (SELECT 1 FROM clones WHERE tenant = ?1 AND machine = ?2)
         ORDER BY o.sequence LIMIT ?5",
        values![tenant, machine, above, now, MAX_ORDERS],
    )
}

/// Whether every order of the machine was handed to it once.
pub(super) fn are_handed_out(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
) -> Result<bool, StoreError> {
    let waits = sql.exists(
        "SELECT 1 FROM orders WHERE tenant = ?1 AND machine = ?2 AND handed_out IS NULL LIMIT 1",
        values![tenant, machine],
    )?;
    Ok(!waits)
}

/// The orders to hand out, and in the trail those that are handed out for the first time.
pub(super) fn hand_out(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    above: u64,
    now: Timestamp,
) -> Result<Vec<Order>, StoreError> {
    let by = By::machine(machine.clone(), "hold", None);
    let orders = waiting(sql, tenant, machine, above, now)?;
    for order in &orders {
        let first = sql.execute(
            "UPDATE orders SET handed_out = ?4
             WHERE tenant = ?1 AND machine = ?2 AND sequence = ?3 AND handed_out IS NULL",
            values![tenant, machine, order.sequence, now],
        )?;
        if first > 0 {
            let deed = handed_out(sql, tenant, order)?;
            trail::tell(sql, tenant, &by, &deed, now)?;
        }
    }
    Ok(orders)
}

fn handed_out(sql: &mut dyn Sql, tenant: TenantId, order: &Order) -> Result<Deed, StoreError> {
    let (sha1, verb) = match &order.verb {
        Verb::StopAndQuarantineFile { sha1, .. } => (*sha1, OrderVerb::Stop),
        Verb::RestoreFile { sha1, .. } => (*sha1, OrderVerb::Restore),
        _ => {
            let (sha1,) = sql.query_sure(
                "SELECT sha1 FROM actions WHERE tenant = ?1 AND id = ?2",
                values![tenant, &order.action_id],
            )?;
            (sha1, OrderVerb::Cancel)
        }
    };
    Ok(Deed::OrderHandedOut {
        ordered: Ordered {
            action: order.action_id.clone(),
            machine: order.machine_id.clone(),
            sha1,
        },
        verb: verb.as_str(),
        order: order.sequence,
    })
}

impl FromRow for Order {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            sequence: row.next()?,
            machine_id: row.next()?,
            action_id: row.next()?,
            expires_at: row.next()?,
            verb: verb(row)?,
        })
    }
}

fn verb(row: &mut Row<'_>) -> Result<Verb, StoreError> {
    let verb: String = row.next()?;
    let (sha1, comment, requestor) = (row.next()?, row.next()?, row.next()?);
    let (force, taken_by, conflict) = (row.next()?, row.next()?, row.next::<Option<String>>()?);
    let (hints, dry_run) = (row.next::<Option<String>>()?, row.next()?);
    let stop_mappers = row.next()?;
    if verb == OrderVerb::Stop.as_str() {
        Ok(Verb::StopAndQuarantineFile {
            sha1,
            comment,
            requestor,
            force,
            hints: hints_read(hints.as_deref())?,
            dry_run,
            stop_mappers,
        })
    } else if verb == OrderVerb::Restore.as_str() {
        Ok(Verb::RestoreFile {
            sha1,
            taken_by,
            conflict: conflict_named(conflict.as_deref()),
            comment,
            requestor,
        })
    } else if verb == OrderVerb::Cancel.as_str() {
        Ok(Verb::CancelAction)
    } else {
        Err(StoreError::Damaged(format!("unknown verb {verb:?}")))
    }
}

/// Hints as a row keeps them; nothing where there are none.
pub(super) fn hints_text(ask: &Ask) -> Option<String> {
    match ask {
        Ask::StopAndQuarantineFile { hints, .. } if !hints.is_empty() => {
            serde_json::to_string(hints).ok()
        }
        _ => None,
    }
}

fn hints_read(text: Option<&str>) -> Result<Hints, StoreError> {
    match text {
        None => Ok(Hints::default()),
        Some(text) => serde_json::from_str(text)
            .map_err(|error| StoreError::Damaged(format!("unreadable hints: {error}"))),
    }
}

/// The careful one, unless the other was asked for.
fn conflict_named(name: Option<&str>) -> Conflict {
    match name {
        Some("rename") => Conflict::Rename,
        _ => Conflict::Fail,
    }
}

pub(super) const fn conflict_name(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::Fail => "fail",
        Conflict::Rename => "rename",
    }
}
