//! A database that goes away and comes back.

use std::sync::Arc;
use std::time::Duration;

use quell_ratelimit::{
    Budgets as _, Margins, PermitId, PermitStore, Policy, Priority, Quota, Turn,
};
use quell_state::{
    Attempts as _, Begun, Intent, PostgresOptions, PostgresState, Settlement, StateError,
};
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::database::Database;
use crate::worker::{TIMEOUT, budget};

/// Stands between a client and the server, and can be cut.
struct Line {
    port: u16,
    up: watch::Sender<bool>,
}

impl Line {
    async fn to(server: &str) -> Self {
        let server = server.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (up, is_up) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *is_up.borrow() {
                    tokio::spawn(carry(client, server.clone(), is_up.clone()));
                }
            }
        });
        Self { port, up }
    }

    fn cut(&self) {
        self.up.send_replace(false);
    }

    fn mend(&self) {
        self.up.send_replace(true);
    }
}

async fn carry(mut client: TcpStream, connection: String, mut is_up: watch::Receiver<bool>) {
    let mut server = to_server(&connection).await;
    tokio::select! {
        _ = is_up.wait_for(|up| !up) => {}
        _ = copy_bidirectional(&mut client, &mut server) => {}
    }
}

/// A connection to the server, whether it listens on a port or on a socket.
pub(crate) async fn to_server(connection: &str) -> Box<dyn Stream> {
    let config: Config = connection.parse().unwrap();
    let port = config.get_ports().first().copied().unwrap_or(5432);
    match &config.get_hosts()[0] {
        Host::Tcp(name) => Box::new(TcpStream::connect((name.as_str(), port)).await.unwrap()),
        Host::Unix(directory) => {
            let socket = directory.join(format!(".s.PGSQL.{port}"));
            Box::new(UnixStream::connect(socket).await.unwrap())
        }
    }
}

pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

async fn through(line: &Line, database: &Database) -> PostgresOptions {
    let config: Config = database.connection_string().parse().unwrap();
    let connection = format!(
        "host=127.0.0.1 port={} user={} dbname={}",
        line.port,
        config.get_user().unwrap(),
        config.get_dbname().unwrap()
    );
    let soon = Duration::from_millis(1);
    PostgresOptions::parse(&connection)
        .unwrap()
        .retry_every(soon, 10 * soon)
}

async fn granted(store: &dyn PermitStore) -> PermitId {
    loop {
        match store.acquire(Priority::Batch).await.unwrap() {
            Turn::Granted(id) => return id,
            Turn::After(wait) => tokio::time::sleep(wait).await,
            turn @ Turn::AfterCompletion { .. } => panic!("{turn:?}"),
        }
    }
}

async fn outage(length: Duration) {
    let database = Database::create().await;
    database.stop_clock().await;
    let line = Line::to(&database.connection_string()).await;
    let state = PostgresState::connect(through(&line, &database).await)
        .await
        .unwrap();
    let policy = Policy::new(Quota::parse("5/1h").unwrap()).margins(Margins::NONE);
    let store = state.open(&budget(), &policy).await.unwrap();

    let mut sent = Vec::new();
    for _ in 0..3 {
        let id = granted(&*store).await;
        store.sent(id, TIMEOUT).await.unwrap();
        sent.push(id);
    }
    let unsent = granted(&*store).await;

    line.cut();
    // Calls that are out come back; nothing new goes out.
    for id in sent {
        store.complete(id, None).await.unwrap();
    }
    assert!(
        store.sent(unsent, TIMEOUT).await.is_err(),
        "it must not be sent"
    );
    for _ in 0..3 {
        let turn = store.acquire(Priority::Batch).await.unwrap();
        assert!(matches!(turn, Turn::After(_)), "{turn:?}");
        assert!(store.snapshot().await.is_err());
    }
    database.advance(length).await;
    line.mend();

    let last = granted(&*store).await;
    store.sent(last, TIMEOUT).await.unwrap();
    store.complete(last, None).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    // The one that was never sent is out until its lease ends, after 30 s.
    let unsent = usize::from(length < Duration::from_secs(30));
    assert_eq!(snapshot.in_flight, unsent);
    assert_eq!(
        snapshot.windows[0].used as usize,
        4 + unsent,
        "each call counts once"
    );
    assert_eq!(
        database
            .number("SELECT count(*) FROM quell.completions")
            .await,
        4
    );
}

#[tokio::test]
async fn outage_of_10_seconds_loses_nothing_on_postgres() {
    outage(Duration::from_secs(10)).await;
}

/// Longer than the calls' deadline and grace: they were written off, and are not counted twice.
#[tokio::test]
async fn outage_of_90_seconds_loses_nothing_on_postgres() {
    outage(Duration::from_secs(90)).await;
}

#[tokio::test]
async fn what_came_back_is_written_though_nobody_asks_again_on_postgres() {
    let database = Database::create().await;
    let line = Line::to(&database.connection_string()).await;
    let state = PostgresState::connect(through(&line, &database).await)
        .await
        .unwrap();
    let policy = Policy::new(Quota::parse("5/1h").unwrap());
    let store = state.open(&budget(), &policy).await.unwrap();
    let id = granted(&*store).await;
    store.sent(id, TIMEOUT).await.unwrap();
    let watching = database
        .state()
        .await
        .open(&budget(), &policy)
        .await
        .unwrap();
    assert_eq!(watching.snapshot().await.unwrap().in_flight, 1);
    line.cut();
    store.complete(id, None).await.unwrap();
    line.mend();
    // The other host hears of it.
    while watching.snapshot().await.unwrap().in_flight > 0 {
        watching.changed().await;
    }
}

#[tokio::test]
async fn outage_beyond_patience_is_told_on_postgres() {
    let database = Database::create().await;
    let line = Line::to(&database.connection_string()).await;
    let options = through(&line, &database).await.patience(Duration::ZERO);
    let state = PostgresState::connect(options).await.unwrap();
    let policy = Policy::new(Quota::parse("5/1h").unwrap());
    let store = state.open(&budget(), &policy).await.unwrap();
    line.cut();
    let told = loop {
        match store.acquire(Priority::Batch).await {
            Err(told) => break told,
            Ok(turn) => assert!(matches!(turn, Turn::After(_)), "{turn:?}"),
        }
    };
    let source = std::error::Error::source(&told).unwrap();
    let source = source.downcast_ref::<StateError>().unwrap();
    assert!(matches!(source, StateError::Unreachable { .. }), "{source}");
}

#[tokio::test]
async fn hosts_that_begin_together_make_the_tables_once_on_postgres() {
    let database = Arc::new(Database::create().await);
    let mut hosts = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let database = Arc::clone(&database);
        hosts.spawn(async move {
            let state = database.state().await;
            let policy = Policy::new(Quota::parse("5/1h").unwrap());
            granted(&*state.open(&budget(), &policy).await.unwrap()).await
        });
    }
    let mut permits = Vec::new();
    while let Some(permit) = hosts.join_next().await {
        match permit {
            Ok(permit) => permits.push(permit),
            // The sixth of five is told to wait for a completion.
            Err(refused) => assert!(refused.is_panic()),
        }
    }
    permits.sort();
    permits.dedup();
    assert_eq!(permits.len(), 5);
}

#[tokio::test]
async fn tables_of_a_newer_version_are_left_alone_on_postgres() {
    let database = Database::create().await;
    drop(database.state().await);
    database
        .execute("UPDATE quell.schema_version SET version = 99")
        .await;
    let options = PostgresOptions::parse(&database.connection_string()).unwrap();
    let refused = PostgresState::connect(options).await.unwrap_err();
    assert!(
        matches!(
            refused,
            StateError::TooNew {
                found: 99,
                known: 1
            }
        ),
        "{refused}"
    );
}

/// Whoever was the primary answers for a while as a standby does.
#[tokio::test]
async fn server_that_takes_no_writes_is_waited_out_like_one_that_is_away_on_postgres() {
    let database = Database::create().await;
    drop(database.state().await);
    let alter = format!("ALTER DATABASE {} ", database.name());
    let read_only = "SET default_transaction_read_only TO on";
    let policy = Policy::new(Quota::parse("5/1h").unwrap());
    let opened = database.state().await;
    drop(opened.open(&budget(), &policy).await.unwrap());
    database.execute(&format!("{alter}{read_only}")).await;
    let soon = Duration::from_millis(1);
    let options = PostgresOptions::parse(&database.connection_string()).unwrap();
    let state = PostgresState::connect(options.retry_every(soon, soon));
    let state = state.await.unwrap();
    let store = state.open(&budget(), &policy).await.unwrap();
    let turn = store.acquire(Priority::Batch).await.unwrap();
    assert!(matches!(turn, Turn::After(_)), "{turn:?}");
    let undo = format!("{alter}RESET default_transaction_read_only");
    let writing = format!("BEGIN READ WRITE; {undo}; COMMIT");
    database.execute(&writing).await;
    granted(&*store).await;
}

#[tokio::test]
async fn return_that_can_never_be_written_holds_up_nobody_on_postgres() {
    let database = Database::create().await;
    let line = Line::to(&database.connection_string()).await;
    let state = PostgresState::connect(through(&line, &database).await);
    let state = state.await.unwrap();
    let policy = Policy::new(Quota::parse("5/1h").unwrap());
    let store = state.open(&budget(), &policy).await.unwrap();
    let intent = Intent::new(budget(), "machine");
    let begun = state.begin(intent, &policy, Priority::Batch, TIMEOUT).await;
    let Begun::Sending(attempt) = begun.unwrap() else {
        panic!("a permit was due");
    };
    line.cut();
    let end = state.end(attempt, &policy, None, Settlement::NotSent);
    end.await.unwrap();
    database.execute("DELETE FROM quell.attempts").await;
    line.mend();
    granted(&*store).await;
}
