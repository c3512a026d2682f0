//! `kill -9` under load: what the server acknowledged is kept, is carried out once, and ends.
//!
//! Callers ask for actions and devices carry them out while the server is killed and started again, at moments that
//! a seed chooses. Five rounds are a test; `cargo xtask soak server` makes as many as it is asked for.
//!
//! A killed process loses nothing that it gave to the kernel, so this proves the order in which the server does
//! things, and not that the disk keeps its word.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "these are tests"
)]

mod caller;
mod device;
mod record;
mod replicas;
mod seeded;

use std::sync::Arc;
use std::time::{Duration, Instant};

use quell_testkit::{Wire, World};
use tokio::runtime::Runtime;

use caller::Callers;
use record::Record;
use seeded::Seeded;

const QUELL: &str = env!("CARGO_BIN_EXE_quell");
const ROUNDS: usize = 5;
const SEED: u64 = 1;
const DEVICES: usize = 8;
const CALLERS: usize = 8;
/// The server is killed at the latest when it has acknowledged so many actions since it was started.
const MOST_ACKNOWLEDGED: usize = 60;
/// How long everything may take to come to its end when the server is killed no more.
const PATIENCE: Duration = Duration::from_secs(120);

/// A number that `cargo xtask soak` gives.
fn given<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    std::env::var(name)
        .ok()
        .map_or(otherwise, |text| text.parse().ok().expect("a number"))
}

#[test]
fn server_killed_under_load_loses_nothing_and_does_nothing_twice() {
    let rounds = given("QUELL_SOAK_ROUNDS", ROUNDS);
    let seed = given("QUELL_SOAK_SEED", SEED);
    let mut moments = Seeded::new(seed);
    let mut world = World::with_limits(QUELL, "off");
    let runtime = runtime();
    let record = Arc::new(Record::default());
    let wire = Arc::new(Wire::to(world.base_url()));
    let files = files_of_a_device(rounds);
    let token = world.enrolment_token(u32::try_from(DEVICES).expect("a few"));
    let devices = runtime.block_on(device::start(DEVICES, files, &wire, &token, &record));
    let authorization = runtime.block_on(wire.token(&world.responder()));
    let callers = Callers::start(&runtime, CALLERS, &devices, &authorization, &wire, &record);

    for _ in 0..rounds {
        record.wait_for_more(moments.below(MOST_ACKNOWLEDGED));
        world.kill_server();
        world.start_server();
    }
    record.wait_for_more(1);
    callers.stop(&runtime);
    judge(&runtime, &wire, &authorization, &record, rounds, seed);
}

/// Waits until everything has come to its end, and looks what became of it.
fn judge(
    runtime: &Runtime,
    wire: &Wire,
    authorization: &str,
    record: &Record,
    rounds: usize,
    seed: u64,
) {
    let until = Instant::now() + PATIENCE;
    let told = runtime.block_on(caller::until_ended(wire, authorization, until));
    let found = record.judge(&told);
    eprintln!("{rounds} rounds, seed {seed}: {found}");
    found.assert_good();
}

/// In a round, callers whose answers are lost use up files too.
const fn files_of_a_device(rounds: usize) -> usize {
    (rounds + 1) * (MOST_ACKNOWLEDGED + 2 * CALLERS) / DEVICES + 1
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts")
}
