//! How older data come to this version's tables.

use rusqlite::Connection;

use super::error::store_error;
use crate::store::{StoreError, schema};

/// Brings the data to this version's schema.
///
/// # Errors
/// [`StoreError::TooNew`] when a newer version wrote them.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let known = schema::newest();
    // Immediate, so that of two processes that open new data at once one waits for the other.
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(store_error)?;
    let found: i64 = transaction
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(store_error)?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for step in schema::sqlite_steps(found) {
        transaction.execute_batch(step).map_err(store_error)?;
    }
    transaction
        .pragma_update(None, "user_version", known)
        .map_err(store_error)?;
    transaction.commit().map_err(store_error)
}

#[cfg(test)]
mod tests {
    use quell_model::Timestamp;

    use super::*;
    use crate::core::Objection;
    use crate::core::audit::By;
    use crate::odata::Query;
    use crate::store::record::{ActionScope, MachineScope};
    use crate::store::{
        Directory as _, Fleet as _, Guard as _, Indicators as _, Ledger as _, SqlStore,
    };

    #[test]
    fn data_of_a_newer_version_are_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let error = migrate(&mut connection).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the store has schema 99, this version knows schemas up to ")
        );
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .unwrap();
        assert_eq!(tables, 0);
    }

    #[test]
    fn migrating_twice_is_migrating_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
    }

    /// The data of version 1: a tenant with a machine that has a file and an ended action.
    const OLD_DATA: &str = "
        INSERT INTO server (one, name) VALUES (1, 'old');
        INSERT INTO tenants (id, created) VALUES ('0b5f1a3e-0000-4000-8000-000000000001', 1);
        INSERT INTO machines VALUES ('0b5f1a3e-0000-4000-8000-000000000001', 'm1',
            'host.example', 'Debian', '12', '64-bit', 'x64', '[\"10.0.0.1\",\"10.0.0.1\"]',
            '0.1.0', '[]', NULL, 10000000, 20000000, 'Active', 3, x'00', NULL);
        INSERT INTO sightings VALUES ('0b5f1a3e-0000-4000-8000-000000000001',
            x'0102030405060708090a0b0c0d0e0f1011121314', 'm1', CAST('/opt/a' AS BLOB), NULL, 7, 0,
            1, NULL, 10000000, 20000000);
        INSERT INTO actions VALUES ('0b5f1a3e-0000-4000-8000-000000000001', 'a1',
            'StopAndQuarantineFile', 'm1', 'host.example',
            x'0102030405060708090a0b0c0d0e0f1011121314', NULL, 'SOC', 'why', NULL, 'Succeeded', 0,
            10000000, 20000000, 20000000, NULL, NULL, NULL, NULL);";

    #[tokio::test]
    async fn data_of_the_first_version_are_read_and_have_the_new_rooms() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("quell.db");
        let old = Connection::open(&file).unwrap();
        old.execute_batch(schema::sqlite_steps(0).next().unwrap())
            .unwrap();
        old.execute_batch(OLD_DATA).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        drop(old);

        let store = SqlStore::open(&file).unwrap();
        let second = Timestamp::from_unix_seconds;
        let tenant = store.first_tenant(second(9)).await.unwrap();
        assert_eq!(store.server_name().await.unwrap(), "old");
        let machine = store.machine(tenant.into(), "m1").await.unwrap().unwrap();
        assert_eq!(machine.tags, Vec::<String>::new());
        let all = Query::default;
        let of_machine = ActionScope::OfMachine(machine.id.clone());
        let actions = store
            .actions(tenant.into(), of_machine, all())
            .await
            .unwrap();
        assert_eq!(actions.items[0].id.as_str(), "a1");
        let with_address = MachineScope::WithAddress {
            address: "10.0.0.1".parse().unwrap(),
            from: second(2),
            until: second(2),
        };
        let found = store
            .machines(tenant.into(), with_address, all())
            .await
            .unwrap();
        assert_eq!(found.items, std::slice::from_ref(&machine));
        let file = actions.items[0].sha1;
        let seen = store
            .file_sightings(tenant.into(), file, second(0))
            .await
            .unwrap();
        assert_eq!(
            (seen.machines, seen.names.as_slice()),
            (1, &["a".to_owned()][..])
        );
        let known = store.objection(tenant, file, second(0), 0).await.unwrap();
        assert_eq!(known, Some(Objection::OnManyMachines { most: 0 }));
        let tag = vec!["web".parse().unwrap()];
        store
            .tag(
                tenant,
                &machine.id,
                tag,
                Vec::new(),
                By::server("test"),
                second(9),
            )
            .await
            .unwrap();
        let kept = store.machine(tenant.into(), "m1").await.unwrap().unwrap();
        assert_eq!(kept.tags, ["web"]);
        let reach = crate::core::Reach::Everyone;
        let none = store.indicators(tenant, reach, second(9), all()).await;
        assert!(none.unwrap().items.is_empty());
    }

    /// What version 2 added to that: a tag, and an indicator of a tenant that has made one.
    const DATA_OF_VERSION_2: &str = "
        INSERT INTO machine_tags VALUES ('0b5f1a3e-0000-4000-8000-000000000001', 'm1', 'web');
        UPDATE tenants SET last_indicator = 1;
        INSERT INTO indicators (tenant, id, type, value, action, title, description,
            rbac_group_names, generate_alert, created, created_by, created_by_name, last_update,
            last_updated_by)
        VALUES ('0b5f1a3e-0000-4000-8000-000000000001', 1, 'FileSha1',
            '0102030405060708090a0b0c0d0e0f1011121314', 'Block', 'title', 'why', '[]', 1, 10000000,
            'a', 'SOC', 10000000, 'a');";

    #[tokio::test]
    async fn data_of_the_second_version_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("quell.db");
        let old = Connection::open(&file).unwrap();
        for (step, data) in schema::sqlite_steps(0).zip([OLD_DATA, DATA_OF_VERSION_2]) {
            old.execute_batch(step).unwrap();
            old.execute_batch(data).unwrap();
        }
        old.pragma_update(None, "user_version", 2).unwrap();
        drop(old);

        let store = SqlStore::open(&file).unwrap();
        let second = Timestamp::from_unix_seconds;
        let tenant = store.first_tenant(second(9)).await.unwrap();
        let machine = store
            .machine(tenant.into(), "HOST.example")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(machine.tags, ["web"]);
        let reach = crate::core::Reach::Everyone;
        let kept = store.indicators(tenant, reach, second(9), Query::default());
        let kept = kept.await.unwrap().items;
        assert_eq!((kept.len(), kept[0].id.as_str()), (1, "1"));
        assert!(kept[0].content.generate_alert);
    }
}
