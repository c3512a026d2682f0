//! What a large fleet costs: the same calls at a server with a small database and at one with a large one, in turns.
//!
//! The large database is filled once, in minutes, and kept below the target directory; what an earlier run added to
//! it is taken out again. `cargo xtask bench fleet` builds the server first and writes the table into
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

use quell_load::connection::Connection;
use quell_load::devices::Waiting;
use quell_load::fill::Fleet;
use quell_load::fsync;
use quell_load::latency::Latencies;
use quell_load::load::Asked;
use quell_load::stage::Stage;
use quell_load::turns::in_turns;

/// On so many machines is every file.
const SPREAD: u64 = 100;
const SMALL: Fleet = Fleet {
    machines: 10_000,
    // Every action is for another one, and there are more actions than machines with ten.
    files_on_each: 20,
    spread: SPREAD,
};
const LARGE: Fleet = Fleet {
    machines: 1_000_000,
    files_on_each: 10,
    spread: SPREAD,
};
const CONNECTIONS: usize = 16;
const ROUND: Duration = Duration::from_secs(1);
const DEVICES: usize = 1_000;

fn main() {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts")
        .block_on(measure());
}

async fn measure() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fleet");
    let small = directory.join("small");
    drop(std::fs::remove_dir_all(&small));
    let large = directory.join("large");
    std::fs::create_dir_all(&large).expect("the directory is ours");
    let small = Stage::open(&small, SMALL).await;
    let large = Stage::open(&large, LARGE).await;
    heading();
    calls(
        "StopAndQuarantineFile",
        &small,
        &small.stops(),
        &large,
        &large.stops(),
    )
    .await;
    let paths = [
        ("get action", paths_of_actions(&small, &large).await),
        ("get machine", same(format!("/api/machines/{:040x}", 4_711))),
        (
            "get machine by its DNS name",
            same("/api/machines/host-4711.example".to_owned()),
        ),
        (
            "machines with a file",
            same(format!("/api/files/{:040x}/machines", 471)),
        ),
        ("get file", same(format!("/api/files/{:040x}", 471))),
        (
            "get file statistics",
            same(format!("/api/files/{:040x}/stats", 471)),
        ),
        (
            "the newest 100 actions",
            same("/api/machineactions?$top=100".to_owned()),
        ),
        ("100 machines", same("/api/machines?$top=100".to_owned())),
    ];
    for (what, (of_small, of_large)) in paths {
        calls(
            what,
            &small,
            &small.gets(&of_small),
            &large,
            &large.gets(&of_large),
        )
        .await;
    }
    let (of_small, of_large) = (wake_ups(&small).await, wake_ups(&large).await);
    line(
        "from the POST to the order at its device",
        &of_small,
        &of_large,
    );
    let sync = fsync::measure(&directory);
    println!(
        "| for comparison: 4 KiB written and synchronised | {:.2} | | | {:.2} | | |",
        sync.p50(),
        sync.p99()
    );
}

fn same(path: String) -> (String, String) {
    (path.clone(), path)
}

async fn paths_of_actions(small: &Stage, large: &Stage) -> (String, String) {
    let path = async |stage: &Stage| format!("/api/machineactions/{}", stage.some_action().await);
    (path(small).await, path(large).await)
}

fn heading() {
    println!(
        "| {CONNECTIONS} connections | p50 ms, small | large | ratio | p99 ms, small | large | ratio |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
}

async fn calls<A: Asked>(what: &str, small: &Stage, of_small: &A, large: &Stage, of_large: &A) {
    let (of_small, of_large) = in_turns(
        CONNECTIONS,
        ROUND,
        (small.server(), of_small),
        (large.server(), of_large),
    )
    .await;
    line(what, &of_small, &of_large);
}

fn line(what: &str, small: &Latencies, large: &Latencies) {
    println!(
        "| {what} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
        small.p50(),
        large.p50(),
        large.p50() / small.p50(),
        small.p99(),
        large.p99(),
        large.p99() / small.p99()
    );
}

async fn wake_ups(stage: &Stage) -> Latencies {
    let mut waiting = Waiting::start(stage.world(), stage.address(), DEVICES).await;
    let mut connection = Connection::open(stage.address()).await;
    let mut times = Vec::new();
    let began = Instant::now();
    for number in 0..DEVICES {
        times.push(waiting.wake(stage, &mut connection, number).await);
    }
    Latencies::new(times, began.elapsed())
}
