//! Files seen on machines, in SQLite.
//!
//! A file that a complete inventory no longer names stays known as seen, but no longer as there:
//! the public API asks for what was *seen*, and answers for some time after a file has gone.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use quell_model::{MachineId, Sha1, Timestamp};
use quell_protocol::{Inventory, Protection, Sighting};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::error::store_error;
use super::rows;
use crate::core::TenantId;
use crate::store::StoreError;
use crate::store::record::{FileName, FileRecord, FileSightings, MAX_FILE_NAMES, Sighted};

pub(super) fn record(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    inventory: &Inventory,
    now: Timestamp,
) -> Result<(), StoreError> {
    if inventory.complete {
        c.execute(
            "UPDATE sightings SET present = 0, running = 0 WHERE tenant = ?1 AND machine = ?2",
            params![tenant.to_string(), machine.as_str()],
        )
        .map_err(store_error)?;
    }
    add(c, tenant, machine, &inventory.sightings, now)
}

pub(super) fn add(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    sightings: &[Sighting],
    now: Timestamp,
) -> Result<(), StoreError> {
    sightings
        .iter()
        .try_for_each(|sighting| upsert(c, tenant, machine, sighting, now))
}

fn upsert(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    sighting: &Sighting,
    now: Timestamp,
) -> Result<(), StoreError> {
    // A machine whose clock is ahead does not see into the future.
    let seen = sighting.seen_at.min(now).unix_ticks();
    let protection = sighting.protection.map(protection_name).transpose()?;
    c.prepare_cached(
        "INSERT INTO sightings (tenant, sha1, machine, path, sha256, size, running, present,
             protection, first_seen, last_seen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?9, ?9)
         ON CONFLICT (tenant, sha1, machine, path) DO UPDATE SET
             sha256 = coalesce(excluded.sha256, sha256), size = excluded.size,
             running = excluded.running, present = 1, protection = excluded.protection,
             first_seen = min(first_seen, excluded.first_seen),
             last_seen = max(last_seen, excluded.last_seen)",
    )
    .and_then(|mut statement| {
        statement.execute(params![
            tenant.to_string(),
            sighting.sha1.as_bytes(),
            machine.as_str(),
            sighting.path.to_bytes(),
            sighting
                .sha256
                .as_ref()
                .map(|hash| hash.to_ascii_lowercase()),
            rows::signed(sighting.size),
            sighting.running,
            protection,
            seen,
        ])
    })
    .map(drop)
    .map_err(store_error)
}

pub(super) fn sighted(
    c: &Connection,
    tenant: TenantId,
    machine: &MachineId,
    sha1: Sha1,
    since: Timestamp,
) -> Result<Option<Sighted>, StoreError> {
    let mut statement = c
        .prepare_cached(
            // `max` prefers any protection to none.
            "SELECT count(*), max(protection) FROM sightings
             WHERE tenant = ?1 AND sha1 = ?2 AND machine = ?3 AND last_seen >= ?4",
        )
        .map_err(store_error)?;
    let (copies, protection): (i64, Option<String>) = statement
        .query_row(
            params![
                tenant.to_string(),
                sha1.as_bytes(),
                machine.as_str(),
                since.unix_ticks()
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .map_err(store_error)?;
    if copies == 0 {
        return Ok(None);
    }
    let protection = protection.as_deref().map(protection_named).transpose()?;
    Ok(Some(Sighted { protection }))
}

pub(super) fn file(
    c: &Connection,
    tenant: TenantId,
    name: &FileName,
) -> Result<Option<FileRecord>, StoreError> {
    let sha1 = match name {
        FileName::Sha1(sha1) => *sha1,
        FileName::Sha256(sha256) => match sha1_of(c, tenant, sha256)? {
            Some(sha1) => sha1,
            None => return Ok(None),
        },
    };
    c.query_row(
        "SELECT sha1, max(sha256) AS sha256, max(size) AS size, count(DISTINCT machine) AS prevalence,
             min(first_seen) AS first_seen, max(last_seen) AS last_seen
         FROM sightings WHERE tenant = ?1 AND sha1 = ?2 GROUP BY sha1",
        params![tenant.to_string(), sha1.as_bytes()],
        |row| Ok(file_record(row)),
    )
    .optional()
    .map_err(store_error)?
    .transpose()
}

pub(super) fn sightings(
    c: &Connection,
    tenant: TenantId,
    sha1: Sha1,
    since: Timestamp,
) -> Result<FileSightings, StoreError> {
    let parameters = params![tenant.to_string(), sha1.as_bytes(), since.unix_ticks()];
    let (machines, first_seen, last_seen) = c
        .prepare_cached(
            "SELECT count(DISTINCT machine), min(first_seen), max(last_seen) FROM sightings
             WHERE tenant = ?1 AND sha1 = ?2 AND last_seen >= ?3",
        )
        .and_then(|mut statement| {
            statement.query_row(parameters, |row| {
                let moment = |column| row.get::<_, Option<i64>>(column);
                Ok((row.get(0)?, moment(1)?, moment(2)?))
            })
        })
        .map_err(store_error)?;
    Ok(FileSightings {
        machines: rows::unsigned(machines),
        first_seen: first_seen.map(Timestamp::from_unix_ticks),
        last_seen: last_seen.map(Timestamp::from_unix_ticks),
        names: top_names(c, parameters)?,
    })
}

/// The last parts of the paths, by how many copies have them.
fn top_names(
    c: &Connection,
    parameters: &[&dyn rusqlite::ToSql],
) -> Result<Vec<String>, StoreError> {
    let mut statement = c
        .prepare_cached(
            "SELECT path, count(*) FROM sightings
             WHERE tenant = ?1 AND sha1 = ?2 AND last_seen >= ?3 GROUP BY path",
        )
        .map_err(store_error)?;
    let mut found = statement.query(parameters).map_err(store_error)?;
    let mut copies: BTreeMap<String, i64> = BTreeMap::new();
    while let Some(row) = found.next().map_err(store_error)? {
        let path: Vec<u8> = row.get(0).map_err(store_error)?;
        let more: i64 = row.get(1).map_err(store_error)?;
        *copies.entry(file_name(&path)).or_default() += more;
    }
    let mut names: Vec<_> = copies.into_iter().collect();
    // Stable, so that names of one frequency stay in the order of the alphabet.
    names.sort_by_key(|(_, copies)| Reverse(*copies));
    let names = names.into_iter().map(|(name, _)| name);
    Ok(names.take(MAX_FILE_NAMES).collect())
}

/// Linux does not ask a name to be text; an answer in JSON does.
fn file_name(path: &[u8]) -> String {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
    String::from_utf8_lossy(name).into_owned()
}

fn sha1_of(c: &Connection, tenant: TenantId, sha256: &str) -> Result<Option<Sha1>, StoreError> {
    c.query_row(
        "SELECT sha1 FROM sightings WHERE tenant = ?1 AND sha256 = ?2 LIMIT 1",
        params![tenant.to_string(), sha256],
        |row| row.get(0).map(Sha1::from_bytes),
    )
    .optional()
    .map_err(store_error)
}

fn file_record(row: &Row<'_>) -> Result<FileRecord, StoreError> {
    Ok(FileRecord {
        sha1: rows::sha1(row, "sha1")?,
        sha256: rows::get(row, "sha256")?,
        size: rows::unsigned(rows::get(row, "size")?),
        prevalence: rows::unsigned(rows::get(row, "prevalence")?),
        first_seen: rows::time(row, "first_seen")?,
        last_seen: rows::time(row, "last_seen")?,
    })
}

/// The name that the protocol gives it; what only a newer agent knows is kept as `Other`.
fn protection_name(protection: Protection) -> Result<String, StoreError> {
    serde_json::to_value(protection)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .ok_or_else(|| StoreError::Damaged(format!("{protection:?} has no name")))
}

fn protection_named(name: &str) -> Result<Protection, StoreError> {
    serde_json::from_value(name.into()).map_err(|error| StoreError::Damaged(error.to_string()))
}
