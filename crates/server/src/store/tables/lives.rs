//! Which life of a machine's agent was heard of last, and the machines that are two.

use quell_model::{MachineId, Timestamp};
use quell_protocol::Life;

use super::trail;
use crate::core::TenantId;
use crate::core::audit::{By, Deed};
use crate::core::life::{Heard, Sign};
use crate::store::StoreError;
use crate::store::database::{FromRow, Row, Sql, Value, values};
use crate::store::record::{Attendance, Attended, CloneRecord};

pub(super) fn attend(sql: &mut dyn Sql, attendance: &Attendance) -> Result<Attended, StoreError> {
    let Attendance {
        tenant,
        machine,
        life,
        made,
        ..
    } = attendance;
    if is_cloned(sql, *tenant, machine)? {
        return Ok(Attended::Cloned { is_news: false });
    }
    let known: Option<Known> = sql.query_one(
        "SELECT start, nonce, count, made, late, address FROM lives
         WHERE tenant = ?1 AND machine = ?2",
        values![*tenant, machine],
    )?;
    let Some(Known { heard, address }) = known else {
        let first = Heard::first(life.clone(), *made);
        return remember(sql, attendance, &first).map(|()| Attended::Present);
    };
    match heard.then(life.clone(), *made) {
        Sign::Lives(heard) => {
            remember(sql, attendance, &heard)?;
            Ok(Attended::Present)
        }
        Sign::Late(heard) => {
            sql.execute(
                "UPDATE lives SET late = ?3 WHERE tenant = ?1 AND machine = ?2",
                values![*tenant, machine, heard.late],
            )?;
            Ok(Attended::Late)
        }
        Sign::Cloned => {
            note_clone(sql, attendance, address)?;
            Ok(Attended::Cloned { is_news: true })
        }
    }
}

fn remember(sql: &mut dyn Sql, attendance: &Attendance, heard: &Heard) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO lives (tenant, machine, start, nonce, count, made, late, address)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (tenant, machine) DO UPDATE SET start = excluded.start,
             nonce = excluded.nonce, count = excluded.count, made = excluded.made,
             late = excluded.late, address = excluded.address",
        values![
            attendance.tenant,
            &attendance.machine,
            heard.life.start,
            &heard.life.nonce,
            heard.life.count,
            heard.made,
            heard.late,
            attendance.address.map(|address| address.to_string()),
        ],
    )
    .map(drop)
}

fn note_clone(
    sql: &mut dyn Sql,
    attendance: &Attendance,
    other: Option<String>,
) -> Result<(), StoreError> {
    let mut addresses: Vec<String> = other.into_iter().collect();
    addresses.extend(attendance.address.map(|address| address.to_string()));
    sql.execute(
        "INSERT INTO clones (tenant, machine, since, addresses) VALUES (?1, ?2, ?3, ?4)",
        values![
            attendance.tenant,
            &attendance.machine,
            attendance.now,
            &addresses
        ],
    )?;
    let machine = attendance.machine.clone();
    let by = By::machine(machine.clone(), "hold", attendance.address);
    let deed = Deed::MachineCloned { machine, addresses };
    trail::tell(sql, attendance.tenant, &by, &deed, attendance.now)
}

fn is_cloned(sql: &mut dyn Sql, tenant: TenantId, machine: &MachineId) -> Result<bool, StoreError> {
    sql.exists(
        "SELECT 1 FROM clones WHERE tenant = ?1 AND machine = ?2",
        values![tenant, machine],
    )
}

pub(super) fn clones(sql: &mut dyn Sql, tenant: TenantId) -> Result<Vec<CloneRecord>, StoreError> {
    sql.query(
        "SELECT machine, since, addresses FROM clones WHERE tenant = ?1 ORDER BY machine",
        values![tenant],
    )
}

/// Forgets what was heard of a machine's lives: the next that asks is believed. Says whether it
/// was taken for two.
pub(super) fn begin_anew(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
) -> Result<bool, StoreError> {
    sql.execute(
        "DELETE FROM lives WHERE tenant = ?1 AND lower(machine) = ?2",
        values![tenant, Value::folded(machine.as_str())],
    )?;
    let settled = sql.execute(
        "DELETE FROM clones WHERE tenant = ?1 AND lower(machine) = ?2",
        values![tenant, Value::folded(machine.as_str())],
    )?;
    Ok(settled > 0)
}

struct Known {
    heard: Heard,
    address: Option<String>,
}

impl FromRow for Known {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let life = Life {
            start: row.next()?,
            nonce: row.next()?,
            count: row.next()?,
        };
        Ok(Self {
            heard: Heard {
                life,
                made: row.next()?,
                late: row.next()?,
            },
            address: row.next()?,
        })
    }
}

impl FromRow for CloneRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            machine: row.next()?,
            since: row.next::<Timestamp>()?,
            addresses: row.next()?,
        })
    }
}
