//! What the SDK adds to a call over bare reqwest: latency, and processor time of the client.
//!
//! The server is this program once more, as a process of its own, so that the client's processor time is the
//! client's alone. Both clients hold one HTTP/1.1 connection, send the same bytes with a token of the same
//! length, and read the answer into the same type. Rounds take turns, and which client begins does too, so that
//! whatever else the machine does falls on both. Client and server have a processor each, or the scheduler would
//! decide who wins. Prints a table in Markdown.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark stops at the first thing that is not as expected, and prints its table"
)]

mod caller;
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
    if std::env::args().nth(1).as_deref() == Some(server::ARGUMENT) {
        return server::serve();
    }
    let server = Server::start();
    place::client();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    let (bare, sdk) = runtime.block_on(measure(server.base_url()));
    print_table(&bare, &sdk);
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
}
