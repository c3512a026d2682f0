//! Closed-loop load: so many connections, on each the next request when the last is answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode};
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::latency::Latencies;
use crate::processor;

/// How long a load goes on before it is measured.
const WARM_UP: Duration = Duration::from_millis(300);

/// What is asked: the nth request of all, and how it is answered.
pub trait Asked: Clone + Send + Sync + 'static {
    /// The status of a good answer.
    const STATUS: StatusCode;
    /// The next request.
    fn next(&self) -> Request<Bytes>;
}

/// A process that listens.
#[derive(Clone, Copy, Debug)]
pub struct Server {
    pub address: SocketAddr,
    pub process: u32,
}

/// Loads a server for so long.
pub async fn load<A: Asked>(
    server: Server,
    connections: usize,
    length: Duration,
    asked: &A,
) -> Latencies {
    let mut opened = Vec::with_capacity(connections);
    for _ in 0..connections {
        let mut connection = Connection::open(server.address).await;
        // What is found out once, such as how large a fleet is, takes as long as it takes.
        connection.expect(A::STATUS, asked.next()).await;
        opened.push(connection);
    }
    let spent = processor::spent(server.process);
    let began = Instant::now() + WARM_UP;
    let until = began + length;
    let mut running: JoinSet<_> = opened
        .into_iter()
        .map(|connection| ask_until(connection, asked.clone(), began, until))
        .collect();
    let (mut times, mut calls) = (Vec::new(), 0);
    while let Some(of_one) = running.join_next().await {
        let (mut of_one, all) = of_one.expect("no connection panics");
        times.append(&mut of_one);
        calls += all;
    }
    let spent = processor::spent(server.process) - spent;
    Latencies::new(times, length).at_the_cost_of(spent / calls)
}

/// The times of the calls that began in the span, and how many calls there were at all.
async fn ask_until<A: Asked>(
    mut connection: Connection,
    asked: A,
    from: Instant,
    until: Instant,
) -> (Vec<Duration>, u32) {
    let (mut times, mut calls) = (Vec::new(), 0);
    loop {
        let request = asked.next();
        let sent = Instant::now();
        if sent >= until {
            return (times, calls);
        }
        connection.expect(A::STATUS, request).await;
        calls += 1;
        if sent >= from {
            times.push(sent.elapsed());
        }
    }
}
