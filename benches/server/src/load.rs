//! Closed-loop load: so many connections, on each the next request when the last is answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode};
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::latency::Latencies;

/// How long a load goes on before it is measured.
const WARM_UP: Duration = Duration::from_millis(300);

/// What is asked: the nth request of all, and how it is answered.
pub trait Asked: Clone + Send + Sync + 'static {
    /// The status of a good answer.
    const STATUS: StatusCode;
    /// The next request.
    fn next(&self) -> Request<Bytes>;
}

/// Loads a server for so long.
pub async fn load<A: Asked>(
    server: SocketAddr,
    connections: usize,
    length: Duration,
    asked: &A,
) -> Latencies {
    let mut opened = Vec::with_capacity(connections);
    for _ in 0..connections {
        opened.push(Connection::open(server).await);
    }
    let began = Instant::now() + WARM_UP;
    let until = began + length;
    let mut running: JoinSet<_> = opened
        .into_iter()
        .map(|connection| ask_until(connection, asked.clone(), began, until))
        .collect();
    let mut times = Vec::new();
    while let Some(of_one) = running.join_next().await {
        times.append(&mut of_one.expect("no connection panics"));
    }
    Latencies::new(times, length)
}

/// The times of the calls that began in the span.
async fn ask_until<A: Asked>(
    mut connection: Connection,
    asked: A,
    from: Instant,
    until: Instant,
) -> Vec<Duration> {
    let mut times = Vec::new();
    loop {
        let request = asked.next();
        let sent = Instant::now();
        if sent >= until {
            return times;
        }
        connection.expect(A::STATUS, request).await;
        if sent >= from {
            times.push(sent.elapsed());
        }
    }
}
