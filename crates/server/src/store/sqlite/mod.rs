//! SQLite: one file, one thread that writes, and connections that read beside it.

mod copy;
mod error;
mod inspect;
mod migration;
mod open;
mod reader;
mod sql;
mod writer;

use std::path::Path;
use std::sync::Arc;

pub(crate) use copy::{check, copy};
pub(crate) use inspect::{SchemaVersion, schema_version};
use reader::Readers;
use rusqlite::Connection;
use sql::OnConnection;
use writer::Writer;

use super::database::Sql;
use super::{StoreError, WriteWatch};

/// One file.
#[derive(Clone, Debug)]
pub(super) struct Sqlite {
    writer: Writer,
    readers: Readers,
}

impl Sqlite {
    pub(super) fn open(file: &Path) -> Result<Self, StoreError> {
        let connection = open::open_writer(file)?;
        Ok(Self {
            writer: Writer::start(connection)?,
            readers: Readers::new(file),
        })
    }

    pub(super) fn watch_writes(&self, watch: Arc<dyn WriteWatch>) {
        self.writer.watched.by(watch);
    }

    pub(super) async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static,
    {
        self.readers.read(move |c| work(&mut OnConnection(c))).await
    }

    pub(super) async fn glance<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static,
    {
        let work = move |c: &Connection| work(&mut OnConnection(c));
        match self.readers.glance(&work) {
            // Another process has the file for itself: whoever waits does so elsewhere.
            Err(StoreError::Unavailable(_)) => self.readers.read(work).await,
            done => done,
        }
    }

    pub(super) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static,
    {
        self.writer.write(move |c| work(&mut OnConnection(c))).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use quell_model::Sha1;

    use super::*;
    use crate::store::conformance::{at, every_rule, machine_id, submission, with_machine};
    use crate::store::record::{Submission, Submitted};
    use crate::store::{Directory as _, Ledger as _};
    use crate::store::{SqlStore, Store};

    fn open() -> (Arc<dyn Store>, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&dir.path().join("quell.db")).unwrap();
        (Arc::new(store), dir)
    }

    every_rule!(here, open);

    /// A store of the files as they are now, with nothing checkpointed.
    fn copy_of(dir: &Path) -> SqlStore {
        let copy = dir.join("copy");
        std::fs::create_dir(&copy).unwrap();
        for name in ["quell.db", "quell.db-wal"] {
            std::fs::copy(dir.join(name), copy.join(name)).unwrap();
        }
        SqlStore::open(&copy.join("quell.db")).unwrap()
    }

    #[tokio::test]
    async fn order_given_after_a_backup_was_put_back_is_not_taken_for_an_older_one() {
        let dir = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqlStore::open(&dir.path().join("quell.db")).unwrap());
        let tenant = with_machine(&store, "m1").await;
        let backup: Arc<dyn Store> = Arc::new(copy_of(dir.path()));
        let machine = machine_id("m1");
        let give = async |store: &Arc<dyn Store>, id: &str, file: u8, seconds: i64| {
            let sha1 = Sha1::from_bytes([file; 20]);
            let asked = submission(tenant, id, at(seconds));
            store.submit(Submission { sha1, ..asked }).await.unwrap();
            let orders = store.orders(tenant, &machine, 0, at(seconds)).await;
            orders.unwrap().last().unwrap().sequence
        };

        give(&store, "a1", 1, 10).await;
        let acknowledged = give(&store, "a2", 2, 10).await;
        for (id, file) in [("a3", 3), ("a4", 4), ("a5", 5)] {
            give(&backup, id, file, 20).await;
        }
        let acknowledge = backup.acknowledge(tenant, &machine, acknowledged);
        acknowledge.await.unwrap();
        let orders = backup.orders(tenant, &machine, acknowledged, at(21)).await;
        assert_eq!(orders.unwrap().len(), 3);
    }

    #[tokio::test]
    async fn what_was_acknowledged_survives_without_a_goodbye() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("quell.db");
        let store: Arc<dyn Store> = Arc::new(SqlStore::open(&file).unwrap());
        let tenant = with_machine(&store, "m1").await;
        let taken = store.submit(submission(tenant, "a1", at(0))).await.unwrap();
        let Submitted::New(action) = taken else {
            panic!("not a new action")
        };
        // As after `kill -9`: the first store still has its files open.
        let reopened = copy_of(dir.path());
        assert_eq!(reopened.first_tenant(at(9)).await.unwrap(), tenant);
        let kept = reopened.action(tenant.into(), &action.id).await.unwrap();
        assert_eq!(kept, Some(action));
    }

    #[tokio::test]
    async fn two_processes_share_one_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("quell.db");
        let one = SqlStore::open(&file).unwrap();
        let two = SqlStore::open(&file).unwrap();
        let names = tokio::join!(one.server_name(), two.server_name());
        assert_eq!(names.0.unwrap(), names.1.unwrap());
        let tenants = tokio::join!(one.first_tenant(at(0)), two.first_tenant(at(0)));
        assert_eq!(tenants.0.unwrap(), tenants.1.unwrap());
    }

    #[tokio::test]
    async fn glance_at_a_file_that_another_process_has_for_itself_waits_elsewhere() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("quell.db");
        drop(SqlStore::open(&file).unwrap());
        let other = Connection::open(&file).unwrap();
        other
            .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;")
            .unwrap();
        let sqlite = Sqlite {
            writer: Writer::start(Connection::open_in_memory().unwrap()).unwrap(),
            readers: Readers::new(&file),
        };
        let mut glance = Box::pin(sqlite.glance(|sql| sql.exists("SELECT 1 FROM server", &[])));
        // It has given up waiting here, and waits on another thread.
        let waker = std::task::Waker::noop();
        let begun = glance
            .as_mut()
            .poll(&mut std::task::Context::from_waker(waker));
        assert!(begun.is_pending());
        drop(other);
        assert!(!glance.await.unwrap());
    }

    #[test]
    fn file_that_is_no_database_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("quell.db");
        std::fs::write(&file, "not a database, but long enough to be looked at").unwrap();
        assert!(matches!(
            SqlStore::open(&file),
            Err(StoreError::Unavailable(_))
        ));
    }
}
