//! What a permit costs: taken, marked as sent and brought back, beside a bare sync of the same disk.
//!
//! Prints a Markdown table. The row of PostgreSQL needs `QUELL_TEST_POSTGRES`, a connection string to
//! a database that may be written to; without it, it is left out.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a benchmark"
)]

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use quell_ratelimit::{
    BudgetName, Budgets, Margins, MemoryBudgets, PermitStore, Policy, Priority, Quota, Turn,
};
use quell_state::SqliteState;
#[cfg(feature = "postgres")]
use quell_state::{PostgresOptions, PostgresState};

/// How long each row is measured.
const LENGTH: Duration = Duration::from_secs(3);
const TASKS: usize = 8;
/// Tells a second process of this benchmark what to do.
const STORE: &str = "QUELL_BENCH_STORE";

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Ok(store) = std::env::var(STORE) {
        let permits = runtime.block_on(open(&store, "processes"));
        for each in runtime.block_on(measure(permits, 1)) {
            println!("{}", each.as_nanos());
        }
        return;
    }
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = directory.path().join("state.db").display().to_string();
    println!(
        "| store | 1 caller: permits/s | p50 | p99 | {TASKS} tasks: permits/s | p50 | p99 | {TASKS} processes: permits/s | p50 | p99 |"
    );
    println!("| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |");
    let sync = runtime.block_on(async { syncs(&directory.path().join("sync")) });
    println!(
        "| bare fsync of 4 kB, for scale | {} | | | | | | |",
        cells(sync)
    );
    let mut stores = vec![
        ("memory, at the limit of this quota", "memory".to_owned()),
        ("SQLite, WAL, FULL", file),
    ];
    match std::env::var("QUELL_TEST_POSTGRES") {
        Ok(connection) => stores.push((
            "PostgreSQL, synchronous_commit",
            format!("postgres:{connection}"),
        )),
        _ => eprintln!(
            "no row for PostgreSQL: it needs the feature `postgres` and QUELL_TEST_POSTGRES"
        ),
    }
    for (name, store) in stores {
        let alone = runtime.block_on(async { measure(open(&store, "alone").await, 1).await });
        let tasks = runtime.block_on(async { measure(open(&store, "tasks").await, TASKS).await });
        let processes = if store == "memory" {
            "| |".to_owned()
        } else {
            cells(in_processes(&store))
        };
        println!(
            "| {name} | {} | {} | {processes} |",
            cells(alone),
            cells(tasks)
        );
    }
}

/// Each measurement uses a budget of its own, with more than can be used up.
async fn open(store: &str, measurement: &str) -> Arc<dyn PermitStore> {
    let name = BudgetName::new("bench", "permits", measurement);
    let policy = Policy::new(Quota::parse("1500/1ms").unwrap()).margins(Margins::NONE);
    let budgets: Box<dyn Budgets> = match store.split_once(':') {
        #[cfg(feature = "postgres")]
        Some(("postgres", connection)) => {
            let options = PostgresOptions::parse(connection).unwrap();
            Box::new(PostgresState::connect(options).await.unwrap())
        }
        _ if store == "memory" => Box::new(MemoryBudgets::new()),
        _ => Box::new(SqliteState::open(store).unwrap()),
    };
    budgets.open(&name, &policy).await.unwrap()
}

/// The time of each permit.
async fn measure(permits: Arc<dyn PermitStore>, tasks: usize) -> Vec<Duration> {
    let mut running = tokio::task::JoinSet::new();
    // One end for all: a store that never waits lets a task that runs finish before the next begins.
    let begun = Instant::now();
    for _ in 0..tasks {
        let permits = Arc::clone(&permits);
        running.spawn(async move {
            let mut each = Vec::new();
            while begun.elapsed() < LENGTH {
                let asked = Instant::now();
                if let Turn::Granted(id) = permits.acquire(Priority::Batch).await.unwrap() {
                    permits.sent(id, LENGTH).await.unwrap();
                    permits.complete(id, None).await.unwrap();
                    each.push(asked.elapsed());
                }
            }
            each
        });
    }
    running.join_all().await.concat()
}

fn in_processes(store: &str) -> Vec<Duration> {
    let start = |_| {
        Command::new(std::env::current_exe().unwrap())
            .env(STORE, store)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let running: Vec<_> = (0..TASKS).map(start).collect();
    let mut all = Vec::new();
    for process in running {
        let said = String::from_utf8(process.wait_with_output().unwrap().stdout).unwrap();
        all.extend(
            said.lines()
                .map(|line| Duration::from_nanos(line.parse().unwrap())),
        );
    }
    all
}

fn syncs(path: &Path) -> Vec<Duration> {
    let mut file = File::create(path).unwrap();
    let (begun, mut each) = (Instant::now(), Vec::new());
    while begun.elapsed() < LENGTH {
        let asked = Instant::now();
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        each.push(asked.elapsed());
    }
    each
}

/// How many in a second, the median and the 99th of a hundred.
fn cells(mut each: Vec<Duration>) -> String {
    each.sort();
    let at = |share: usize| {
        let place = (each.len() * share / 100).min(each.len().saturating_sub(1));
        each.get(place)
            .map_or(0.0, |each| each.as_secs_f64() * 1000.0)
    };
    let rate = each.len() as f64 / LENGTH.as_secs_f64();
    format!("{rate:.0} | {:.3} ms | {:.3} ms", at(50), at(99))
}
