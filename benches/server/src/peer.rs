//! What the server is compared with, as a process of its own: axum as everyone knows it.
//!
//! `/empty` answers nothing. `/orders` is what somebody would write first: an action a row, each request its own
//! transaction in SQLite with `synchronous=FULL`, so that each waits for a sync of its own. It knows no token, no
//! permission, no machine and no file; all that can only make it faster than the server.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use crate::load::{Asked, Server};

use axum::extract::{Path as Segment, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use bytes::Bytes;
use http::{Request, header};
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// Started with this argument and a directory, the program is the peer.
pub const ARGUMENT: &str = "--peer";

/// The peer's process; it ends with this value, because its standard input does.
#[derive(Debug)]
pub struct Peer {
    process: Child,
    address: SocketAddr,
}

impl Peer {
    /// Starts it with its data in this directory.
    pub fn start(directory: &Path) -> Self {
        let this = std::env::current_exe().expect("this program has a path");
        Self::start_with(&this, directory)
    }

    /// The same by this program, which does as this one does.
    pub fn start_with(program: &Path, directory: &Path) -> Self {
        let mut process = Command::new(program)
            .arg(ARGUMENT)
            .arg(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the peer starts");
        let mut address = String::new();
        BufReader::new(process.stdout.take().expect("it is a pipe"))
            .read_line(&mut address)
            .expect("the peer says where it is");
        Self {
            process,
            address: address.trim().parse().expect("an address"),
        }
    }

    pub fn server(&self) -> Server {
        Server {
            address: self.address,
            process: self.process.id(),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().expect("the peer ends");
    }
}

/// Serves until standard input ends.
pub fn serve(directory: &Path) {
    let database = open(directory);
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts")
        .block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                .await
                .expect("a port is free");
            println!("{}", listener.local_addr().expect("it is bound"));
            let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("it is TCP"));
            tokio::spawn(axum::serve(listener, router(database)).into_future());
            let end = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
            end.await
                .expect("nothing panics")
                .expect("standard input can be read");
        });
}

type Database = Arc<Mutex<Connection>>;

fn open(directory: &Path) -> Database {
    let connection = Connection::open(directory.join("peer.db")).expect("the directory is ours");
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE actions (
                 id TEXT PRIMARY KEY, machine TEXT NOT NULL, sha1 TEXT NOT NULL,
                 comment TEXT NOT NULL, status TEXT NOT NULL);",
        )
        .expect("a new database");
    Arc::new(Mutex::new(connection))
}

fn router(database: Database) -> Router {
    Router::new()
        .route("/empty", get(async || StatusCode::OK))
        .route("/orders/{machine}", post(order))
        .with_state(database)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Order {
    sha1: String,
    comment: String,
}

async fn order(
    State(database): State<Database>,
    Segment(machine): Segment<String>,
    Json(order): Json<Order>,
) -> (StatusCode, Json<Value>) {
    let id = Uuid::new_v4().to_string();
    let answer = json!({
        "id": id, "machineId": machine, "sha1": order.sha1,
        "requestorComment": order.comment, "status": "Pending",
    });
    let keep = move || {
        let database = database.lock().unwrap_or_else(PoisonError::into_inner);
        database
            .prepare_cached("INSERT INTO actions VALUES (?1, ?2, ?3, ?4, 'Pending')")
            .and_then(|mut insert| insert.execute(params![id, machine, order.sha1, order.comment]))
            .expect("there is room");
    };
    tokio::task::spawn_blocking(keep)
        .await
        .expect("nothing panics");
    (StatusCode::CREATED, Json(answer))
}

/// What the server is asked too, as the peer understands it.
#[derive(Clone, Copy, Debug)]
pub struct Orders;

impl Asked for Orders {
    const STATUS: StatusCode = StatusCode::CREATED;

    fn next(&self) -> Request<Bytes> {
        let machine = Uuid::new_v4().simple();
        let body = json!({"Comment": "benchmark", "Sha1": "ff".repeat(20)}).to_string();
        Request::post(format!("/orders/{machine}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.into())
            .expect("the request is well formed")
    }
}
