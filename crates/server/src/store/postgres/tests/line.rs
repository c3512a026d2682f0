//! What stands between a store and its database, and cuts them off at the worst moment.

use std::sync::{Arc, Mutex};

use quell_state::PostgresOptions;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::Database;

/// A line to a database.
pub(crate) struct Line {
    port: u16,
    connection: String,
    cut: Arc<Mutex<Option<Cut>>>,
}

/// When the next commit meets its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The server never hears of it.
    BeforeCommit,
    /// The server does it, and its answer is lost.
    AfterCommit,
}

/// As tokio-postgres asks for it: a simple query, its length, and the text.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";

impl Line {
    pub(crate) async fn to(database: &Database) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = Arc::new(Mutex::new(None));
        let (connection, armed) = (database.connection_string(), Arc::clone(&cut));
        let server = connection.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server.clone(), Arc::clone(&armed)));
            }
        });
        Self {
            port,
            connection,
            cut,
        }
    }

    pub(crate) fn options(&self) -> PostgresOptions {
        let config: Config = self.connection.parse().unwrap();
        let connection = format!(
            "host=127.0.0.1 port={} user={} dbname={}",
            self.port,
            config.get_user().unwrap(),
            config.get_dbname().unwrap()
        );
        PostgresOptions::parse(&connection).unwrap()
    }

    /// Cuts the line at the next commit; after that it carries everything again.
    pub(crate) fn cut(&self, cut: Cut) {
        *self.cut.lock().unwrap() = Some(cut);
    }

    /// Whether no cut is left to be made.
    pub(crate) fn was_cut(&self) -> bool {
        self.cut.lock().unwrap().is_none()
    }
}

async fn carry(client: TcpStream, connection: String, cut: Arc<Mutex<Option<Cut>>>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(to_server(&connection).await);
    let mut asked = vec![0; 64 * 1024];
    let mut answered = vec![0; 64 * 1024];
    loop {
        tokio::select! {
            read = from_client.read(&mut asked) => {
                let bytes = &asked[..read.unwrap_or(0)];
                if bytes.is_empty() {
                    return;
                }
                let is_commit = bytes.windows(COMMIT.len()).any(|part| part == COMMIT);
                let cut = if is_commit { cut.lock().unwrap().take() } else { None };
                if cut == Some(Cut::BeforeCommit) {
                    return;
                }
                if to_server.write_all(bytes).await.is_err() {
                    return;
                }
                if cut == Some(Cut::AfterCommit) {
                    // The answer says that it was done, and goes no further.
                    let read = from_server.read(&mut answered).await.unwrap();
                    assert!(read > 0);
                    return;
                }
            }
            read = from_server.read(&mut answered) => {
                let bytes = &answered[..read.unwrap_or(0)];
                if bytes.is_empty() || to_client.write_all(bytes).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// A connection to the server, whether it listens on a port or on a socket.
async fn to_server(connection: &str) -> Box<dyn Stream> {
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

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}
