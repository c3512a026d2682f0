//! Machines and their keys in SQLite.

use async_trait::async_trait;
use quell_model::{MachineId, Sha1, Timestamp};
use quell_protocol::{Inventory, Sighting};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::SqliteStore;
use super::error::store_error;
use super::{addresses, enrolment, inventory, revocation, rows, scopes, tags};
use crate::core::{Health, Tag, TenantId};
use crate::odata::Query;
use crate::store::record::{
    Admission, DeviceKey, Enrolled, Enrolment, FileName, FileRecord, FileSightings, MachineRecord,
    MachineScope, NewEnrolmentToken, Page, Sighted,
};
use crate::store::{Fleet, StoreError};

#[async_trait]
impl Fleet for SqliteStore {
    async fn add_enrolment_token(&self, token: NewEnrolmentToken) -> Result<(), StoreError> {
        self.writer
            .write(move |c| {
                c.execute(
                    "INSERT INTO enrolment_tokens (digest, tenant, created, expires, uses)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![
                        token.digest,
                        token.tenant.to_string(),
                        token.created.unix_ticks(),
                        token.expires.unix_ticks(),
                        token.uses,
                    ],
                )
                .map(drop)
                .map_err(store_error)
            })
            .await
    }

    async fn enrol(&self, enrolment: Enrolment) -> Result<Enrolled, StoreError> {
        self.writer
            .write(move |c| enrolment::enrol(c, &enrolment))
            .await
    }

    async fn device_keys(&self, machine: &MachineId) -> Result<Vec<DeviceKey>, StoreError> {
        let machine = machine.clone();
        self.readers
            .read(move |c| device_keys(c, machine.as_str()))
            .await
    }

    async fn admit(&self, admission: Admission) -> Result<bool, StoreError> {
        self.writer.write(move |c| admit(c, &admission)).await
    }

    async fn impair(&self, tenant: TenantId, machine: &MachineId) -> Result<(), StoreError> {
        let machine = machine.clone();
        self.writer
            .write(move |c| {
                c.execute(
                    "UPDATE machines SET health_status = ?3 WHERE tenant = ?1 AND id = ?2",
                    params![
                        tenant.to_string(),
                        machine.as_str(),
                        Health::ImpairedCommunication.as_str()
                    ],
                )
                .map(drop)
                .map_err(store_error)
            })
            .await
    }

    async fn revoke(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let machine = machine.clone();
        self.writer
            .write(move |c| revocation::revoke(c, tenant, &machine, now))
            .await
    }

    async fn machine(
        &self,
        tenant: TenantId,
        name: &str,
    ) -> Result<Option<MachineRecord>, StoreError> {
        let name = name.to_owned();
        self.readers
            .read(move |c| {
                let by_id = find(c, tenant, "id = ?2 COLLATE NOCASE", &name)?;
                match by_id {
                    Some(machine) => Ok(Some(machine)),
                    None => find(c, tenant, "computer_dns_name = ?2 COLLATE NOCASE", &name),
                }
            })
            .await
    }

    async fn machines(
        &self,
        tenant: TenantId,
        scope: MachineScope,
        query: Query,
    ) -> Result<Page<MachineRecord>, StoreError> {
        self.readers
            .read(move |c| scopes::machines(tenant, scope).page(c, &query))
            .await
    }

    async fn tag(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        add: Vec<Tag>,
        remove: Vec<Tag>,
    ) -> Result<(), StoreError> {
        let machine = machine.clone();
        self.writer
            .write(move |c| tags::change(c, tenant, &machine, &add, &remove))
            .await
    }

    async fn record_inventory(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        inventory: Inventory,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let machine = machine.clone();
        self.writer
            .write(move |c| {
                enrolment::update_facts(c, tenant, &machine, &inventory.machine, now)?;
                inventory::record(c, tenant, &machine, &inventory, now)
            })
            .await
    }

    async fn add_sightings(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        sightings: Vec<Sighting>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let machine = machine.clone();
        self.writer
            .write(move |c| inventory::add(c, tenant, &machine, &sightings, now))
            .await
    }

    async fn sighted(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        sha1: Sha1,
        since: Timestamp,
    ) -> Result<Option<Sighted>, StoreError> {
        let machine = machine.clone();
        self.readers
            .read(move |c| inventory::sighted(c, tenant, &machine, sha1, since))
            .await
    }

    async fn file(
        &self,
        tenant: TenantId,
        name: FileName,
    ) -> Result<Option<FileRecord>, StoreError> {
        self.readers
            .read(move |c| inventory::file(c, tenant, &name))
            .await
    }

    async fn file_sightings(
        &self,
        tenant: TenantId,
        sha1: Sha1,
        since: Timestamp,
    ) -> Result<FileSightings, StoreError> {
        self.readers
            .read(move |c| inventory::sightings(c, tenant, sha1, since))
            .await
    }
}

/// Finds one machine; of several with one DNS name the one that called last.
fn find(
    c: &Connection,
    tenant: TenantId,
    condition: &str,
    name: &str,
) -> Result<Option<MachineRecord>, StoreError> {
    let sql = format!(
        "SELECT {} FROM machines WHERE tenant = ?1 AND {condition} ORDER BY last_seen DESC LIMIT 1",
        rows::MACHINE
    );
    c.prepare_cached(&sql)
        .and_then(|mut statement| {
            statement
                .query_row(params![tenant.to_string(), name], |row| {
                    Ok(rows::machine(row))
                })
                .optional()
        })
        .map_err(store_error)?
        .transpose()
}

fn device_keys(c: &Connection, machine: &str) -> Result<Vec<DeviceKey>, StoreError> {
    let mut statement = c
        .prepare_cached(
            "SELECT tenant, id, public_key, revoked FROM machines
             WHERE id = ?1 COLLATE NOCASE LIMIT 16",
        )
        .map_err(store_error)?;
    let found = statement
        .query_map([machine], |row| Ok(device_key(row)))
        .map_err(store_error)?;
    found.map(|row| row.map_err(store_error)?).collect()
}

fn device_key(row: &Row<'_>) -> Result<DeviceKey, StoreError> {
    Ok(DeviceKey {
        tenant: rows::tenant(&rows::get::<String>(row, "tenant")?)?,
        machine: rows::machine_id(rows::get(row, "id")?)?,
        public_key: rows::get(row, "public_key")?,
        revoked: rows::get::<Option<i64>>(row, "revoked")?.is_some(),
    })
}

fn admit(c: &Connection, admission: &Admission) -> Result<bool, StoreError> {
    let fresh = c
        .prepare_cached(
            "INSERT OR IGNORE INTO assertions (tenant, machine, jti, forget_after)
             VALUES (?1, ?2, ?3, ?4)",
        )
        .and_then(|mut statement| {
            statement.execute(params![
                admission.tenant.to_string(),
                admission.machine.as_str(),
                admission.jti,
                admission.forget_after.unix_ticks(),
            ])
        })
        .map_err(store_error)?;
    if fresh == 0 {
        return Ok(false);
    }
    if let Some(last_seen) = last_seen(c, admission)? {
        let Admission {
            tenant,
            machine,
            now,
            ..
        } = admission;
        addresses::silent(c, *tenant, machine, last_seen, *now)?;
    }
    c.prepare_cached(
        "UPDATE machines SET last_seen = ?3, health_status = ?4, last_address = coalesce(?5, last_address)
         WHERE tenant = ?1 AND id = ?2 AND revoked IS NULL",
    )
    .and_then(|mut statement| {
        statement.execute(params![
            admission.tenant.to_string(),
            admission.machine.as_str(),
            admission.now.unix_ticks(),
            Health::Active.as_str(),
            admission.address.map(|address| address.to_string()),
        ])
    })
    .map_err(store_error)?;
    Ok(true)
}

fn last_seen(c: &Connection, admission: &Admission) -> Result<Option<Timestamp>, StoreError> {
    c.prepare_cached(
        "SELECT last_seen FROM machines WHERE tenant = ?1 AND id = ?2 AND revoked IS NULL",
    )
    .and_then(|mut statement| {
        statement
            .query_row(
                params![admission.tenant.to_string(), admission.machine.as_str()],
                |row| row.get(0).map(Timestamp::from_unix_ticks),
            )
            .optional()
    })
    .map_err(store_error)
}
