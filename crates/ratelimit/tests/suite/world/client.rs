use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use quell_ratelimit::{Decision, Moment, PermitId, Priority, PushBack, RollingLog, Wait};

use super::{Delay, Random, Service};

/// A backlog of calls that go out as fast as the log lets them, over a network with delays.
pub(crate) struct Backlog {
    pub(crate) delay: Delay,
    pub(crate) service_time: Duration,
    pub(crate) fates: Fates,
    pub(crate) random: Random,
    /// When the first call is ready.
    pub(crate) begins: Moment,
}

/// What becomes of permits and calls, in parts of a hundred.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fates {
    /// Permits dropped without a call.
    pub(crate) unsent: u32,
    /// Calls whose answer is lost; they arrive at any time before timeout and grace are over.
    pub(crate) lost: u32,
    /// The caller's patience and the policy's grace for lost calls.
    pub(crate) timeout: Duration,
    pub(crate) grace: Duration,
}

#[derive(Debug)]
pub(crate) struct Report {
    /// When the last call was answered or given up.
    pub(crate) ended: Duration,
    pub(crate) sent: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrive {
        id: PermitId,
        answered: bool,
    },
    Answer {
        id: PermitId,
        refused: Option<Duration>,
    },
    GiveUp {
        id: PermitId,
    },
}

/// One run: the events to come and what was sent.
struct Run<'world> {
    backlog: &'world mut Backlog,
    log: &'world mut RollingLog,
    services: &'world mut [Service],
    events: BinaryHeap<Reverse<(Moment, Event)>>,
    left: usize,
    sent: usize,
}

impl Backlog {
    pub(crate) fn new(seed: u64, delay: Delay) -> Self {
        let random = Random::seeded(seed);
        let service_time = Duration::from_millis(50);
        Self {
            delay,
            service_time,
            fates: Fates::default(),
            random,
            begins: Moment::EPOCH,
        }
    }

    /// Sends `calls` calls, at most until `end`. The first service answers; all of them count.
    pub(crate) fn run(
        &mut self,
        log: &mut RollingLog,
        services: &mut [Service],
        calls: usize,
        end: Duration,
    ) -> Report {
        let events = BinaryHeap::new();
        Run {
            backlog: self,
            log,
            services,
            events,
            left: calls,
            sent: 0,
        }
        .play(end)
    }
}

impl Run<'_> {
    fn play(mut self, end: Duration) -> Report {
        let mut now = self.backlog.begins;
        loop {
            while let Some(event) = self.due(now) {
                self.happen(event, now);
            }
            let wake = self.send_what_may_go(now);
            let next = self.events.peek().map(|Reverse((at, _))| *at);
            let next = [wake, next].into_iter().flatten().min();
            match next {
                Some(next) if next.elapsed() <= end => now = next,
                _ => {
                    return Report {
                        ended: now.elapsed(),
                        sent: self.sent,
                    };
                }
            }
        }
    }

    fn due(&mut self, now: Moment) -> Option<Event> {
        let Reverse((at, event)) = *self.events.peek()?;
        (at <= now).then(|| {
            self.events.pop();
            event
        })
    }

    /// When to ask again, if calls are left.
    fn send_what_may_go(&mut self, now: Moment) -> Option<Moment> {
        while self.left > 0 {
            match self.log.acquire(Priority::Batch, now) {
                Decision::Granted(id) => self.use_permit(id, now),
                Decision::Wait(Wait::Until(moment)) => {
                    assert!(moment > now, "a wait that is over is no answer");
                    return Some(moment);
                }
                Decision::Wait(Wait::Completion { expiry, .. }) => return expiry,
            }
        }
        None
    }

    fn use_permit(&mut self, id: PermitId, now: Moment) {
        let fates = self.backlog.fates;
        if self.backlog.random.chance(fates.unsent) {
            return self.log.abandon(id, now);
        }
        (self.left, self.sent) = (self.left - 1, self.sent + 1);
        let lost = self.backlog.random.chance(fates.lost);
        let timeout = if lost {
            fates.timeout
        } else {
            Duration::from_secs(3600)
        };
        self.log.sent(id, now + timeout, now).unwrap();
        let delay = if lost {
            self.schedule(now + timeout, Event::GiveUp { id });
            (fates.timeout + fates.grace).mul_f64(self.backlog.random.unit())
        } else {
            self.backlog.delay.draw(&mut self.backlog.random)
        };
        self.schedule(
            now + delay,
            Event::Arrive {
                id,
                answered: !lost,
            },
        );
    }

    fn happen(&mut self, event: Event, now: Moment) {
        match event {
            Event::Arrive { id, answered } => {
                let answers: Vec<_> = self
                    .services
                    .iter_mut()
                    .map(|service| service.arrive(now))
                    .collect();
                let refused = answers.first().copied().flatten();
                if answered {
                    let back = self.backlog.delay.draw(&mut self.backlog.random);
                    let sent_back = now + self.backlog.service_time;
                    self.schedule(sent_back + back, Event::Answer { id, refused });
                }
            }
            Event::Answer { id, refused: None } => self.log.complete(id, now),
            Event::Answer {
                id,
                refused: Some(wait),
            } => {
                self.left += 1;
                self.log
                    .refused(id, &PushBack::new().retry_after(wait), now);
            }
            Event::GiveUp { id } => self.log.abandon(id, now),
        }
    }

    fn schedule(&mut self, at: Moment, event: Event) {
        self.events.push(Reverse((at, event)));
    }
}
