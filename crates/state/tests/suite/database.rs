use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use quell_state::{PostgresOptions, PostgresState};
use tokio_postgres::{Client, Config, NoTls};

/// A database of its own, gone when the test is.
pub(crate) struct Database {
    name: String,
    client: Client,
    accounts: Mutex<Vec<String>>,
}

fn server() -> String {
    std::env::var("QUELL_TEST_POSTGRES").expect(
        "needs a PostgreSQL: `cargo xtask test` starts one, or set QUELL_TEST_POSTGRES to a connection string",
    )
}

async fn connect(name: Option<&str>) -> Client {
    let mut config: Config = server().parse().unwrap();
    if let Some(name) = name {
        config.dbname(name);
    }
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The connection string of this database.
pub(crate) fn connection_string(name: &str) -> String {
    // Of two names the later holds.
    format!("{} dbname={name}", server())
}

impl Database {
    pub(crate) async fn create() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let nth = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("quell_test_{}_{nth}", std::process::id());
        let create = format!("CREATE DATABASE {name}");
        connect(None).await.batch_execute(&create).await.unwrap();
        let client = connect(Some(&name)).await;
        Self {
            name,
            client,
            accounts: Mutex::default(),
        }
    }

    pub(crate) fn connection_string(&self) -> String {
        connection_string(&self.name)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Makes an account that has no rights yet; it goes with the database.
    pub(crate) async fn account(&self, name: &str) -> String {
        let account = format!("{}_{name}", self.name);
        self.execute(&format!("CREATE ROLE {account} LOGIN")).await;
        self.accounts.lock().unwrap().push(account.clone());
        account
    }

    pub(crate) async fn state(&self) -> PostgresState {
        let options = PostgresOptions::parse(&self.connection_string()).unwrap();
        PostgresState::connect(options).await.unwrap()
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap();
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.client.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// From now on time stands still but for [`advance`](Self::advance).
    pub(crate) async fn stop_clock(&self) {
        drop(self.state().await);
        self.execute(
            "CREATE TABLE quell.test_clock (now bigint NOT NULL);
            INSERT INTO quell.test_clock VALUES (1700000000000000);
            CREATE OR REPLACE FUNCTION quell.quell_now() RETURNS bigint LANGUAGE sql VOLATILE AS
                'SELECT now FROM quell.test_clock'",
        )
        .await;
    }

    pub(crate) async fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap();
        self.execute(&format!("UPDATE quell.test_clock SET now = now + {by}"))
            .await;
    }

    pub(crate) async fn passed(&self) -> Duration {
        let now = self
            .number("SELECT now - 1700000000000000 FROM quell.test_clock")
            .await;
        Duration::from_micros(now.try_into().unwrap())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let accounts = std::mem::take(self.accounts.get_mut().unwrap());
        let accounts = accounts
            .iter()
            .map(|account| format!("DROP ROLE {account}"));
        let database = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let remove: Vec<String> = std::iter::once(database).chain(accounts).collect();
        // A thread of its own, since the test's runtime may be unwinding.
        let removed = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let client = connect(None).await;
                for statement in remove {
                    client.batch_execute(&statement).await?;
                }
                Ok::<_, tokio_postgres::Error>(())
            })
        });
        if !matches!(removed.join(), Ok(Ok(()))) {
            eprintln!("{} is left behind", self.name);
        }
    }
}
