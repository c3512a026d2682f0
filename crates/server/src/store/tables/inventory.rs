//! Files seen on machines.
//!
//! A file that a complete inventory no longer names stays known as seen, but no longer as there:
//! the public API asks for what was *seen*, and answers for some time after a file has gone.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use quell_model::{MachineId, Sha1, Timestamp};
use quell_protocol::{Inventory, Protection, Sighting};

use super::prevalence;
use super::views::{self, Seen};
use crate::core::{TenantId, View};
use crate::store::StoreError;
use crate::store::database::{Cell, Column, FromRow, Row, Sql, values};
use crate::store::record::{FileName, FileRecord, FileSightings, MAX_FILE_NAMES, Sighted};

pub(super) fn record(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    inventory: &Inventory,
    now: Timestamp,
) -> Result<(), StoreError> {
    if inventory.complete {
        sql.execute(
            "UPDATE sightings SET present = FALSE, running = FALSE
             WHERE tenant = ?1 AND machine = ?2 AND (present OR running)",
            values![tenant, machine],
        )?;
    }
    add(sql, tenant, machine, &inventory.sightings, now)
}

pub(super) fn add(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    sightings: &[Sighting],
    now: Timestamp,
) -> Result<(), StoreError> {
    // All in one order: of machines that tell of the same files at once, none has what another wants.
    let mut sorted: Vec<_> = sightings.iter().collect();
    sorted.sort_by_key(|sighting| sighting.sha1);
    sorted
        .into_iter()
        .try_for_each(|sighting| upsert(sql, tenant, machine, sighting, now))
}

/// The most bytes of a path that are kept, for every index of a database has room for them; of a
/// longer one it is the end, where its name stands.
const MAX_PATH: usize = 1_500;

fn upsert(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    sighting: &Sighting,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sha256 = sighting.sha256.as_ref();
    let path = sighting.path.to_bytes();
    let values = values![
        tenant,
        sighting.sha1,
        machine,
        kept_of(&path),
        sha256.map(|hash| hash.to_ascii_lowercase()),
        sighting.size,
        sighting.running,
        sighting.protection.map(protection_name).transpose()?,
        // A machine whose clock is ahead does not see into the future.
        sighting.seen_at.min(now),
    ];
    if sql.execute(SEEN_AGAIN, values)? == 0 {
        prevalence::seen(sql, tenant, sighting.sha1, machine)?;
        sql.execute(SEEN_FIRST, values)?;
    }
    Ok(())
}

const SEEN_AGAIN: &str = "UPDATE sightings SET sha256 = coalesce(?5, sha256), size = ?6,
         running = ?7, present = TRUE, protection = ?8,
         first_seen = CASE WHEN first_seen < ?9 THEN first_seen ELSE ?9 END,
         last_seen = CASE WHEN last_seen > ?9 THEN last_seen ELSE ?9 END
     WHERE tenant = ?1 AND sha1 = ?2 AND machine = ?3 AND path = ?4";
const SEEN_FIRST: &str =
    "INSERT INTO sightings (tenant, sha1, machine, path, sha256, size, running, \
         present, protection, first_seen, last_seen)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, TRUE, ?8, ?9, ?9)";

fn kept_of(path: &[u8]) -> &[u8] {
    path.len()
        .checked_sub(MAX_PATH)
        .and_then(|start| path.get(start..))
        .unwrap_or(path)
}

pub(super) fn sighted(
    sql: &mut dyn Sql,
    tenant: TenantId,
    machine: &MachineId,
    sha1: Sha1,
    since: Timestamp,
) -> Result<Option<Sighted>, StoreError> {
    let (copies, protection): (u64, Option<Protection>) = sql.query_sure(
        // `max` prefers any protection to none.
        "SELECT count(*), max(protection) FROM sightings
         WHERE tenant = ?1 AND sha1 = ?2 AND machine = ?3 AND last_seen >= ?4",
        values![tenant, sha1, machine, since],
    )?;
    Ok((copies > 0).then_some(Sighted { protection }))
}

pub(super) fn file(
    sql: &mut dyn Sql,
    view: &View,
    name: &FileName,
) -> Result<Option<FileRecord>, StoreError> {
    let sha1 = match name {
        FileName::Sha1(sha1) => *sha1,
        FileName::Sha256(sha256) => match sha1_of(sql, view, sha256)? {
            Some(sha1) => sha1,
            None => return Ok(None),
        },
    };
    let seen = views::of_machines(view, vec![sha1.into()]);
    sql.query_one(
        &format!(
            "SELECT sha1, max(sha256), max(size), count(DISTINCT machine), min(first_seen),
                 max(last_seen)
             FROM sightings WHERE {} AND sha1 = ?2 GROUP BY sha1",
            seen.condition
        ),
        &seen.parameters,
    )
}

pub(super) fn sightings(
    sql: &mut dyn Sql,
    view: &View,
    sha1: Sha1,
    since: Timestamp,
) -> Result<FileSightings, StoreError> {
    let seen = views::of_machines(view, vec![sha1.into(), since.into()]);
    let (machines, first_seen, last_seen) = sql.query_sure(
        &format!(
            "SELECT count(DISTINCT machine), min(first_seen), max(last_seen) FROM sightings
             WHERE {} AND sha1 = ?2 AND last_seen >= ?3",
            seen.condition
        ),
        &seen.parameters,
    )?;
    Ok(FileSightings {
        machines,
        first_seen,
        last_seen,
        names: top_names(sql, &seen)?,
    })
}

/// The last parts of the paths, by how many copies have them.
fn top_names(sql: &mut dyn Sql, seen: &Seen) -> Result<Vec<String>, StoreError> {
    let mut copies: BTreeMap<String, u64> = BTreeMap::new();
    sql.visit(
        &format!(
            "SELECT path, count(*) FROM sightings
             WHERE {} AND sha1 = ?2 AND last_seen >= ?3 GROUP BY path",
            seen.condition
        ),
        &seen.parameters,
        &mut |cells| {
            let (path, more): (Vec<u8>, u64) = FromRow::from_row(&mut Row::of(cells))?;
            *copies.entry(file_name(&path)).or_default() += more;
            Ok(())
        },
    )?;
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

fn sha1_of(sql: &mut dyn Sql, view: &View, sha256: &str) -> Result<Option<Sha1>, StoreError> {
    let seen = views::of_machines(view, vec![sha256.to_owned().into()]);
    let found = sql.query_one(
        &format!(
            "SELECT sha1 FROM sightings WHERE {} AND sha256 = ?2 LIMIT 1",
            seen.condition
        ),
        &seen.parameters,
    )?;
    Ok(found.map(|(sha1,)| sha1))
}

impl FromRow for FileRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            sha1: row.next()?,
            sha256: row.next()?,
            size: row.next()?,
            prevalence: row.next()?,
            first_seen: row.next()?,
            last_seen: row.next()?,
        })
    }
}

/// The name that the protocol gives it; what only a newer agent knows is kept as `Other`.
fn protection_name(protection: Protection) -> Result<String, StoreError> {
    serde_json::to_value(protection)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .ok_or_else(|| StoreError::Damaged(format!("{protection:?} has no name")))
}

impl Column for Protection {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        let name = String::read(cell)?;
        serde_json::from_value(name.into()).map_err(|error| error.to_string())
    }
}
