//! A server with a fleet, and a caller with a token.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, header};
use quell_testkit::{Application, Device, Setup, World};
use serde_json::{Value, json};

use crate::connection::Connection;
use crate::devices;
use crate::fill::Fleet;
use crate::load::{Asked, Server};

const FORM: &str = "application/x-www-form-urlencoded";

/// A running server whose database holds a fleet.
#[derive(Debug)]
pub struct Stage {
    world: World,
    address: SocketAddr,
    fleet: Fleet,
    authorization: HeaderValue,
    pairs_used: Arc<AtomicU64>,
}

impl Stage {
    /// A server whose data are in this directory, filled with the fleet if that is not done yet.
    pub async fn open(data: &Path, fleet: Fleet) -> Self {
        Self::open_with(&executable(), data, fleet).await
    }

    /// The same, served by this program, which does as `quell` does.
    pub async fn open_with(program: &Path, data: &Path, fleet: Fleet) -> Self {
        let filled = data.join("filled");
        let database = data.join("quell.db");
        if filled.exists() {
            Fleet::clear(&database);
        }
        let mut world = World::on_data(&program.to_string_lossy(), "off", data);
        if !filled.exists() {
            let address = address(&world);
            let pattern = enrol_pattern(&world, address).await;
            world.kill_server();
            fleet.fill(&database, &pattern);
            std::fs::write(filled, "").expect("the directory is ours");
            world.start_server();
        }
        Self::of(world, fleet).await
    }

    /// A server whose database is PostgreSQL at this URL. The fleet is enrolled as fleets are: it is to be small.
    pub async fn on_postgres(url: &str, fleet: Fleet) -> Self {
        let setup = Setup {
            limits: "off",
            store: Some(url.to_owned()),
            ..Setup::default()
        };
        let world = World::of(&executable().to_string_lossy(), setup);
        devices::enrol(&world, address(&world), fleet).await;
        Self::of(world, fleet).await
    }

    async fn of(world: World, fleet: Fleet) -> Self {
        let address = address(&world);
        let authorization = token(&world.responder(), address).await;
        Self {
            world,
            address,
            fleet,
            authorization,
            pairs_used: Arc::default(),
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    /// The process of the server.
    pub fn server(&self) -> Server {
        Server {
            address: self.address,
            process: self.world.server_id(),
        }
    }

    /// StopAndQuarantineFile, each time of another file on another machine.
    pub fn stops(&self) -> Stops {
        Stops {
            fleet: self.fleet,
            used: Arc::clone(&self.pairs_used),
            authorization: self.authorization.clone(),
        }
    }

    /// `GET` of one path, over and over.
    pub fn gets(&self, path: &str) -> Gets {
        Gets {
            path: path.to_owned(),
            authorization: Some(self.authorization.clone()),
        }
    }

    /// The id of an action that there is.
    pub async fn some_action(&self) -> String {
        let mut connection = Connection::open(self.address).await;
        let created = connection
            .expect(StatusCode::CREATED, self.stops().next())
            .await;
        let created: Value = serde_json::from_slice(&created).expect("json");
        created["id"].as_str().expect("an id").to_owned()
    }

    /// How many actions there are.
    pub async fn count_actions(&self) -> usize {
        let mut connection = Connection::open(self.address).await;
        let asked = self.gets("/api/machineactions?$top=1&$count=true").next();
        let page = connection.expect(StatusCode::OK, asked).await;
        let page: Value = serde_json::from_slice(&page).expect("json");
        let count = page["@odata.count"].as_u64().expect("a count");
        usize::try_from(count).expect("not that many")
    }

    /// The request that stops a file on a machine.
    pub fn stop(&self, machine: &str, sha1: &str) -> Request<Bytes> {
        stop(&self.authorization, machine, sha1)
    }
}

/// `quell`: release builds stand beside each other, benchmarks one floor below.
pub fn executable() -> PathBuf {
    let this = std::env::current_exe().expect("this program has a path");
    let found: Option<PathBuf> = this
        .ancestors()
        .skip(1)
        .map(|directory| directory.join("quell"))
        .find(|path| path.is_file());
    found.expect("first: cargo build --release --package quell-cli")
}

fn address(world: &World) -> SocketAddr {
    world
        .base_url()
        .strip_prefix("http://")
        .and_then(|address| address.parse().ok())
        .expect("the server has a loopback address")
}

async fn enrol_pattern(world: &World, address: SocketAddr) -> String {
    let token = world.enrolment_token(1);
    let device = Device::new(&"f".repeat(40), &token);
    let mut connection = Connection::open(address).await;
    connection
        .expect(StatusCode::OK, device.enrol(&token))
        .await;
    let file = "ff".repeat(20);
    connection
        .expect(StatusCode::OK, device.inventory(&[&file]))
        .await;
    device.id().to_owned()
}

async fn token(application: &Application, address: SocketAddr) -> HeaderValue {
    let Application {
        tenant_id,
        client_id,
        client_secret,
    } = application;
    let body = format!(
        "grant_type=client_credentials&client_id={client_id}&client_secret={client_secret}\
         &scope=https%3A%2F%2Fapi.securitycenter.microsoft.com%2F.default"
    );
    let request = Request::post(format!("/{tenant_id}/oauth2/v2.0/token"))
        .header(header::CONTENT_TYPE, FORM)
        .body(body.into())
        .expect("the request is well formed");
    let answer = Connection::open(address)
        .await
        .expect(StatusCode::OK, request)
        .await;
    let answer: Value = serde_json::from_slice(&answer).expect("json");
    let token = answer["access_token"].as_str().expect("a token");
    HeaderValue::from_str(&format!("Bearer {token}")).expect("a token is text")
}

fn stop(authorization: &HeaderValue, machine: &str, sha1: &str) -> Request<Bytes> {
    let body = json!({"Comment": "benchmark", "Sha1": sha1}).to_string();
    Request::post(format!("/api/machines/{machine}/StopAndQuarantineFile"))
        .header(header::AUTHORIZATION, authorization)
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into())
        .expect("the request is well formed")
}

/// See [`Stage::stops`].
#[derive(Clone, Debug)]
pub struct Stops {
    fleet: Fleet,
    used: Arc<AtomicU64>,
    authorization: HeaderValue,
}

impl Asked for Stops {
    const STATUS: StatusCode = StatusCode::CREATED;

    fn next(&self) -> Request<Bytes> {
        let (machine, sha1) = self.fleet.pair(self.used.fetch_add(1, Ordering::Relaxed));
        stop(&self.authorization, &machine, &sha1)
    }
}

/// See [`Stage::gets`].
#[derive(Clone, Debug)]
pub struct Gets {
    path: String,
    authorization: Option<HeaderValue>,
}

impl Gets {
    /// Without a token, for who knows none.
    pub fn bare(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            authorization: None,
        }
    }
}

impl Asked for Gets {
    const STATUS: StatusCode = StatusCode::OK;

    fn next(&self) -> Request<Bytes> {
        let mut request = Request::get(&self.path);
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        request
            .body(Bytes::new())
            .expect("the request is well formed")
    }
}
