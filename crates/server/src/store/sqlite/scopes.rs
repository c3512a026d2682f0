//! Scopes as SQL: conditions that name their tenant, and their parameters.

use rusqlite::types::Value;

use super::listing::Collection;
use super::rows;
use crate::core::TenantId;
use crate::store::record::{ActionRecord, ActionScope, MachineRecord, MachineScope};

pub(super) fn machines(tenant: TenantId, scope: MachineScope) -> Collection<MachineRecord> {
    let (condition, more): (_, Vec<Value>) = match scope {
        MachineScope::All => ("tenant = ?1", Vec::new()),
        MachineScope::WithFile { sha1, since } => (
            "tenant = ?1 AND id IN (SELECT machine FROM sightings
                 WHERE tenant = ?1 AND sha1 = ?2 AND last_seen >= ?3)",
            vec![sha1.as_bytes().to_vec().into(), since.unix_ticks().into()],
        ),
        MachineScope::WithAddress {
            address,
            from,
            until,
        } => (
            "tenant = ?1 AND id IN (SELECT had.machine
                 FROM addresses AS had JOIN machines AS its
                     ON its.tenant = had.tenant AND its.id = had.machine
                 WHERE had.tenant = ?1 AND had.address = ?2 AND had.since <= ?4
                     AND coalesce(had.until, its.last_seen) >= ?3)",
            vec![
                address.to_canonical().to_string().into(),
                from.unix_ticks().into(),
                until.unix_ticks().into(),
            ],
        ),
        MachineScope::Tagged(tag) => (
            "tenant = ?1 AND id IN (SELECT machine FROM machine_tags
                 WHERE tenant = ?1 AND tag = ?2)",
            vec![tag.into()],
        ),
        MachineScope::TaggedFrom(beginning) => (
            // The first comparison is what the index can answer.
            "tenant = ?1 AND id IN (SELECT machine FROM machine_tags
                 WHERE tenant = ?1 AND tag >= ?2 AND substr(tag, 1, length(?2)) = ?2)",
            vec![beginning.into()],
        ),
    };
    Collection {
        table: "machines",
        columns: rows::MACHINE,
        scope: condition.to_owned(),
        parameters: of_tenant(tenant, more),
        order: "id",
        read: rows::machine,
    }
}

pub(super) fn actions(tenant: TenantId, scope: ActionScope) -> Collection<ActionRecord> {
    let (condition, more): (_, Vec<Value>) = match scope {
        ActionScope::All => ("tenant = ?1", Vec::new()),
        ActionScope::OfMachine(machine) => (
            "tenant = ?1 AND machine = ?2",
            vec![machine.as_str().to_owned().into()],
        ),
        ActionScope::LatestOfMachine(machine) => (
            "tenant = ?1 AND id IN (SELECT id FROM (
                 SELECT id, row_number() OVER (PARTITION BY type ORDER BY created DESC, id) AS place
                 FROM actions WHERE tenant = ?1 AND machine = ?2) WHERE place = 1)",
            vec![machine.as_str().to_owned().into()],
        ),
    };
    Collection {
        table: "actions",
        columns: rows::ACTION,
        scope: condition.to_owned(),
        parameters: of_tenant(tenant, more),
        order: "created DESC, id",
        read: rows::action,
    }
}

fn of_tenant(tenant: TenantId, more: Vec<Value>) -> Vec<Value> {
    let mut parameters = vec![tenant.to_string().into()];
    parameters.extend(more);
    parameters
}
