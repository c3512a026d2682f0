//! The store's rules on PostgreSQL, and what only PostgreSQL can do wrong.

mod database;
mod line;
mod losses;
mod together;

use std::sync::Arc;

pub(crate) use database::Database;
pub(crate) use line::{Cut, Line};

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
