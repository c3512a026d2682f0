//! Scopes as SQL, within what is [seen](super::views).
//!
//! Where a scope is a small part of its tenant, the index is named: without statistics SQLite takes
//! a tenant for a handful of rows, and would read all of it.

use super::actions::ACTION;
use super::fleet::MACHINE;
use super::listing::Collection;
use super::views;
use crate::core::View;
use crate::store::database::Value;
use crate::store::record::{ActionScope, MachineScope};

const BY_MACHINE: &str = "actions INDEXED BY actions_by_machine";

pub(super) fn machines(view: &View, scope: MachineScope) -> Collection {
    let (condition, more): (_, Vec<Value<'static>>) = match scope {
        MachineScope::All => ("", Vec::new()),
        MachineScope::WithFile { sha1, since } => (
            " AND id IN (SELECT machine FROM sightings
                 WHERE tenant = ?1 AND sha1 = ?2 AND last_seen >= ?3)",
            vec![sha1.into(), since.into()],
        ),
        MachineScope::WithAddress {
            address,
            from,
            until,
        } => (
            " AND id IN (SELECT had.machine
                 FROM addresses AS had INDEXED BY machines_by_address JOIN machines AS its
                     ON its.tenant = had.tenant AND its.id = had.machine
                 WHERE had.tenant = ?1 AND had.address = ?2 AND had.since <= ?4
                     AND coalesce(had.until, its.last_seen) >= ?3)",
            vec![
                address.to_canonical().to_string().into(),
                from.into(),
                until.into(),
            ],
        ),
        MachineScope::Tagged(tag) => (
            " AND id IN (SELECT machine FROM machine_tags WHERE tenant = ?1 AND tag = ?2)",
            vec![tag.into()],
        ),
        MachineScope::TaggedFrom(beginning) => (
            // The first comparison is what the index can answer.
            " AND id IN (SELECT machine FROM machine_tags
                 WHERE tenant = ?1 AND tag >= ?2 AND substr(tag, 1, length(?2)) = ?2)",
            vec![beginning.into()],
        ),
    };
    let seen = views::machines(view, more);
    Collection {
        table: "machines",
        columns: MACHINE,
        scope: seen.condition + condition,
        parameters: seen.parameters,
        order: "id",
    }
}

pub(super) fn actions(view: &View, scope: ActionScope) -> Collection {
    let (table, condition, more): (_, _, Vec<Value<'static>>) = match scope {
        ActionScope::All => ("actions", "", Vec::new()),
        ActionScope::OfMachine(machine) => (
            BY_MACHINE,
            " AND machine = ?2",
            vec![machine.as_str().to_owned().into()],
        ),
        ActionScope::LatestOfMachine(machine) => (
            BY_MACHINE,
            " AND machine = ?2 AND id IN (SELECT id FROM (
                 SELECT id, row_number() OVER (PARTITION BY type ORDER BY created DESC, id) AS place
                 FROM actions INDEXED BY actions_by_machine
                 WHERE tenant = ?1 AND machine = ?2) AS placed WHERE place = 1)",
            vec![machine.as_str().to_owned().into()],
        ),
    };
    let seen = views::of_machines(view, more);
    Collection {
        table,
        columns: ACTION,
        scope: seen.condition + condition,
        parameters: seen.parameters,
        order: "created DESC, id",
    }
}

#[cfg(test)]
mod tests {
    use quell_model::{MachineId, Sha1, Timestamp};

    use super::*;
    use crate::core::{Extent, GroupId, TenantId};
    use crate::store::SqlStore;
    use crate::store::postgres::tests::Database;

    fn text(collection: &Collection) -> String {
        format!(
            "SELECT {} FROM {} WHERE {} ORDER BY {}",
            collection.columns, collection.table, collection.scope, collection.order
        )
    }

    /// Scopes that are a part of their tenant, each for who sees all and for who sees some of it.
    fn parts() -> Vec<Collection> {
        let all = View::from(TenantId::fresh());
        let some = View {
            machines: Extent::Groups([GroupId::NONE, GroupId::new(7)].into()),
            ..all.clone()
        };
        let moment = Timestamp::from_unix_seconds(0);
        let machine = MachineId::new("m1").unwrap();
        let of = |view: &View| {
            [
                machines(
                    view,
                    MachineScope::WithFile {
                        sha1: Sha1::OF_NOTHING,
                        since: moment,
                    },
                ),
                machines(
                    view,
                    MachineScope::WithAddress {
                        address: [10, 0, 0, 1].into(),
                        from: moment,
                        until: moment,
                    },
                ),
                machines(view, MachineScope::Tagged("a".to_owned())),
                machines(view, MachineScope::TaggedFrom("a".to_owned())),
                actions(view, ActionScope::OfMachine(machine.clone())),
                actions(view, ActionScope::LatestOfMachine(machine.clone())),
            ]
        };
        of(&all).into_iter().chain(of(&some)).collect()
    }

    #[tokio::test]
    async fn no_scope_that_is_a_part_of_its_tenant_reads_all_of_it_on_postgres() {
        let database = Database::create().await;
        let store = SqlStore::connect(database.options()).await.unwrap();
        for collection in parts() {
            let text = text(&collection);
            let plan = store.plan_on_postgres(&text, collection.parameters).await;
            assert!(!plan.contains("Seq Scan"), "{text}\n{plan}");
        }
    }

    #[tokio::test]
    async fn no_scope_that_is_a_part_of_its_tenant_reads_all_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&dir.path().join("quell.db")).unwrap();
        for collection in parts() {
            let plan = store.plan(&text(&collection), collection.parameters).await;
            assert!(!plan.contains("(tenant=?)"), "{plan}");
            assert!(!plan.contains("SCAN actions"), "{plan}");
        }
    }
}
