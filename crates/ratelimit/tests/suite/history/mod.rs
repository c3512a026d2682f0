//! Random histories of a log: what happens to it, in any order and at any time.

mod durable;
mod referee;

use std::time::Duration;

use proptest::prelude::*;
use quell_ratelimit::{
    Decision, Margins, Moment, PermitId, Policy, Priority, PushBack, Quota, Reserve, RollingLog,
    Share,
};

/// One thing that happens; permits are named by their place among those that were ever granted.
#[derive(Debug, Clone, Copy)]
enum Event {
    Passes(Duration),
    Asks(Priority),
    Sends(usize, Duration),
    Completes(usize),
    IsRefused(usize, Option<Duration>),
    Abandons(usize),
    Pauses(Duration),
    Looks,
}

fn lengths(longest_ms: u64) -> impl Strategy<Value = Duration> {
    (0..longest_ms).prop_map(Duration::from_millis)
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(), 1..150)
}

fn event() -> impl Strategy<Value = Event> {
    let priority = prop_oneof![Just(Priority::Batch), Just(Priority::Interactive)];
    let permit = 0_usize..40;
    prop_oneof![
        4 => lengths(2000).prop_map(Event::Passes),
        6 => priority.prop_map(Event::Asks),
        3 => (permit.clone(), lengths(3000)).prop_map(|(nth, timeout)| Event::Sends(nth, timeout)),
        4 => permit.clone().prop_map(Event::Completes),
        1 => (permit.clone(), prop::option::of(lengths(20_000)))
            .prop_map(|(nth, wait)| Event::IsRefused(nth, wait)),
        2 => permit.prop_map(Event::Abandons),
        1 => lengths(3000).prop_map(Event::Pauses),
        1 => Just(Event::Looks),
    ]
}

/// A policy with everything in it that changes a decision, as plain numbers.
#[derive(Debug, Clone)]
struct Manners {
    short: u32,
    long: u32,
    share: u32,
    reserve: Reserve,
    spacing: Duration,
    even: bool,
    in_flight: usize,
    lease: Option<Duration>,
}

const SHORT: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(10);
const GRACE: Duration = Duration::from_secs(1);

impl Manners {
    fn policy(&self) -> Policy {
        let quota = Quota::parse(&format!("{}/1s,{}/10s", self.short, self.long)).unwrap();
        let mut policy = Policy::new(quota)
            .margins(Margins::NONE)
            .grace(GRACE)
            .spacing(self.spacing)
            .max_in_flight(self.in_flight)
            .share(Share::percent(self.share))
            .reserve(LONG, self.reserve)
            .unwrap();
        if let Some(lease) = self.lease {
            policy = policy.lease(lease);
        }
        if self.even {
            policy = policy.even_over(SHORT).unwrap();
        }
        policy
    }
}

prop_compose! {
    fn manners()(
        short in 1_u32..6,
        long in 1_u32..12,
        share in 50_u32..=100,
        kept in 0_u32..3,
        always in any::<bool>(),
        spacing in lengths(200),
        even in any::<bool>(),
        in_flight in 1_usize..8,
        lease in prop::option::of(lengths(2000)),
    ) -> Manners {
        let reserve = if always { Reserve::always(kept) } else { Reserve::while_waiting(kept) };
        Manners { short, long, share, reserve, spacing, even, in_flight, lease }
    }
}

/// What was answered, for a comparison of two logs.
#[derive(Debug, PartialEq)]
enum Answer {
    Asked(Decision),
    Sent(bool),
    Looked(quell_ratelimit::Snapshot, Moment),
    Nothing,
}

fn play(log: &mut RollingLog, event: Event, permits: &[PermitId], now: Moment) -> Answer {
    let permit = |nth: usize| permits.get(nth % permits.len().max(1)).copied();
    match event {
        Event::Asks(priority) => return Answer::Asked(log.acquire(priority, now)),
        Event::Sends(nth, timeout) => {
            if let Some(id) = permit(nth) {
                return Answer::Sent(log.sent(id, now + timeout, now).is_ok());
            }
        }
        Event::Completes(nth) => {
            permit(nth).into_iter().for_each(|id| log.complete(id, now));
        }
        Event::IsRefused(nth, wait) => {
            let push_back = wait.map_or(PushBack::new(), |wait| PushBack::new().retry_after(wait));
            permit(nth)
                .into_iter()
                .for_each(|id| log.refused(id, &push_back, now));
        }
        Event::Abandons(nth) => {
            permit(nth).into_iter().for_each(|id| log.abandon(id, now));
        }
        Event::Pauses(length) => log.pause(now + length, now),
        Event::Looks => {
            return Answer::Looked(log.snapshot(now), log.forecast(5, Priority::Batch, now));
        }
        Event::Passes(_) => {}
    }
    Answer::Nothing
}

fn later(now: Moment, event: Event) -> Moment {
    match event {
        Event::Passes(length) => now + length,
        _ => now,
    }
}
