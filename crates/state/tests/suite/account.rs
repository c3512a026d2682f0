//! Accounts of the database, by whatever name, with the least rights.

use quell_ratelimit::{Budgets as _, Policy, Priority, Quota, Turn};
use quell_state::{Attempts as _, Begun, Filter, Intent, Journal as _, Settlement};
use quell_state::{PostgresOptions, PostgresState, StateError};

use crate::database::Database;
use crate::worker::{TIMEOUT, budget};

/// The rights that the guide tells.
const RIGHTS: &str = "GRANT USAGE ON SCHEMA quell TO clerk;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA quell TO clerk;";

async fn connect(database: &Database, account: &str) -> Result<PostgresState, StateError> {
    // Of two names the later holds.
    let connection = format!("{} user={account}", database.connection_string());
    PostgresState::connect(PostgresOptions::parse(&connection).unwrap()).await
}

async fn works(state: &PostgresState) {
    let policy = Policy::new(Quota::parse("5/60s").unwrap());
    let store = state.open(&budget(), &policy).await.unwrap();
    let turn = store.acquire(Priority::Batch).await.unwrap();
    assert!(matches!(turn, Turn::Granted(_)), "{turn:?}");
    let intent = Intent::new(budget(), "machine");
    let begun = state.begin(intent, &policy, Priority::Batch, TIMEOUT).await;
    let Begun::Sending(attempt) = begun.unwrap() else {
        panic!("a permit was due");
    };
    let end = state.end(attempt, &policy, None, Settlement::NotSent);
    end.await.unwrap();
    let open = state.open_intents(Filter::open()).await.unwrap();
    assert!(open.is_empty());
}

#[tokio::test]
async fn account_of_any_name_makes_the_tables_in_their_schema_on_postgres() {
    let database = Database::create().await;
    let maker = database.account("maker").await;
    database
        .execute(&format!(
            "GRANT CREATE ON DATABASE {} TO {maker}",
            database.name()
        ))
        .await;
    works(&connect(&database, &maker).await.unwrap()).await;
    let elsewhere =
        "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE relname = 'budgets' AND nspname <> 'quell'";
    assert_eq!(database.number(elsewhere).await, 0);
}

#[tokio::test]
async fn account_with_the_rights_of_the_guide_can_work_on_postgres() {
    let database = Database::create().await;
    drop(database.state().await);
    let clerk = database.account("clerk").await;
    let refused = connect(&database, &clerk).await.unwrap_err();
    assert!(
        matches!(refused, StateError::Database { .. }),
        "{refused:?}"
    );
    database.execute(&RIGHTS.replace("clerk", &clerk)).await;
    works(&connect(&database, &clerk).await.unwrap()).await;
}
