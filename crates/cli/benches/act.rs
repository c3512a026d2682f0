//! From the request to the effect: POST to process dead, POST to file gone.
//!
//! Real server, real agent, victims of 1 MiB with three processes each. Prints a table in Markdown;
//! `cargo xtask bench` writes it into `docs/performance.md`. Beside every figure that ends in a durable
//! write stands the time of one `fsync` on the same file system in the same run.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark stops at the first thing that is not as expected, and prints its table"
)]

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use quell::ratelimit::Quota;
use quell::{Client, Limits, Service};
use quell_testkit::{Victim, World};

const RUNS: usize = 50;
const PROCESSES: usize = 3;
const SIZE: usize = 1 << 20;

/// When something was seen to have happened, counted from the request.
struct Sample {
    answered: Duration,
    dead: Duration,
    gone: Duration,
    succeeded: Duration,
}

fn main() {
    let mut world = World::with_limits(env!("CARGO_BIN_EXE_quell"), "off");
    world.start_agent();
    let application = world.responder();
    let victims: Vec<Victim> = (0..RUNS)
        .map(|run| running_victim(&world.files(), run))
        .collect();
    let last = victims.last().expect("there are victims");
    world.wait_until_seen(&application, &last.sha1());

    let service = Service::custom(world.base_url(), world.base_url()).client_secret(
        &application.tenant_id,
        &application.client_id,
        &application.client_secret,
    );
    let plenty: Quota = "1000000/60s".parse().expect("a quota");
    let client = Client::builder()
        .service(service)
        .limits(Limits::each(plenty))
        .build()
        .expect("the service is well formed");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    let samples: Vec<Sample> = victims
        .iter()
        .map(|victim| runtime.block_on(act(&client, world.machine_id(), victim)))
        .collect();
    let fsyncs: Vec<Duration> = (0..RUNS).map(|_| fsync(&world.files())).collect();
    print_table(&samples, &fsyncs);
}

fn running_victim(directory: &Path, run: usize) -> Victim {
    let mut victim = Victim::create_of_size(directory, &format!("victim-{run}"), SIZE);
    for _ in 0..PROCESSES {
        victim.start();
    }
    victim
}

async fn act(client: &Client, machine: &str, victim: &Victim) -> Sample {
    let sha1 = victim.sha1();
    let began = Instant::now();
    let action = client
        .machine(machine)
        .stop_and_quarantine_file(sha1, "benchmark")
        .await
        .expect("the request is accepted");
    let answered = began.elapsed();
    let (mut gone, mut dead) = (None, None);
    while gone.is_none() || dead.is_none() {
        if gone.is_none() && !victim.path().exists() {
            gone = Some(began.elapsed());
        }
        if dead.is_none() && victim.alive() == 0 {
            dead = Some(began.elapsed());
        }
        std::thread::sleep(Duration::from_micros(100));
    }
    let often = Duration::from_millis(5);
    let wait = client.action(&action).wait().intervals(often, often);
    let ended = wait
        .within(Duration::from_secs(60))
        .await
        .expect("the action ends");
    assert!(ended.status.is_success(), "{ended:?}");
    Sample {
        answered,
        dead: dead.unwrap_or_default(),
        gone: gone.unwrap_or_default(),
        succeeded: began.elapsed(),
    }
}

fn fsync(directory: &Path) -> Duration {
    let path = directory.join("fsync");
    let mut file = File::create(&path).expect("the directory is ours");
    file.write_all(&[7; 4096]).expect("there is room");
    let began = Instant::now();
    file.sync_all().expect("the file can be synchronised");
    began.elapsed()
}

fn print_table(samples: &[Sample], fsyncs: &[Duration]) {
    let of = |pick: fn(&Sample) -> Duration| samples.iter().map(pick).collect::<Vec<_>>();
    println!(
        "| from the POST to … ({RUNS} runs, {PROCESSES} processes, 1 MiB) | p50 ms | p99 ms |"
    );
    println!("| --- | ---: | ---: |");
    print_row(
        "the 201 (the action is durable)",
        of(|sample| sample.answered),
    );
    print_row("the file gone from its path", of(|sample| sample.gone));
    print_row("every process dead", of(|sample| sample.dead));
    print_row(
        "the action seen as Succeeded (vaulted, verified; polled every 5 ms)",
        of(|sample| sample.succeeded),
    );
    print_row("for comparison: one `fsync` of 4 KiB here", fsyncs.to_vec());
}

fn print_row(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| {
        times
            .get((times.len() * percent / 100).min(times.len() - 1))
            .copied()
            .unwrap_or_default()
    };
    println!(
        "| {what} | {:.2} | {:.2} |",
        at(50).as_secs_f64() * 1e3,
        at(99).as_secs_f64() * 1e3
    );
}
