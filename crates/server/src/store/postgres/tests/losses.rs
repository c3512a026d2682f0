//! A database that goes away, at any moment, and comes back.

use std::sync::Arc;

use quell_state::PostgresOptions;

use super::{Cut, Database, Line};
use crate::odata::Query;
use crate::store::conformance::{at, machine_id, submission, with_machine};
use crate::store::record::{ActionScope, Submitted};
use crate::store::{SqlStore, Store, StoreError};

/// One action is asked for while the line is cut at its commit.
async fn nothing_is_lost_and_nothing_done_twice(cut: Cut) {
    let database = Database::create().await;
    let line = Line::to(&database).await;
    let store: Arc<dyn Store> = Arc::new(SqlStore::connect(line.options()).await.unwrap());
    let tenant = with_machine(&store, "m1").await;

    line.cut(cut);
    let taken = store.submit(submission(tenant, "a1", at(1))).await.unwrap();
    assert!(line.was_cut());
    let Submitted::New(action) = taken else {
        panic!("{taken:?}")
    };
    let all = store.actions(tenant.into(), ActionScope::All, Query::default());
    assert_eq!(all.await.unwrap().items, [action]);
    let orders = store.orders(tenant, &machine_id("m1"), 0, at(1)).await;
    assert_eq!(orders.unwrap().len(), 1);
}

#[tokio::test]
async fn commit_whose_answer_was_lost_is_asked_for_and_not_repeated_on_postgres() {
    nothing_is_lost_and_nothing_done_twice(Cut::AfterCommit).await;
}

#[tokio::test]
async fn commit_that_never_arrived_is_done_again_on_postgres() {
    nothing_is_lost_and_nothing_done_twice(Cut::BeforeCommit).await;
}

#[tokio::test]
async fn database_that_was_stopped_is_used_again_when_it_is_back_on_postgres() {
    let database = Database::create().await;
    let store: Arc<dyn Store> = Arc::new(SqlStore::connect(database.options()).await.unwrap());
    let tenant = with_machine(&store, "m1").await;
    let before = store.submit(submission(tenant, "a1", at(1))).await.unwrap();

    database.close().await;
    for attempt in 0..3 {
        let refused = store.submit(submission(tenant, "a2", at(2))).await;
        assert!(
            matches!(refused, Err(StoreError::Unavailable(_))),
            "{attempt}: {refused:?}"
        );
        assert!(store.machine(tenant.into(), "m1").await.is_err());
    }
    database.reopen().await;

    let again = loop {
        match store.submit(submission(tenant, "a3", at(3))).await {
            Err(StoreError::Unavailable(_)) => tokio::task::yield_now().await,
            answer => break answer.unwrap(),
        }
    };
    let Submitted::New(action) = before else {
        panic!("{before:?}")
    };
    assert_eq!(again, Submitted::Again(action), "nothing was lost or done");
}

#[tokio::test]
async fn data_of_a_newer_version_are_left_alone_on_postgres() {
    let database = Database::create().await;
    drop(SqlStore::connect(database.options()).await.unwrap());
    database
        .execute("UPDATE quell_server.schema_version SET version = 99")
        .await;
    let refused = SqlStore::connect(database.options()).await;
    assert!(matches!(refused, Err(StoreError::TooNew { found: 99, .. })));
}

#[tokio::test]
async fn refusal_to_connect_says_what_to_do_on_postgres() {
    let database = Database::create().await;
    let refused = async |change: &str| {
        let connection = format!("{} {change}", database.connection_string());
        let options = PostgresOptions::parse(&connection).unwrap();
        SqlStore::connect(options).await.unwrap_err().to_string()
    };
    let no_database = refused("dbname=quell_nowhere").await;
    assert!(
        no_database.contains("does not exist (3D000): make it"),
        "{no_database}"
    );
    let nobody = refused("user=quell_nobody").await;
    assert!(nobody.contains("(28000): look at the user"), "{nobody}");
    let nowhere = refused("port=1").await;
    assert!(
        nowhere.contains("the database cannot be reached: "),
        "{nowhere}"
    );
}

#[tokio::test]
async fn account_without_rights_is_told_which_it_needs_on_postgres() {
    let database = Database::create().await;
    let user = format!("quell_poor_{}", std::process::id());
    database.execute(&format!("CREATE ROLE {user} LOGIN")).await;
    let connection = format!("{} user={user}", database.connection_string());
    let options = PostgresOptions::parse(&connection).unwrap();
    let refused = SqlStore::connect(options).await.unwrap_err().to_string();
    database.execute(&format!("DROP ROLE {user}")).await;
    assert!(
        refused.contains("(42501): give the user the right"),
        "{refused}"
    );
}
