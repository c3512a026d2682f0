//! Which addresses machines had when.
//!
//! A machine has the addresses that it told last, from when it told them until it tells others or
//! falls silent. What it told before is kept for as long as may be asked.

use std::collections::BTreeSet;
use std::net::IpAddr;

use quell_model::{MachineId, Timestamp};

use crate::core::TenantId;
use crate::core::span::{ADDRESS_MEMORY, ADDRESS_TOLERANCE};
use crate::store::StoreError;
use crate::store::database::{Sql, values};

/// How many former addresses of one machine are kept: one that tells new addresses with every
/// breath must not fill the disk.
const MAX_FORMER: i64 = 1024;

/// Takes down that the machine has these addresses, and no others.
pub(super) fn told(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    addresses: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let told: BTreeSet<String> = addresses.iter().filter_map(|text| written(text)).collect();
    let had = present(sql, tenant, machine)?;
    if told == had {
        return Ok(());
    }
    for address in had.difference(&told) {
        end(sql, tenant, machine, Some(address), now)?;
    }
    for address in told.difference(&had) {
        begin(sql, tenant, machine, address, now)?;
    }
    forget_oldest(sql, tenant, machine)
}

/// Takes down that nothing was heard of the machine from a moment until now, if that is long: it
/// need not have had its addresses meanwhile. Until it tells others it has the same again.
pub(super) fn silent(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    from: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    if now.saturating_duration_since(from) <= ADDRESS_TOLERANCE {
        return Ok(());
    }
    let had = present(sql, tenant, machine)?;
    end(sql, tenant, machine, None, from)?;
    for address in &had {
        begin(sql, tenant, machine, address, now)?;
    }
    forget_oldest(sql, tenant, machine)
}

/// Forgets what is too long ago to be asked for.
pub(super) fn sweep(sql: &mut dyn Sql, now: Timestamp) -> Result<(), StoreError> {
    let oldest = now
        .saturating_sub(ADDRESS_MEMORY)
        .saturating_sub(ADDRESS_TOLERANCE);
    sql.execute("DELETE FROM addresses WHERE until < ?1", values![oldest])
        .map(drop)
}

/// An address in the one spelling in which it is kept; `None` for a text that is none.
fn written(text: &str) -> Option<String> {
    let address: IpAddr = text.parse().ok()?;
    Some(address.to_canonical().to_string())
}

fn present(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
) -> Result<BTreeSet<String>, StoreError> {
    let found = sql.query(
        "SELECT address FROM addresses WHERE tenant = ?1 AND machine = ?2 AND until IS NULL",
        values![tenant, machine],
    )?;
    Ok(found.into_iter().map(|(address,)| address).collect())
}

fn begin(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    address: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO addresses (tenant, machine, address, since) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (tenant, machine, address, since) DO UPDATE SET until = NULL",
        values![tenant, machine, address, now],
    )
    .map(drop)
}

/// Ends one address, or all.
fn end(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    address: Option<&String>,
    at: Timestamp,
) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE addresses SET until = CASE WHEN since > ?4 THEN since ELSE ?4 END
         WHERE tenant = ?1 AND machine = ?2 AND until IS NULL AND address = coalesce(?3, address)",
        values![tenant, machine, address, at],
    )
    .map(drop)
}

fn forget_oldest(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
) -> Result<(), StoreError> {
    sql.execute(
        "DELETE FROM addresses WHERE tenant = ?1 AND machine = ?2 AND until <= (
             SELECT until FROM addresses
             WHERE tenant = ?1 AND machine = ?2 AND until IS NOT NULL
             ORDER BY until DESC LIMIT 1 OFFSET ?3)",
        values![tenant, machine, MAX_FORMER],
    )
    .map(drop)
}
