//! What the SDK adds to a call over bare reqwest: latency, and processor time of the client.
//!
//! The server is this program once more, as a process of its own, so that the client's processor time is the
//! client's alone. Both clients hold one HTTP/1.1 connection, have the same limits of time, send the same body with
//! a token of the same length, and read the answer into the same type. Rounds take turns, and which client begins
//! does too, so that whatever else the machine does falls on both. Client and server have a processor each, or the
//! scheduler would decide who wins. Prints a table in Markdown.
//!
//! Where `perf` may count them, instructions are told too: on a busy machine they are the steadiest measure. To
//! profile one client: `perf record -- <this program> --only quell 20000`.

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
use round::{Ratios, Round, median_of};
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
            let (bare, sdk) = in_runtime(async |base_url| measure(base_url).await);
            print_table(&bare, &sdk);
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
        instructions::SDK => Round::of(&Sdk::new(base_url), calls).await,
        other => panic!("there is no client {other}"),
    };
}

async fn measure(base_url: &str) -> (Vec<Round>, Vec<Round>) {
    let (bare, sdk) = (Bare::new(base_url), Sdk::new(base_url));
    Round::of(&bare, WARM_UP).await;
    Round::of(&sdk, WARM_UP).await;
    let (mut of_bare, mut of_sdk) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        if round % 2 == 0 {
            of_bare.push(Round::of(&bare, CALLS).await);
            of_sdk.push(Round::of(&sdk, CALLS).await);
        } else {
            of_sdk.push(Round::of(&sdk, CALLS).await);
            of_bare.push(Round::of(&bare, CALLS).await);
        }
    }
    (of_bare, of_sdk)
}

fn print_table(bare: &[Round], sdk: &[Round]) {
    let ratios = Ratios::between(bare, sdk);
    println!("| one call, µs (medians of {ROUNDS} rounds of {CALLS}) | reqwest | quell | ratio |");
    println!("| --- | ---: | ---: | ---: |");
    let line = |what: &str, of: fn(&Round) -> f64, ratio: f64| {
        let (bare, sdk) = (median_of(bare, of), median_of(sdk, of));
        println!("| {what} | {bare:.1} | {sdk:.1} | {ratio:.2} |");
    };
    line("latency, median", |round| round.median, ratios.median);
    line("latency, mean", |round| round.mean, ratios.mean);
    line(
        "processor time of the client",
        |round| round.processor,
        ratios.processor,
    );
    let counted = [instructions::BARE, instructions::SDK].map(instructions::of_a_call);
    if let [Some(bare), Some(sdk)] = counted {
        let ratio = sdk / bare;
        println!("| instructions of the client, thousands | {bare:.1} | {sdk:.1} | {ratio:.2} |");
    }
}
