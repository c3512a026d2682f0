use std::sync::atomic::{AtomicU32, Ordering};

use quell_state::PostgresOptions;
use tokio_postgres::{Client, Config, NoTls};

/// A database of its own, gone when the test is. Its locale orders texts unlike their bytes.
pub(crate) struct Database {
    name: String,
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

impl Database {
    pub(crate) async fn create() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let nth = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("quell_server_{}_{nth}", std::process::id());
        let create = format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'
             LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'"
        );
        connect(None).await.batch_execute(&create).await.unwrap();
        Self { name }
    }

    pub(crate) fn connection_string(&self) -> String {
        // Of two names the later holds.
        format!("{} dbname={}", server(), self.name)
    }

    pub(crate) fn options(&self) -> PostgresOptions {
        PostgresOptions::parse(&self.connection_string()).unwrap()
    }

    pub(crate) async fn execute(&self, sql: &str) {
        let client = connect(Some(&self.name)).await;
        client.batch_execute(sql).await.unwrap();
    }
}

impl Database {
    /// Throws everyone out and lets nobody in, as a server that is stopped does.
    pub(crate) async fn close(&self) {
        let name = &self.name;
        let close = format!(
            "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false;
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        );
        connect(None).await.batch_execute(&close).await.unwrap();
    }

    /// Lets everyone in again.
    pub(crate) async fn reopen(&self) {
        let open = format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true", self.name);
        connect(None).await.batch_execute(&open).await.unwrap();
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop_it = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        // A thread of its own, since the test's runtime may be unwinding.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async { connect(None).await.batch_execute(&drop_it).await })
        });
        if !std::thread::panicking() {
            dropped.join().unwrap().unwrap();
        }
    }
}
