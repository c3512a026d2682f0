//! Rounds in turns, so that whatever else the machine does falls on everyone.

use std::time::Duration;

use crate::latency::Latencies;
use crate::load::{Asked, Server, load};

/// Odd, so that there is one in the middle.
const ROUNDS: usize = 5;

/// Loads two servers in turns; of each the round whose throughput is the middle one.
pub async fn in_turns(
    connections: usize,
    length: Duration,
    one: (Server, &impl Asked),
    other: (Server, &impl Asked),
) -> (Latencies, Latencies) {
    let (mut of_one, mut of_other) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_one.push(load(one.0, connections, length, one.1).await);
        of_other.push(load(other.0, connections, length, other.1).await);
    }
    (middle(of_one), middle(of_other))
}

fn middle(mut rounds: Vec<Latencies>) -> Latencies {
    rounds.sort_by(|one, other| one.per_second().total_cmp(&other.per_second()));
    rounds.swap_remove(rounds.len() / 2)
}
