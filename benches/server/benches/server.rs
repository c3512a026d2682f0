//! What the server bears: durable actions beside one sync a request, reads beside an empty route, lists, and
//! devices that wait. `cargo xtask bench server` builds the server first and writes the tables into
//! `docs/performance.md`.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark stops at the first thing that is not as expected, and prints its tables"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use http::StatusCode;
use quell_load::connection::Connection;
use quell_load::devices::Waiting;
use quell_load::fill::Fleet;
use quell_load::fsync;
use quell_load::latency::{Latencies, median};
use quell_load::load::{Asked as _, load};
use quell_load::memory::resident;
use quell_load::peer::{self, Orders, Peer};
use quell_load::slow::{self, on_slow_disk};
use quell_load::stage::{Gets, Stage, executable};
use quell_load::turns::in_turns;
use quell_testkit::Postgres;
use serde_json::Value;

const FLEET: Fleet = Fleet {
    machines: 10_000,
    files_on_each: 40,
    spread: 100,
};
/// What is enrolled call by call, each file on one machine.
const SMALL_FLEET: Fleet = Fleet {
    machines: 500,
    files_on_each: 40,
    spread: 1,
};
const SYNC: &str = "| for comparison: 4 KiB written and synchronised, nothing else";
const MOST: usize = 64;
const CONNECTIONS: [usize; 3] = [1, 16, MOST];
const ROUND: Duration = Duration::from_secs(1);
const LISTED: usize = 10_000;
const LISTS: usize = 21;
const DEVICES: usize = 10_000;
const WAKE_UPS: usize = 2_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [peer::ARGUMENT, directory] =
        arguments.iter().map(String::as_str).collect::<Vec<_>>()[..]
    {
        return peer::serve(Path::new(directory));
    }
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts")
        .block_on(measure(&only(&arguments)));
}

/// The parts that are measured: all, or those that are named, for whoever profiles one.
fn only(arguments: &[String]) -> impl Fn(&str) -> bool {
    let named: Vec<_> = arguments
        .iter()
        .filter(|argument| !argument.starts_with("--"))
        .cloned()
        .collect();
    move |part| named.is_empty() || named.iter().any(|name| name == part)
}

async fn measure(wanted: &(impl Fn(&str) -> bool + Sync)) {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("server");
    drop(std::fs::remove_dir_all(&directory));
    std::fs::create_dir_all(&directory).expect("the directory is ours");
    let stage = Stage::open(&directory.join("data"), FLEET).await;
    let peer = Peer::start(&directory);
    if wanted("act") {
        actions(&stage, &peer, &directory).await;
    }
    if wanted("read") {
        reads(&stage, &peer).await;
    }
    if wanted("list") {
        lists(&stage).await;
    }
    if wanted("wait") {
        waits(&stage).await;
    }
    if wanted("postgres") {
        on_postgres(&directory).await;
    }
}

async fn actions(stage: &Stage, peer: &Peer, directory: &Path) {
    heading("durable StopAndQuarantineFile");
    let mut syncs = Vec::new();
    let mut ratios = Vec::new();
    for connections in CONNECTIONS {
        syncs.push(fsync::measure(directory));
        let ratio = actions_at(connections, stage, peer, "").await;
        ratios.push(format!("{ratio:.1} at {connections}"));
    }
    println!(
        "{SYNC} | 1 | | {:.2} | {:.2} | |",
        median(syncs.iter().map(Latencies::p50)),
        median(syncs.iter().map(Latencies::p99))
    );
    let slow = slow_disk(directory).await;
    println!(
        "\n`quell serve` to one sync a request: {}.",
        ratios.join(", ")
    );
    if let Some(ratio) = slow {
        println!(
            "Where a sync takes {} ms more: {ratio:.1} at {MOST}.",
            slow::DELAY.as_millis()
        );
    }
}

/// How many times as many actions a second as with one sync a request.
async fn actions_at(connections: usize, stage: &Stage, peer: &Peer, where_: &str) -> f64 {
    let (ours, theirs) = in_turns(
        connections,
        ROUND,
        (stage.server(), &stage.stops()),
        (peer.server(), &Orders),
    )
    .await;
    line(&format!("`quell serve`{where_}"), connections, &ours);
    line(&format!("one sync a request{where_}"), connections, &theirs);
    ours.per_second() / theirs.per_second()
}

/// The same on a disk that takes its time; nothing where there is no way to make one.
async fn slow_disk(directory: &Path) -> Option<f64> {
    let directory = directory.join("slow");
    std::fs::create_dir_all(&directory).expect("the directory is ours");
    let this = std::env::current_exe().expect("this program has a path");
    let peer = Peer::start_with(&on_slow_disk(&this, &directory)?, &directory);
    let quell = on_slow_disk(&executable(), &directory)?;
    let stage = Stage::open_with(&quell, &directory.join("data"), FLEET).await;
    let where_ = format!(", a sync takes {} ms more", slow::DELAY.as_millis());
    Some(actions_at(MOST, &stage, &peer, &where_).await)
}

fn heading(what: &str) {
    println!("| {what} | connections | a second | p50 ms | p99 ms | processor µs |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
}

/// The last column is the server's processor time for a call, in the program and in the kernel.
fn line(what: &str, connections: usize, measured: &Latencies) {
    println!(
        "| {what} | {connections} | {:.0} | {:.2} | {:.2} | {:.0} |",
        measured.per_second(),
        measured.p50(),
        measured.p99(),
        measured.processor()
    );
}

async fn reads(stage: &Stage, peer: &Peer) {
    println!();
    heading("one read");
    let action = stage.some_action().await;
    let get_action = stage.gets(&format!("/api/machineactions/{action}"));
    let empty = Gets::bare("/empty");
    let mut ratios = Vec::new();
    for connections in CONNECTIONS {
        let (ours, theirs) = in_turns(
            connections,
            ROUND,
            (stage.server(), &get_action),
            (peer.server(), &empty),
        )
        .await;
        line("get action", connections, &ours);
        line("an empty axum route", connections, &theirs);
        ratios.push(format!(
            "{:.2} at {connections}",
            ours.per_second() / theirs.per_second()
        ));
    }
    println!("\nGet action to an empty route: {}.", ratios.join(", "));
}

/// The same server on PostgreSQL, where that is installed, with a database of its own on the same disk.
async fn on_postgres(directory: &Path) {
    if !Postgres::is_installed() {
        return println!("\nPostgreSQL is not installed here: nothing of it was measured.");
    }
    let database = Postgres::start();
    let stage = Stage::on_postgres(&database.url(), SMALL_FLEET).await;
    println!();
    heading("on PostgreSQL");
    let sync = fsync::measure(directory);
    let stops = stage.stops();
    for connections in CONNECTIONS {
        let measured = load(stage.server(), connections, ROUND, &stops).await;
        line("durable StopAndQuarantineFile", connections, &measured);
    }
    println!("{SYNC} | 1 | | {:.2} | {:.2} | |", sync.p50(), sync.p99());
    let action = stage.some_action().await;
    let get_action = stage.gets(&format!("/api/machineactions/{action}"));
    let newest = stage.gets("/api/machineactions?$top=100");
    for connections in CONNECTIONS {
        let measured = load(stage.server(), connections, ROUND, &get_action).await;
        line("get action", connections, &measured);
    }
    for connections in CONNECTIONS {
        let measured = load(stage.server(), connections, ROUND, &newest).await;
        line("the newest 100 actions", connections, &measured);
    }
}

async fn lists(stage: &Stage) {
    let stops = stage.stops();
    while stage.count_actions().await < LISTED {
        load(stage.server(), 16, Duration::from_millis(500), &stops).await;
    }
    let gets = stage.gets("/api/machineactions");
    let mut connection = Connection::open(stage.address()).await;
    let mut times = Vec::new();
    let mut bytes = 0;
    for _ in 0..LISTS {
        let request = gets.next();
        let began = Instant::now();
        let page = connection.expect(StatusCode::OK, request).await;
        times.push(began.elapsed());
        bytes = page.len();
        let page: Value = serde_json::from_slice(&page).expect("json");
        assert!(
            page["value"]
                .as_array()
                .is_some_and(|all| all.len() == LISTED)
        );
    }
    let elapsed = times.iter().sum();
    let times = Latencies::new(times, elapsed);
    println!(
        "\nA page of {LISTED} actions ({:.1} MB of JSON, one connection, {LISTS} times): p50 {:.1} ms, longest {:.1} ms.",
        bytes as f64 / 1e6,
        times.p50(),
        times.p99()
    );
}

async fn waits(stage: &Stage) {
    let before = resident(stage.server().process);
    let mut waiting = Waiting::start(stage.world(), stage.address(), DEVICES).await;
    let with_devices = resident(stage.server().process);
    let mut connection = Connection::open(stage.address()).await;
    let mut times = Vec::new();
    let began = Instant::now();
    for turn in 0..WAKE_UPS {
        let number = turn * 7919 % DEVICES;
        times.push(waiting.wake(stage, &mut connection, number).await);
    }
    let times = Latencies::new(times, began.elapsed());
    let after = resident(stage.server().process);
    println!("\n| {DEVICES} devices that wait | |");
    println!("| --- | ---: |");
    println!("| the server's memory before, MiB resident | {before:.0} |");
    println!("| with them waiting | {with_devices:.0} |");
    println!("| after {WAKE_UPS} orders | {after:.0} |");
    println!(
        "| from the POST to the order at its device, p50 ms | {:.2} |",
        times.p50()
    );
    println!("| p99 ms | {:.2} |", times.p99());
}
