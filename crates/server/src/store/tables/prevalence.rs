//! On how many machines a file is known, counted as sightings come and go: who asks reads a few
//! rows, though the file be on a million machines.
//!
//! A file's count is kept in parts, by the last two characters of the machines' ids (of hexadecimal
//! ones, 256): machines that tell of one new file at the same moment seldom wait for each other.

use quell_model::{MachineId, Sha1, Timestamp};

use crate::core::TenantId;
use crate::store::StoreError;
use crate::store::database::{Sql, values};

/// On how many machines the file is known.
pub(super) fn of(sql: &mut dyn Sql, tenant: TenantId, sha1: Sha1) -> Result<u64, StoreError> {
    let (machines,) = sql.query_sure(
        "SELECT CAST(coalesce(sum(machines), 0) AS BIGINT) FROM prevalence
         WHERE tenant = ?1 AND sha1 = ?2",
        values![tenant, sha1],
    )?;
    Ok(machines)
}

/// The file is about to be known on a machine, by one copy or by another: call it before the copy
/// is written.
pub(super) fn seen(
    sql: &mut dyn Sql,
    tenant: TenantId,
    sha1: Sha1,
    machine: &MachineId,
) -> Result<(), StoreError> {
    let is_known = sql.exists(
        "SELECT 1 FROM sightings WHERE tenant = ?1 AND sha1 = ?2 AND machine = ?3 LIMIT 1",
        values![tenant, sha1, machine],
    )?;
    if is_known {
        return Ok(());
    }
    sql.execute(
        "INSERT INTO prevalence (tenant, sha1, part, machines) VALUES (?1, ?2, ?3, 1)
         ON CONFLICT (tenant, sha1, part) DO UPDATE SET machines = prevalence.machines + 1",
        values![tenant, sha1, part(machine)],
    )
    .map(drop)
}

/// Every sighting up to a moment is about to be forgotten: call it before they are.
pub(super) fn forget(sql: &mut dyn Sql, last: Timestamp) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE prevalence SET machines = prevalence.machines - gone.machines
         FROM (
             SELECT tenant, sha1, substr(machine, length(machine) - 1) AS part,
                 count(*) AS machines
             FROM (
                 SELECT DISTINCT tenant, sha1, machine FROM sightings WHERE last_seen <= ?1
             ) AS old
             WHERE NOT EXISTS (
                 SELECT 1 FROM sightings WHERE sightings.tenant = old.tenant
                     AND sightings.sha1 = old.sha1 AND sightings.machine = old.machine
                     AND sightings.last_seen > ?1)
             GROUP BY tenant, sha1, substr(machine, length(machine) - 1)
         ) AS gone
         WHERE prevalence.tenant = gone.tenant AND prevalence.sha1 = gone.sha1
             AND prevalence.part = gone.part",
        values![last],
    )?;
    sql.execute("DELETE FROM prevalence WHERE machines <= 0", values![])
        .map(drop)
}

/// As the statements above say it.
fn part(machine: &MachineId) -> String {
    let id = machine.as_str();
    let start = id.char_indices().rev().nth(1).map_or(0, |(start, _)| start);
    id.get(start..).unwrap_or(id).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn part_is_the_end_of_the_id() {
        for (id, end) in [("0a1f", "1f"), ("m", "m"), ("x-é", "-é")] {
            assert_eq!(part(&MachineId::new(id).unwrap()), end);
        }
    }
}
