//! Machines and their keys.

use async_trait::async_trait;
use quell_model::{MachineId, Sha1, Timestamp};
use quell_protocol::{Inventory, MachineFacts, Sighting};

use super::{addresses, enrolment, inventory, revocation, scopes, tags, tokens, views};
use crate::core::audit::By;
use crate::core::{Health, Tag, TenantId, View};
use crate::odata::Query;
use crate::store::database::{FromRow, Row, Sql, Value, values};
use crate::store::record::{
    Admission, DeviceKey, Enrolled, Enrolment, FileName, FileRecord, FileSightings, MachineRecord,
    MachineScope, NewEnrolmentToken, Page, Sighted,
};
use crate::store::{Fleet, SqlStore, StoreError};

/// The columns of a [`MachineRecord`].
pub(super) const MACHINE: &str = "id, computer_dns_name, os_platform, version, os_architecture, \
     os_processor, ip_addresses, agent_version, degraded, last_address, first_seen, last_seen, \
     health_status, revoked IS NOT NULL, \
     EXISTS (SELECT 1 FROM clones \
     WHERE clones.tenant = machines.tenant AND clones.machine = machines.id), \
     (SELECT json_group_array(tag ORDER BY tag) FROM machine_tags \
     WHERE machine_tags.tenant = machines.tenant AND machine = machines.id), \
     device_group, \
     (SELECT name FROM device_groups \
     WHERE device_groups.tenant = machines.tenant AND device_groups.id = device_group)";

/// By what a machine is found.
#[derive(Clone, Copy)]
struct Which {
    table: &'static str,
    condition: &'static str,
}

const BY_ID: Which = Which {
    table: "machines",
    condition: "lower(id) = ?2",
};
/// The index is named: without statistics SQLite takes a tenant for a handful of rows, and read all of
/// its machines for one that is unknown.
const BY_NAME: Which = Which {
    table: "machines INDEXED BY machines_by_name",
    condition: "lower(computer_dns_name) = ?2",
};

#[async_trait]
impl Fleet for SqlStore {
    async fn add_enrolment_token(
        &self,
        token: NewEnrolmentToken,
        by: By,
    ) -> Result<(), StoreError> {
        self.write(move |sql| tokens::add(sql, &token, &by)).await
    }

    async fn enrol(&self, enrolment: Enrolment) -> Result<Enrolled, StoreError> {
        self.write(move |sql| enrolment::enrol(sql, &enrolment))
            .await
    }

    async fn device_keys(&self, machine: &MachineId) -> Result<Vec<DeviceKey>, StoreError> {
        let machine = machine.clone();
        self.glance(move |sql| device_keys(sql, &machine)).await
    }

    async fn admit(&self, admission: Admission) -> Result<bool, StoreError> {
        self.write(move |sql| admit(sql, &admission)).await
    }

    async fn impair(&self, tenant: TenantId, machine: &MachineId) -> Result<(), StoreError> {
        let machine = machine.clone();
        self.write(move |sql| {
            sql.execute(
                "UPDATE machines SET health_status = ?3 WHERE tenant = ?1 AND id = ?2",
                values![tenant, &machine, Health::ImpairedCommunication.as_str()],
            )
            .map(drop)
        })
        .await
    }

    async fn revoke(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let machine = machine.clone();
        self.write_told(tenant, move |sql| {
            revocation::revoke(sql, tenant, &machine, &by, now)
        })
        .await
    }

    async fn machine(&self, view: View, name: &str) -> Result<Option<MachineRecord>, StoreError> {
        let name = name.to_owned();
        self.glance(move |sql| named(sql, &view, &name)).await
    }

    async fn machines(
        &self,
        view: View,
        scope: MachineScope,
        query: Query,
    ) -> Result<Page<MachineRecord>, StoreError> {
        let machines = scopes::machines(&view, scope);
        self.read(move |sql| machines.page(sql, &query)).await
    }

    async fn tag(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        add: Vec<Tag>,
        remove: Vec<Tag>,
        by: By,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let machine = machine.clone();
        self.write_told(tenant, move |sql| {
            tags::change(sql, tenant, &machine, &add, &remove, &by, now)
        })
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
        self.write(move |sql| {
            enrolment::update_facts(sql, tenant, &machine, &inventory.machine, now)?;
            inventory::record(sql, tenant, &machine, &inventory, now)
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
        self.write(move |sql| inventory::add(sql, tenant, &machine, &sightings, now))
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
        self.glance(move |sql| inventory::sighted(sql, tenant, &machine, sha1, since))
            .await
    }

    async fn file(&self, view: View, name: FileName) -> Result<Option<FileRecord>, StoreError> {
        self.read(move |sql| inventory::file(sql, &view, &name))
            .await
    }

    async fn file_sightings(
        &self,
        view: View,
        sha1: Sha1,
        since: Timestamp,
    ) -> Result<FileSightings, StoreError> {
        self.read(move |sql| inventory::sightings(sql, &view, sha1, since))
            .await
    }
}

/// Finds a machine by its id, or else by its DNS name.
pub(super) fn named(
    sql: &mut dyn Sql,
    view: &View,
    name: &str,
) -> Result<Option<MachineRecord>, StoreError> {
    match find(sql, view, BY_ID, name)? {
        Some(machine) => Ok(Some(machine)),
        None => find(sql, view, BY_NAME, name),
    }
}

/// Finds one machine; of several with one DNS name the one that called last.
fn find(
    sql: &mut dyn Sql,
    view: &View,
    which: Which,
    name: &str,
) -> Result<Option<MachineRecord>, StoreError> {
    let seen = views::machines(view, vec![name.to_ascii_lowercase().into()]);
    sql.query_one(&last_seen_of(which, &seen.condition), &seen.parameters)
}

fn last_seen_of(which: Which, seen: &str) -> String {
    let Which { table, condition } = which;
    format!(
        "SELECT {MACHINE} FROM {table} WHERE {seen} AND {condition}
         ORDER BY last_seen DESC LIMIT 1"
    )
}

fn device_keys(sql: &mut dyn Sql, machine: &MachineId) -> Result<Vec<DeviceKey>, StoreError> {
    sql.query(
        "SELECT tenant, id, public_key, next_key, revoked IS NOT NULL FROM machines
         WHERE lower(id) = ?1 LIMIT 16",
        values![Value::folded(machine.as_str())],
    )
}

fn admit(sql: &mut dyn Sql, admission: &Admission) -> Result<bool, StoreError> {
    let fresh = sql.execute(
        "INSERT INTO assertions (tenant, machine, jti, forget_after) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
        values![
            admission.tenant,
            &admission.machine,
            &admission.jti,
            admission.forget_after,
        ],
    )?;
    if fresh == 0 {
        return Ok(false);
    }
    if let Some(last_seen) = last_seen(sql, admission)? {
        let Admission {
            tenant,
            machine,
            now,
            ..
        } = admission;
        addresses::silent(sql, *tenant, machine, last_seen, *now)?;
    }
    sql.execute(
        "UPDATE machines SET last_seen = ?3, health_status = ?4,
             last_address = coalesce(?5, last_address)
         WHERE tenant = ?1 AND id = ?2 AND revoked IS NULL",
        values![
            admission.tenant,
            &admission.machine,
            admission.now,
            Health::Active.as_str(),
            admission.address.map(|address| address.to_string()),
        ],
    )?;
    Ok(true)
}

fn last_seen(sql: &mut dyn Sql, admission: &Admission) -> Result<Option<Timestamp>, StoreError> {
    let found = sql.query_one(
        "SELECT last_seen FROM machines WHERE tenant = ?1 AND id = ?2 AND revoked IS NULL",
        values![admission.tenant, &admission.machine],
    )?;
    Ok(found.map(|(last_seen,)| last_seen))
}

impl FromRow for MachineRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            facts: MachineFacts {
                computer_dns_name: row.next()?,
                os_platform: row.next()?,
                version: row.next()?,
                os_architecture: row.next()?,
                os_processor: row.next()?,
                ip_addresses: row.next()?,
                agent_version: row.next()?,
                degraded: row.next()?,
            },
            last_address: row.next()?,
            first_seen: row.next()?,
            last_seen: row.next()?,
            health: row.next()?,
            revoked: row.next()?,
            cloned: row.next()?,
            tags: row.next()?,
            group: row.next()?,
            group_name: row.next()?,
        })
    }
}

impl FromRow for DeviceKey {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            tenant: row.next()?,
            machine: row.next()?,
            public_key: row.next()?,
            next_key: row.next()?,
            revoked: row.next()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Extent, GroupId};
    use crate::store::postgres::tests::Database;

    #[tokio::test]
    async fn one_machine_is_found_by_an_index_on_postgres() {
        let database = Database::create().await;
        let store = SqlStore::connect(database.options()).await.unwrap();
        // Who sees some groups alone is the same to it; in an empty database any index is as good.
        let all = View::from(TenantId::fresh());
        for (which, by) in [(BY_ID, "lower(id)"), (BY_NAME, "lower(computer_dns_name)")] {
            let seen = views::machines(&all, vec!["m".into()]);
            let text = last_seen_of(which, &seen.condition);
            let plan = store.plan_on_postgres(&text, seen.parameters).await;
            let condition = plan.lines().find(|line| line.contains("Index Cond"));
            assert!(condition.is_some_and(|line| line.contains(by)), "{plan}");
        }
    }

    #[tokio::test]
    async fn one_machine_is_found_without_reading_the_others() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&dir.path().join("quell.db")).unwrap();
        for (which, index) in [(BY_ID, "machines_by_id"), (BY_NAME, "machines_by_name")] {
            let all = View::from(TenantId::fresh());
            let some = View {
                machines: Extent::Groups([GroupId::new(1)].into()),
                ..all.clone()
            };
            for view in [all, some] {
                let seen = views::machines(&view, vec!["m".into()]);
                let text = last_seen_of(which, &seen.condition);
                let plan = store.plan(&text, seen.parameters).await;
                assert!(plan.contains(index), "{plan}");
                assert!(!plan.contains("(tenant=?)"), "{plan}");
            }
        }
    }
}
