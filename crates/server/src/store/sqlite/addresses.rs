//! Which addresses machines had when, in SQLite.
//!
//! A machine has the addresses that it told last, from when it told them until it tells others or
//! falls silent. What it told before is kept for as long as may be asked.

use std::collections::BTreeSet;
use std::net::IpAddr;

use quell_model::{MachineId, Timestamp};
use rusqlite::{Connection, params};

use super::error::store_error;
use crate::core::TenantId;
use crate::core::span::{ADDRESS_MEMORY, ADDRESS_TOLERANCE};
use crate::store::StoreError;

/// How many former addresses of one machine are kept: one that tells new addresses with every
/// breath must not fill the disk.
const MAX_FORMER: i64 = 1024;

/// Takes down that the machine has these addresses, and no others.
pub(super) fn told(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    addresses: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let told: BTreeSet<String> = addresses.iter().filter_map(|text| written(text)).collect();
    let had = present(c, tenant, machine)?;
    if told == had {
        return Ok(());
    }
    for address in had.difference(&told) {
        end(c, tenant, machine, Some(address), now)?;
    }
    for address in told.difference(&had) {
        begin(c, tenant, machine, address, now)?;
    }
    forget_oldest(c, tenant, machine)
}

/// Takes down that nothing was heard of the machine from a moment until now, if that is long: it
/// need not have had its addresses meanwhile. Until it tells others it has the same again.
pub(super) fn silent(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    from: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    if now.saturating_duration_since(from) <= ADDRESS_TOLERANCE {
        return Ok(());
    }
    let had = present(c, tenant, machine)?;
    end(c, tenant, machine, None, from)?;
    for address in &had {
        begin(c, tenant, machine, address, now)?;
    }
    forget_oldest(c, tenant, machine)
}

/// Forgets what is too long ago to be asked for.
pub(super) fn sweep(c: &Connection, now: Timestamp) -> Result<(), StoreError> {
    let oldest = now
        .saturating_sub(ADDRESS_MEMORY)
        .saturating_sub(ADDRESS_TOLERANCE);
    c.execute(
        "DELETE FROM addresses WHERE until < ?1",
        [oldest.unix_ticks()],
    )
    .map(drop)
    .map_err(store_error)
}

/// An address in the one spelling in which it is kept; `None` for a text that is none.
fn written(text: &str) -> Option<String> {
    let address: IpAddr = text.parse().ok()?;
    Some(address.to_canonical().to_string())
}

fn present(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
) -> Result<BTreeSet<String>, StoreError> {
    let mut statement = c
        .prepare_cached(
            "SELECT address FROM addresses WHERE tenant = ?1 AND machine = ?2 AND until IS NULL",
        )
        .map_err(store_error)?;
    let found = statement
        .query_map(params![tenant.to_string(), machine.as_str()], |row| {
            row.get(0)
        })
        .map_err(store_error)?;
    found.map(|row| row.map_err(store_error)).collect()
}

fn begin(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    address: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    c.prepare_cached(
        "INSERT INTO addresses (tenant, machine, address, since) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (tenant, machine, address, since) DO UPDATE SET until = NULL",
    )
    .and_then(|mut statement| {
        statement.execute(params![
            tenant.to_string(),
            machine.as_str(),
            address,
            now.unix_ticks()
        ])
    })
    .map(drop)
    .map_err(store_error)
}

/// Ends one address, or all.
fn end(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    address: Option<&String>,
    at: Timestamp,
) -> Result<(), StoreError> {
    c.prepare_cached(
        "UPDATE addresses SET until = max(since, ?4)
         WHERE tenant = ?1 AND machine = ?2 AND until IS NULL AND address = coalesce(?3, address)",
    )
    .and_then(|mut statement| {
        statement.execute(params![
            tenant.to_string(),
            machine.as_str(),
            address,
            at.unix_ticks()
        ])
    })
    .map(drop)
    .map_err(store_error)
}

fn forget_oldest(c: &Connection, tenant: TenantId, machine: &MachineId) -> Result<(), StoreError> {
    c.prepare_cached(
        "DELETE FROM addresses WHERE tenant = ?1 AND machine = ?2 AND until <= (
             SELECT until FROM addresses
             WHERE tenant = ?1 AND machine = ?2 AND until IS NOT NULL
             ORDER BY until DESC LIMIT 1 OFFSET ?3)",
    )
    .and_then(|mut statement| {
        statement.execute(params![tenant.to_string(), machine.as_str(), MAX_FORMER])
    })
    .map(drop)
    .map_err(store_error)
}
