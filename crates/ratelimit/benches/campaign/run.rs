//! A backlog of calls through a gate, over a network, to a service, in virtual time.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quell_ratelimit::Moment;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::gates::{Client, Pass};
use crate::random::{Delay, Random};
use crate::service::Service;

/// Calls under way at once: the tasks of a well-behaved program.
const TASKS: usize = 20;
const SERVICE_TIME: Duration = Duration::from_millis(50);

/// When to stop: after so many admitted calls, or after so long.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    Admitted(usize),
    Elapsed(Duration),
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) admitted: usize,
    pub(crate) refused: usize,
    pub(crate) took: Duration,
    /// When calls arrived, refused ones too.
    arrivals: Vec<Moment>,
}

impl Outcome {
    /// The most calls that arrived within this length of time.
    pub(crate) fn most_in(&self, length: Duration) -> usize {
        let mut first = 0;
        let mut most = 0;
        for (index, at) in self.arrivals.iter().enumerate() {
            while self
                .arrivals
                .get(first)
                .is_some_and(|begun| at.since(*begun) >= length)
            {
                first += 1;
            }
            most = most.max(index + 1 - first);
        }
        most
    }
}

/// The far side, and what was heard of it.
struct World {
    begun: Instant,
    service: Service,
    arrivals: Vec<Moment>,
    random: Random,
    delay: Delay,
    left: usize,
    resumes: Instant,
}

type Shared = Arc<Mutex<World>>;

/// Sends a backlog as fast as the client's limiter lets it. Refused calls go back to the backlog, and
/// every client obeys the time to wait.
pub(crate) async fn run(
    client: Client,
    service: Service,
    delay: Delay,
    until: Until,
    seed: u64,
) -> Result<Outcome, Box<dyn Error>> {
    let begun = Instant::now();
    let (left, end) = match until {
        Until::Admitted(calls) => (calls, None),
        Until::Elapsed(length) => (usize::MAX / 2, Some(begun + length)),
    };
    let world = World {
        begun,
        service,
        arrivals: Vec::new(),
        random: Random::seeded(seed),
        delay,
        left,
        resumes: begun,
    };
    let world = Arc::new(Mutex::new(world));
    let backlog = send_all(client, Arc::clone(&world));
    match end {
        Some(end) => {
            // Dropped at the end, calls in flight and all.
            let _ = tokio::time::timeout_at(end, backlog).await;
        }
        None => backlog.await?,
    }
    let mut world = look(&world);
    Ok(Outcome {
        admitted: world.service.admitted.len(),
        refused: world.service.refused,
        took: begun.elapsed(),
        arrivals: std::mem::take(&mut world.arrivals),
    })
}

async fn send_all(client: Client, world: Shared) -> Result<(), Box<dyn Error>> {
    let gate = client.gate()?;
    let tasks = Arc::new(Semaphore::new(TASKS));
    let mut flights = JoinSet::new();
    loop {
        if look(&world).left == 0 {
            match flights.join_next().await {
                Some(flown) => flown?,
                None => return Ok(()),
            }
            continue;
        }
        let task = Arc::clone(&tasks).acquire_owned().await?;
        while flights.try_join_next().is_some() {}
        let pass = gate.pass().await.map_err(|error| error.to_string())?;
        let resumes = look(&world).resumes;
        sleep_until(resumes).await;
        look(&world).left -= 1;
        let world = Arc::clone(&world);
        flights.spawn(async move {
            fly(pass, &world).await;
            drop(task);
        });
    }
}

async fn fly(pass: Pass, world: &Shared) {
    let (there, back) = {
        let mut world = look(world);
        let delay = world.delay;
        (delay.draw(&mut world.random), delay.draw(&mut world.random))
    };
    sleep(there).await;
    let refused = {
        let mut world = look(world);
        let at = Moment::after_epoch(world.begun.elapsed());
        world.arrivals.push(at);
        world.service.arrive(at)
    };
    sleep(SERVICE_TIME + back).await;
    let obeyed = pass.ended(refused).await;
    if let Some(wait) = refused {
        let mut world = look(world);
        world.left += 1;
        if !obeyed {
            world.resumes = world.resumes.max(Instant::now() + wait);
        }
    }
}

fn look(world: &Shared) -> std::sync::MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}
