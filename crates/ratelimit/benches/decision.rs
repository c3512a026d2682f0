//! What a decision costs, beside governor's in the same run: read the ratios, not the numbers.
//!
//! Time is passed in or read from a counter on both sides, so that no clock is measured.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::Mutex;
use std::time::Duration;

use divan::{Bencher, black_box};
use governor::clock::FakeRelativeClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota as Gcra, RateLimiter};
use quell_ratelimit::{
    Decision, Keyed, Moment, Policy, Priority, Quota, RollingCounter, RollingLog, Window,
};

const STEP: Duration = Duration::from_secs(3);

fn main() {
    divan::main();
}

fn documented() -> Quota {
    Quota::parse("100/60s,1500/3600s").unwrap_or_else(|_| unreachable!("a valid literal"))
}

/// Each call three seconds after the last, so that all of them fit and the log is full.
struct Ticks(Cell<Moment>);

impl Ticks {
    fn new() -> Self {
        Self(Cell::new(Moment::EPOCH))
    }

    fn next(&self) -> Moment {
        self.0.set(self.0.get() + STEP);
        self.0.get()
    }
}

/// A log that has seen more calls than it keeps, and the next tick.
fn warm_log() -> (Mutex<RollingLog>, Ticks) {
    let (mut log, ticks) = (RollingLog::new(Policy::new(documented())), Ticks::new());
    for _ in 0..2000 {
        admit_and_complete(&mut log, ticks.next());
    }
    (Mutex::new(log), ticks)
}

fn admit_and_complete(log: &mut RollingLog, now: Moment) {
    if let Decision::Granted(id) = log.acquire(Priority::Batch, now) {
        let _ = log.sent(id, now + STEP, now);
        log.complete(id, now);
    }
}

#[divan::bench]
fn exact_log_two_windows_admit_send_complete(bencher: Bencher<'_, '_>) {
    let (log, ticks) = warm_log();
    bencher.bench_local(|| {
        if let Ok(mut log) = log.lock() {
            admit_and_complete(&mut log, ticks.next());
        }
    });
}

#[divan::bench]
fn exact_log_two_windows_refused_with_the_wait(bencher: Bencher<'_, '_>) {
    let (log, ticks) = warm_log();
    let now = ticks.next();
    if let Ok(mut log) = log.lock() {
        while let Decision::Granted(id) = log.acquire(Priority::Batch, now) {
            log.complete(id, now);
        }
    }
    bencher.bench_local(|| {
        log.lock()
            .map(|mut log| black_box(log.acquire(Priority::Batch, black_box(now))))
            .is_ok()
    });
}

#[divan::bench]
fn exact_counter_two_windows_admit(bencher: Bencher<'_, '_>) {
    let counter = Mutex::new(RollingCounter::new(documented(), 16));
    let ticks = Ticks::new();
    bencher.bench_local(|| {
        counter
            .lock()
            .map(|mut counter| counter.check(&1, ticks.next()))
            .is_ok()
    });
}

#[divan::bench]
fn keyed_guard_admit(bencher: Bencher<'_, '_>) {
    let window = documented().windows().first().copied();
    let window = window.or_else(|| Window::new(100, Duration::from_secs(60)).ok());
    let Some(guard) = window.map(|window| Keyed::new(window, 16)) else {
        return;
    };
    let ticks = Ticks::new();
    bencher.bench_local(|| guard.check(&1, ticks.next()));
}

#[divan::bench]
fn governor_one_limiter_admit(bencher: Bencher<'_, '_>) {
    let clock = FakeRelativeClock::default();
    let minute = governor_of(100, 60, &clock);
    bencher.bench_local(|| {
        clock.advance(STEP);
        minute.check().is_ok()
    });
}

#[divan::bench]
fn governor_two_limiters_admit(bencher: Bencher<'_, '_>) {
    let clock = FakeRelativeClock::default();
    let (minute, hour) = (
        governor_of(100, 60, &clock),
        governor_of(1500, 3600, &clock),
    );
    bencher.bench_local(|| {
        clock.advance(STEP);
        minute.check().is_ok() && hour.check().is_ok()
    });
}

type Governor = RateLimiter<NotKeyed, InMemoryState, FakeRelativeClock, NoOpMiddleware<Nanos>>;

fn governor_of(limit: u32, seconds: u64, clock: &FakeRelativeClock) -> Governor {
    let burst = NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN);
    let one_per = Duration::from_secs(seconds) / limit;
    let quota = Gcra::with_period(one_per)
        .unwrap_or(Gcra::per_second(burst))
        .allow_burst(burst);
    RateLimiter::direct_with_clock(quota, clock.clone())
}
