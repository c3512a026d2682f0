//! The store in one SQLite file.

mod actions;
mod directory;
mod enrolment;
mod error;
mod fleet;
mod inventory;
mod listing;
mod open;
mod orders;
mod reader;
mod rows;
mod schema;
mod sweep;
mod writer;

use std::path::Path;

use reader::Readers;
use writer::Writer;

use super::StoreError;

/// A store in one SQLite file, in WAL mode with a sync for every commit.
///
/// Several processes may open the same file: operators' commands do so while the server runs.
/// Clones share one writing thread.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
}

impl SqliteStore {
    /// Opens the file and brings it to this version's schema; makes it, readable by its owner
    /// alone, when it is not there.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be opened or a newer version wrote it.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let connection = open::open_writer(file)?;
        Ok(Self {
            writer: Writer::start(connection)?,
            readers: Readers::new(file),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::Store;
    use crate::store::conformance::{at, every_rule, submission, with_machine};
    use crate::store::record::Submitted;
    use crate::store::{Directory as _, Ledger as _};

    fn open() -> (Arc<dyn Store>, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&dir.path().join("quell.db")).unwrap();
        (Arc::new(store), dir)
    }

    every_rule!(open);

    #[tokio::test]
    async fn what_was_acknowledged_survives_without_a_goodbye() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("quell.db");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&file).unwrap());
        let tenant = with_machine(&store, "m1").await;
        let taken = store.submit(submission(tenant, "a1", at(0))).await.unwrap();
        let Submitted::New(action) = taken else {
            panic!("not a new action")
        };
        // As after `kill -9`: the files as they are now, while the first store still has them
        // open and has checkpointed nothing.
        let after = dir.path().join("after");
        std::fs::create_dir(&after).unwrap();
        for name in ["quell.db", "quell.db-wal"] {
            std::fs::copy(dir.path().join(name), after.join(name)).unwrap();
        }
        let reopened = SqliteStore::open(&after.join("quell.db")).unwrap();
        assert_eq!(reopened.first_tenant(at(9)).await.unwrap(), tenant);
        let kept = reopened.action(tenant, &action.id).await.unwrap();
        assert_eq!(kept, Some(action));
    }

    #[tokio::test]
    async fn two_processes_share_one_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("quell.db");
        let one = SqliteStore::open(&file).unwrap();
        let two = SqliteStore::open(&file).unwrap();
        let names = tokio::join!(one.server_name(), two.server_name());
        assert_eq!(names.0.unwrap(), names.1.unwrap());
        let tenants = tokio::join!(one.first_tenant(at(0)), two.first_tenant(at(0)));
        assert_eq!(tenants.0.unwrap(), tenants.1.unwrap());
    }

    #[test]
    fn file_that_is_no_database_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("quell.db");
        std::fs::write(&file, "not a database, but long enough to be looked at").unwrap();
        assert!(matches!(
            SqliteStore::open(&file),
            Err(StoreError::Unavailable(_))
        ));
    }
}
