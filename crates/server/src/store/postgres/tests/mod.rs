//! The store's rules on PostgreSQL, and what only PostgreSQL can do wrong.

mod database;

use std::sync::Arc;

pub(in crate::store) use database::Database;

use crate::store::conformance::every_rule;
use crate::store::{SqlStore, Store};

async fn open() -> (Arc<dyn Store>, Database) {
    let database = Database::create().await;
    let store = SqlStore::connect(database.options()).await.unwrap();
    (Arc::new(store), database)
}

mod rules {
    use super::*;
    every_rule!(on_postgres, crate::store::postgres::tests::open);
}
