//! What the SDK adds to a call over bare reqwest: latency, and processor time of the client.
//!
//! The server is this program once more, as a process of its own, so that the client's processor time is the
//! client's alone. The SDK is measured over each of its carriers. All clients hold one HTTP/1.1 connection, have limits of
//! time, send the same body with a token of the same length, and read the answer into the same type. Rounds take
//! turns, and which client begins does too, so that whatever else the machine does falls on both. Client and server have a processor each, or the
//! scheduler would decide who wins. Prints a table in Markdown.
//!
//! Where `perf` may count them, instructions are told too: on a busy machine they are the steadiest measure. To
//! profile one client: `perf record -- <this program> --only quell-hyper 20000`.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark stops at the first thing that is not as expected, and prints its table"
)]

mod caller;
mod instructions;
mod place;
mod round;
mod server;

use caller::{Bare, Sdk};
use round::{Round, median_of};
use server::Server;

const ROUNDS: usize = 41;
const CALLS: usize = 500;
/// Connections are made, the token is fetched and caches are warm after so many calls.
const WARM_UP: usize = 500;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments.as_slice() {
        [server::ARGUMENT] => server::serve(),
        [instructions::ARGUMENT, client, calls] => {
            let calls = calls.parse().expect("a number of calls");
            in_runtime(async |base_url| only(client, base_url, calls).await);
        }
        _ => {
            let measured = in_runtime(async |base_url| measure(base_url).await);
            print_table(&measured);
        }
    }
}

/// Does this beside a server.
fn in_runtime<T>(work: impl AsyncFnOnce(&str) -> T) -> T {
    let server = Server::start();
    place::client();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(work(server.base_url()))
}

/// So many calls by one client alone.
async fn only(client: &str, base_url: &str, calls: usize) {
    match client {
        instructions::BARE => Round::of(&Bare::new(base_url), calls).await,
        instructions::OVER_REQWEST => Round::of(&Sdk::over_reqwest(base_url), calls).await,
        instructions::OVER_HYPER => Round::of(&Sdk::over_hyper(base_url), calls).await,
        other => panic!("there is no client {other}"),
    };
}

/// The rounds of each client.
#[derive(Default)]
struct Measured {
    bare: Vec<Round>,
    over_reqwest: Vec<Round>,
    over_hyper: Vec<Round>,
}

async fn measure(base_url: &str) -> Measured {
    let bare = Bare::new(base_url);
    let over_reqwest = Sdk::over_reqwest(base_url);
    let over_hyper = Sdk::over_hyper(base_url);
    Round::of(&bare, WARM_UP).await;
    Round::of(&over_reqwest, WARM_UP).await;
    Round::of(&over_hyper, WARM_UP).await;
    let mut measured = Measured::default();
    for round in 0..ROUNDS {
        for turn in 0..3 {
            match (round + turn) % 3 {
                0 => measured.bare.push(Round::of(&bare, CALLS).await),
                1 => {
                    let round = Round::of(&over_reqwest, CALLS).await;
                    measured.over_reqwest.push(round);
                }
                _ => {
                    let round = Round::of(&over_hyper, CALLS).await;
                    measured.over_hyper.push(round);
                }
            }
        }
    }
    measured
}

fn print_table(measured: &Measured) {
    println!(
        "| one call, µs (medians of {ROUNDS} rounds of {CALLS}) | reqwest | quell over reqwest | ratio | quell over hyper | ratio |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let medians = |of: fn(&Round) -> f64| {
        [&measured.bare, &measured.over_reqwest, &measured.over_hyper]
            .map(|rounds| median_of(rounds, of))
    };
    print_line("latency, median", medians(|round| round.median));
    print_line("latency, mean", medians(|round| round.mean));
    let processor = medians(|round| round.processor);
    print_line("processor time of the client", processor);
    let counted = [
        instructions::BARE,
        instructions::OVER_REQWEST,
        instructions::OVER_HYPER,
    ]
    .map(instructions::of_a_call);
    if let [Some(bare), Some(over_reqwest), Some(over_hyper)] = counted {
        let counted = [bare, over_reqwest, over_hyper];
        print_line("instructions of the client, thousands", counted);
    }
}

fn print_line(what: &str, [bare, over_reqwest, over_hyper]: [f64; 3]) {
    let (by_reqwest, by_hyper) = (over_reqwest / bare, over_hyper / bare);
    println!(
        "| {what} | {bare:.1} | {over_reqwest:.1} | {by_reqwest:.2} | {over_hyper:.1} | {by_hyper:.2} |"
    );
}
