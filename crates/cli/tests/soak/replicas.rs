//! Two servers on one PostgreSQL: one is killed, the other carries on; then the database itself ends as by a loss of
//! power, and comes back.

use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, header};
use quell_protocol::EnrolmentToken;
use quell_testkit::{Application, Postgres, Process, Quell, Wire};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::caller::Callers;
use crate::device;
use crate::record::Record;
use crate::seeded::Seeded;
use crate::{
    CALLERS, DEVICES, MOST_ACKNOWLEDGED, QUELL, SEED, files_of_a_device, given, judge, runtime,
};

/// Each of the two is killed twice.
const ROUNDS: usize = 4;
/// What must be acknowledged by the one server that is left, and after the database is back.
const ENOUGH: usize = 10;

/// Two servers on one database, each with a directory of its own.
struct Replicas {
    quell: Quell,
    directory: TempDir,
    database: Postgres,
    running: [Option<Running>; 2],
    /// The addresses, which stay when a server is started anew.
    listens: [String; 2],
}

struct Running {
    process: Process,
    metrics: String,
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().expect("a text").to_owned()
}

impl Replicas {
    fn start() -> Self {
        let mut replicas = Self {
            quell: Quell::new(QUELL),
            directory: tempfile::tempdir().expect("a directory can be made"),
            database: Postgres::start(),
            running: [None, None],
            listens: ["127.0.0.1:0".to_owned(), "127.0.0.1:0".to_owned()],
        };
        replicas.start_server(0);
        replicas.start_server(1);
        replicas
    }

    fn start_server(&mut self, number: usize) {
        let path = |name: &str| self.directory.path().join(format!("{name}-{number}"));
        let mut command = self.quell.command();
        command
            .args(["serve", "--limits", "off", "--output", "json"])
            .args(["--public-url", "http://127.0.0.1:1"])
            .args(["--metrics-listen", "127.0.0.1:0"])
            .args(["--listen", &self.listens[number]])
            .args(["--store", &self.database.url()])
            .arg("--data")
            .arg(path("data"));
        let mut process = Process::start(&mut command, &path("log"));
        let ready: Value =
            serde_json::from_str(&process.first_line()).expect("it says where it listens");
        self.listens[number] = text(&ready, "listen");
        self.running[number] = Some(Running {
            process,
            metrics: text(&ready, "metrics"),
        });
    }

    fn kill_server(&mut self, number: usize) {
        let running = self.running[number].take().expect("it runs");
        running.process.kill_hard();
    }

    fn base_urls(&self) -> [String; 2] {
        self.listens
            .each_ref()
            .map(|listen| format!("http://{listen}"))
    }

    /// What is served beside the API by those that run.
    fn sides(&self) -> Vec<Wire> {
        let running = self.running.iter().flatten();
        running
            .map(|running| Wire::to(&format!("http://{}", running.metrics)))
            .collect()
    }

    /// An operator's command, which needs nothing but to be told of the database.
    fn operate(&self, arguments: &[&str]) -> Value {
        let mut command: Command = self.quell.command();
        command.arg("server").args(arguments);
        command.args(["--output", "json", "--store", &self.database.url()]);
        quell_testkit::Outcome::of(&mut command).json()
    }

    fn responder(&self) -> Application {
        let permissions = [
            "--permission",
            "Machine.StopAndQuarantine",
            "--permission",
            "Machine.Read.All",
        ];
        let added = self.operate(&[&["app", "add", "robot"], &permissions[..]].concat());
        Application {
            tenant_id: text(&added, "tenantId"),
            client_id: text(&added, "clientId"),
            client_secret: text(&added, "clientSecret"),
        }
    }

    fn enrolment_token(&self) -> EnrolmentToken {
        let uses = DEVICES.to_string();
        let url = &self.base_urls()[0];
        let made = self.operate(&["device", "enrol-token", "--uses", &uses, "--server", url]);
        text(&made, "token").parse().expect("it is a token")
    }
}

fn get(path: &str, authorization: &str) -> Request<Bytes> {
    Request::get(path)
        .header(header::AUTHORIZATION, format!("Bearer {authorization}"))
        .body(Bytes::new())
        .expect("the request is well formed")
}

fn stop(device: &str, authorization: &str) -> Request<Bytes> {
    let body = json!({"Comment": "while it is away", "Sha1": "f".repeat(40)}).to_string();
    Request::post(format!("/api/machines/{device}/StopAndQuarantineFile"))
        .header(header::AUTHORIZATION, format!("Bearer {authorization}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into())
        .expect("the request is well formed")
}

async fn until_ready_is(side: &Wire, wanted: u16) {
    while !matches!(side.answer(get("/readyz", "")).await, Some(answer) if answer.status() == wanted)
    {
        tokio::task::yield_now().await;
    }
}

/// Refused as the guide says.
fn assert_refused(answer: Option<Response<Bytes>>) {
    let answer = answer.expect("it answers all the same");
    assert_eq!(answer.status(), 503, "{answer:?}");
    assert_eq!(answer.headers()[header::RETRY_AFTER], "5");
    let body = String::from_utf8_lossy(answer.body());
    assert!(body.contains("Nothing was changed"), "{body}");
}

/// The database ends and comes back while everybody works.
fn lose_the_database(
    replicas: &Replicas,
    runtime: &Runtime,
    device: &str,
    authorization: &str,
    record: &Record,
) {
    let apis = replicas.base_urls().map(|url| Wire::to(&url));
    let sides = replicas.sides();
    replicas.database.crash();
    runtime.block_on(async {
        for (api, side) in apis.iter().zip(&sides) {
            until_ready_is(side, 503).await;
            let healthy = side.answer(get("/healthz", "")).await;
            assert_eq!(healthy.expect("it lives").status(), 200);
            assert_refused(api.answer(stop(device, authorization)).await);
            assert_refused(api.answer(get("/api/machineactions", authorization)).await);
        }
    });
    replicas.database.resume();
    runtime.block_on(async {
        for side in &sides {
            until_ready_is(side, 200).await;
        }
    });
    record.wait_for_more(ENOUGH);
}

#[test]
fn replicas_and_their_database_killed_under_load_lose_nothing_and_do_nothing_twice_on_postgres() {
    let rounds = given("QUELL_SOAK_ROUNDS", ROUNDS);
    let seed = given("QUELL_SOAK_SEED", SEED);
    let mut moments = Seeded::new(seed);
    let mut replicas = Replicas::start();
    let runtime = runtime();
    let record = Arc::new(Record::default());
    let urls = replicas.base_urls();
    // Who asks and who carries out are at different servers as long as there are two.
    let [asking, working] = [0, 1].map(|first| {
        let wire = Wire::to_replicas(&urls);
        wire.prefer(first);
        Arc::new(wire)
    });
    // Each kill takes two rounds' worth, and the database's end another.
    let files = files_of_a_device(2 * rounds + 2);
    let token = replicas.enrolment_token();
    let devices = runtime.block_on(device::start(DEVICES, files, &working, &token, &record));
    let authorization = runtime.block_on(asking.token(&replicas.responder()));
    let callers = Callers::start(
        &runtime,
        CALLERS,
        &devices,
        &authorization,
        &asking,
        &record,
    );

    for round in 0..rounds {
        let killed = round % 2;
        record.wait_for_more(moments.below(MOST_ACKNOWLEDGED));
        replicas.kill_server(killed);
        record.wait_for_more(ENOUGH);
        replicas.start_server(killed);
        asking.prefer(killed);
        working.prefer(1 - killed);
    }
    lose_the_database(
        &replicas,
        &runtime,
        &devices[0].device,
        &authorization,
        &record,
    );
    callers.stop(&runtime);
    judge(&runtime, &asking, &authorization, &record, rounds, seed);
}
