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
use serde_json::Value;

const FLEET: Fleet = Fleet {
    machines: 10_000,
    files_on_each: 40,
};
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
}

async fn actions(stage: &Stage, peer: &Peer, directory: &Path) {
    println!("| durable StopAndQuarantineFile | connections | a second | p50 ms | p99 ms |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let mut syncs = Vec::new();
    let mut ratios = Vec::new();
    for connections in CONNECTIONS {
        syncs.push(fsync::measure(directory));
        let ratio = actions_at(connections, stage, peer, "").await;
        ratios.push(format!("{ratio:.1} at {connections}"));
    }
    println!(
        "| for comparison: 4 KiB written and synchronised, nothing else | 1 | | {:.2} | {:.2} |",
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
        (stage.address(), &stage.stops()),
        (peer.address, &Orders),
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

fn line(what: &str, connections: usize, measured: &Latencies) {
    println!(
        "| {what} | {connections} | {:.0} | {:.2} | {:.2} |",
        measured.per_second(),
        measured.p50(),
        measured.p99()
    );
}

async fn reads(stage: &Stage, peer: &Peer) {
    println!("\n| one read | connections | a second | p50 ms | p99 ms |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let action = stage.some_action().await;
    let get_action = stage.gets(&format!("/api/machineactions/{action}"));
    let empty = Gets::bare("/empty");
    let mut ratios = Vec::new();
    for connections in CONNECTIONS {
        let (ours, theirs) = in_turns(
            connections,
            ROUND,
            (stage.address(), &get_action),
            (peer.address, &empty),
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

async fn lists(stage: &Stage) {
    let stops = stage.stops();
    while stage.count_actions().await < LISTED {
        load(stage.address(), 16, Duration::from_millis(500), &stops).await;
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
    let before = resident(stage.server_id());
    let mut waiting = Waiting::start(stage.world(), stage.address(), DEVICES).await;
    let with_devices = resident(stage.server_id());
    let mut connection = Connection::open(stage.address()).await;
    let mut times = Vec::new();
    let began = Instant::now();
    for turn in 0..WAKE_UPS {
        let number = turn * 7919 % DEVICES;
        times.push(waiting.wake(stage, &mut connection, number).await);
    }
    let times = Latencies::new(times, began.elapsed());
    let after = resident(stage.server_id());
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
