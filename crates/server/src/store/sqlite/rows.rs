//! From rows to records.

use quell_model::{ActionId, MachineId, Sha1, Timestamp};
use quell_protocol::MachineFacts;
use rusqlite::Row;
use rusqlite::types::FromSql;

use super::error::store_error;
use crate::core::{Cancellation, Health, State, Status, TenantId};
use crate::store::StoreError;
use crate::store::record::{ActionRecord, MachineRecord};

/// The columns of [`machine`], by name.
pub(super) const MACHINE: &str = "id, computer_dns_name, os_platform, version, os_architecture, \
     os_processor, ip_addresses, agent_version, degraded, last_address, first_seen, last_seen, \
     health_status, revoked, (SELECT json_group_array(tag ORDER BY tag) FROM machine_tags \
     WHERE machine_tags.tenant = machines.tenant AND machine = machines.id) AS tags";

/// The columns of [`action`], by name.
pub(super) const ACTION: &str = "id, machine, computer_dns_name, sha1, title, requestor, \
     requestor_comment, external_id, status, error_hresult, created, last_update, \
     heard, cancellation_requestor, cancellation_comment, cancelled";

pub(super) fn machine(row: &Row<'_>) -> Result<MachineRecord, StoreError> {
    let health: String = get(row, "health_status")?;
    Ok(MachineRecord {
        id: machine_id(get(row, "id")?)?,
        facts: MachineFacts {
            computer_dns_name: get(row, "computer_dns_name")?,
            os_platform: get(row, "os_platform")?,
            version: get(row, "version")?,
            os_architecture: get(row, "os_architecture")?,
            os_processor: get(row, "os_processor")?,
            ip_addresses: json(&get::<String>(row, "ip_addresses")?)?,
            agent_version: get(row, "agent_version")?,
            degraded: json(&get::<String>(row, "degraded")?)?,
        },
        last_address: get(row, "last_address")?,
        first_seen: time(row, "first_seen")?,
        last_seen: time(row, "last_seen")?,
        health: Health::named(&health).ok_or_else(|| damaged("health", &health))?,
        revoked: get::<Option<i64>>(row, "revoked")?.is_some(),
        tags: json(&get::<String>(row, "tags")?)?,
    })
}

pub(super) fn action(row: &Row<'_>) -> Result<ActionRecord, StoreError> {
    let status: String = get(row, "status")?;
    Ok(ActionRecord {
        id: action_id(get(row, "id")?)?,
        machine: machine_id(get(row, "machine")?)?,
        computer_dns_name: get(row, "computer_dns_name")?,
        sha1: sha1(row, "sha1")?,
        title: get(row, "title")?,
        requestor: get(row, "requestor")?,
        comment: get(row, "requestor_comment")?,
        external_id: get(row, "external_id")?,
        created: time(row, "created")?,
        state: State {
            status: Status::named(&status).ok_or_else(|| damaged("status", &status))?,
            error_hresult: get(row, "error_hresult")?,
            last_update: time(row, "last_update")?,
            heard: time(row, "heard")?,
            cancellation: cancellation(row)?,
        },
    })
}

fn cancellation(row: &Row<'_>) -> Result<Option<Cancellation>, StoreError> {
    let at: Option<i64> = get(row, "cancelled")?;
    let Some(at) = at else { return Ok(None) };
    Ok(Some(Cancellation {
        requestor: get(row, "cancellation_requestor")?,
        comment: get(row, "cancellation_comment")?,
        at: Timestamp::from_unix_ticks(at),
    }))
}

pub(super) fn get<T: FromSql>(row: &Row<'_>, column: &str) -> Result<T, StoreError> {
    row.get(column).map_err(store_error)
}

pub(super) fn time(row: &Row<'_>, column: &str) -> Result<Timestamp, StoreError> {
    get(row, column).map(Timestamp::from_unix_ticks)
}

pub(super) fn sha1(row: &Row<'_>, column: &str) -> Result<Sha1, StoreError> {
    get(row, column).map(Sha1::from_bytes)
}

pub(super) fn machine_id(text: String) -> Result<MachineId, StoreError> {
    MachineId::new(text).map_err(|error| StoreError::Damaged(error.to_string()))
}

pub(super) fn action_id(text: String) -> Result<ActionId, StoreError> {
    ActionId::new(text).map_err(|error| StoreError::Damaged(error.to_string()))
}

pub(super) fn tenant(text: &str) -> Result<TenantId, StoreError> {
    text.parse().map_err(|_| damaged("tenant", text))
}

pub(super) fn json(text: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged(error.to_string()))
}

pub(super) fn to_json(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}

pub(super) fn damaged(what: &str, found: &str) -> StoreError {
    StoreError::Damaged(format!("unknown {what} {found:?}"))
}

/// SQLite's integers have a sign; no count here comes near the limit.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The other way round; nothing here is written negative.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
