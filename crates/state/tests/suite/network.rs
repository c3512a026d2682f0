//! Calls with delays of their own, in virtual time, and the referee who sees them arrive.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use crate::worker::{Order, Reply, Worker};

pub(crate) const QUOTA: &str = "20/60s,100/1h";
pub(crate) const WINDOWS: [(usize, Duration); 2] = [
    (20, Duration::from_secs(60)),
    (100, Duration::from_secs(3600)),
];

/// How finely time goes on: what falls into one step is done at once by all processes.
const STEP: Duration = Duration::from_millis(10);

/// Small numbers from a seed (xorshift).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn delay(&mut self) -> Duration {
        Duration::from_millis(5 + self.below(1995))
    }
}

/// Processes that send calls, and the network between them and the service.
pub(crate) struct Network {
    pub(crate) workers: Vec<Worker>,
    pub(crate) random: Random,
    pub(crate) now: Duration,
    pub(crate) arrivals: Vec<Duration>,
    /// How many more processes are to be killed.
    pub(crate) kills: u32,
    orders: BinaryHeap<Reverse<(Duration, usize, Kind, u64)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Complete,
    Send,
    Acquire,
}

impl Network {
    pub(crate) fn new(stores: &[String], seed: u64) -> Self {
        Self {
            workers: stores.iter().map(|store| Worker::start(store)).collect(),
            random: Random(seed),
            now: Duration::ZERO,
            arrivals: Vec::new(),
            kills: 0,
            orders: BinaryHeap::new(),
        }
    }

    /// Until so many calls have arrived in all. `tick` tells a store with a clock of its own how much
    /// time passes.
    pub(crate) async fn run(&mut self, calls: usize, mut tick: impl AsyncFnMut(Duration)) {
        for worker in 0..self.workers.len() {
            self.plan(Duration::ZERO, worker, Kind::Acquire, 0);
        }
        while self.arrivals.len() < calls {
            let next = self.orders.peek().expect("somebody asks").0.0;
            tick(next.saturating_sub(self.now)).await;
            self.now = self.now.max(next);
            self.step();
        }
    }

    /// Everything that is due now, by all processes at the same time.
    fn step(&mut self) {
        let mut due = Vec::new();
        let mut busy = vec![false; self.workers.len()];
        let mut later = Vec::new();
        while let Some(Reverse(planned)) = self.orders.peek().copied() {
            if planned.0 > self.now {
                break;
            }
            self.orders.pop();
            let (_, worker, kind, id) = planned;
            if std::mem::replace(&mut busy[worker], true) {
                later.push(Reverse(planned));
                continue;
            }
            self.workers[worker].order(order(kind, id), self.now);
            due.push((worker, kind, id));
        }
        self.orders.extend(later);
        for (worker, kind, id) in due {
            let killed = self.kills > 0 && self.random.below(4) == 0;
            if killed {
                self.kills -= 1;
                self.workers[worker].kill();
            }
            match self.workers[worker].reply() {
                Some(reply) => self.follow(worker, kind, id, reply, killed),
                None => assert!(killed, "a worker ended by itself"),
            }
            if killed {
                self.workers[worker].restart();
                let others =
                    |planned: &Reverse<(Duration, usize, Kind, u64)>| planned.0.1 != worker;
                self.orders.retain(others);
                self.plan(Duration::ZERO, worker, Kind::Acquire, 0);
            }
        }
    }

    fn follow(&mut self, worker: usize, kind: Kind, id: u64, reply: Reply, killed: bool) {
        match (kind, reply) {
            (Kind::Acquire, Reply::Granted(id)) => {
                self.plan(Duration::ZERO, worker, Kind::Send, id)
            }
            (Kind::Acquire, Reply::Wait(wait)) => self.plan(wait, worker, Kind::Acquire, 0),
            (Kind::Send, Reply::Done) => {
                let there = self.random.delay();
                // What a killed process sent may sit in queues as long as the policy's grace says.
                let queued = if killed { self.random.below(55_000) } else { 0 };
                let there = there + Duration::from_millis(queued);
                self.arrivals.push(self.now + there);
                let back = there + self.random.delay();
                self.plan(back, worker, Kind::Complete, id);
                self.plan(Duration::ZERO, worker, Kind::Acquire, 0);
            }
            (Kind::Send, Reply::Gone) => self.plan(Duration::ZERO, worker, Kind::Acquire, 0),
            (Kind::Complete, Reply::Done) => {}
            (kind, reply) => panic!("{kind:?} was answered by {reply:?}"),
        }
    }

    fn plan(&mut self, wait: Duration, worker: usize, kind: Kind, id: u64) {
        let steps = wait.as_nanos().div_ceil(STEP.as_nanos());
        let due = self.now + STEP * u32::try_from(steps).unwrap();
        self.orders.push(Reverse((due, worker, kind, id)));
    }
}

fn order(kind: Kind, id: u64) -> Order {
    match kind {
        Kind::Acquire => Order::Acquire,
        Kind::Send => Order::Send(id),
        Kind::Complete => Order::Complete(id),
    }
}

/// The most arrivals in any window of each length; never more than the limit.
pub(crate) fn referee(arrivals: &[Duration]) -> Vec<usize> {
    let mut arrivals = arrivals.to_vec();
    arrivals.sort();
    let most_in = |(limit, length): (usize, Duration)| {
        let in_window = |first: &Duration| {
            arrivals
                .iter()
                .filter(|later| (*first..*first + length).contains(*later))
                .count()
        };
        let most = arrivals.iter().map(in_window).max().unwrap_or(0);
        assert!(most <= limit, "{most} calls arrived within {length:?}");
        most
    };
    WINDOWS.into_iter().map(most_in).collect()
}
