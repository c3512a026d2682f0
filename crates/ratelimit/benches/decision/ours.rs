use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use divan::{Bencher, black_box};
use quell_ratelimit::{
    Decision, Keyed, LogState, Moment, Policy, Priority, Quota, RollingCounter, RollingLog, Window,
};

use crate::together;

const STEP: Duration = Duration::from_secs(3);

fn documented() -> Quota {
    Quota::parse("100/60s,1500/3600s").unwrap_or_else(|_| unreachable!("a valid literal"))
}

/// Each call three seconds after the last, so that all of them fit and the log is full.
#[derive(Debug, Default)]
struct Ticks(AtomicU64);

impl Ticks {
    fn next(&self) -> Moment {
        let ticks = self.0.fetch_add(1, Ordering::Relaxed);
        Moment::after_epoch(Duration::from_nanos(3_000_000_000 * ticks))
    }
}

/// A log that has seen more calls than it keeps, and the next tick.
fn warm_log(policy: Policy) -> (Mutex<RollingLog>, Ticks) {
    let (mut log, ticks) = (RollingLog::new(policy), Ticks::default());
    for _ in 0..2000 {
        admit_send_complete(&mut log, ticks.next());
    }
    (Mutex::new(log), ticks)
}

fn admit_send_complete(log: &mut RollingLog, now: Moment) {
    if let Decision::Granted(id) = log.acquire(Priority::Batch, now) {
        let _ = log.sent(id, now + STEP, now);
        log.complete(id, now);
    }
}

#[divan::bench(sample_size = 20_000)]
fn quell_log_two_windows_admit_send_complete(bencher: Bencher<'_, '_>) {
    bencher.bench(admit_send_complete_of_a_shared_log());
}

fn admit_send_complete_of_a_shared_log() -> impl Fn() -> bool + Sync {
    let (log, ticks) = warm_log(Policy::new(documented()));
    move || {
        let log = log.lock();
        log.map(|mut log| admit_send_complete(&mut log, ticks.next()))
            .is_ok()
    }
}

/// The same limiter under two threads.
pub(crate) fn together() -> String {
    let log = admit_send_complete_of_a_shared_log();
    together::line("quell_log_two_windows_admit_send_complete", &log)
}

/// The question alone: every permit is dropped unsent.
#[divan::bench(sample_size = 20_000)]
fn quell_log_two_windows_admit_and_refund(bencher: Bencher<'_, '_>) {
    let (log, ticks) = warm_log(Policy::new(documented()));
    bencher.bench(|| {
        if let Ok(mut log) = log.lock() {
            let now = ticks.next();
            if let Decision::Granted(id) = log.acquire(Priority::Batch, now) {
                log.abandon(id, now);
            }
        }
    });
}

#[divan::bench(sample_size = 20_000)]
fn quell_log_two_windows_refuse_with_the_wait(bencher: Bencher<'_, '_>) {
    let (log, ticks) = warm_log(Policy::new(documented()));
    let now = ticks.next();
    if let Ok(mut log) = log.lock() {
        while let Decision::Granted(id) = log.acquire(Priority::Batch, now) {
            log.complete(id, now);
        }
    }
    bencher.bench(|| {
        log.lock()
            .map(|mut log| black_box(log.acquire(Priority::Batch, black_box(now))))
            .is_ok()
    });
}

/// What a durable store pays beside its database: the whole log is made anew for each decision.
#[divan::bench]
fn quell_log_resume_admit_and_tell_the_changes(bencher: Bencher<'_, '_>) {
    let (log, ticks) = warm_log(Policy::new(documented()));
    let state = log
        .lock()
        .map_or_else(|_| LogState::default(), |log| log.state());
    let policy = Policy::new(documented());
    let now = ticks.next();
    bencher.bench_local(|| {
        let mut log = RollingLog::resume(policy.clone(), &state);
        black_box(log.acquire(Priority::Batch, now));
        log.take_changes()
    });
}

#[divan::bench(sample_size = 20_000)]
fn quell_counter_two_windows_admit(bencher: Bencher<'_, '_>) {
    let counter = Mutex::new(RollingCounter::new(documented(), 16));
    let ticks = Ticks::default();
    bencher.bench(|| {
        counter
            .lock()
            .map(|mut counter| counter.check(&1, ticks.next()))
            .is_ok()
    });
}

#[divan::bench(sample_size = 20_000)]
fn quell_keyed_guard_admit(bencher: Bencher<'_, '_>) {
    let Ok(window) = Window::new(100, Duration::from_secs(60)) else {
        return;
    };
    let (guard, ticks) = (Keyed::new(window, 16), Ticks::default());
    bencher.bench(|| guard.check(&1, ticks.next()));
}
