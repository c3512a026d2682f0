use std::convert::Infallible;
use std::future::Ready;
use std::num::NonZeroU32;
use std::sync::Mutex;
use std::task::{Context, Waker};
use std::time::Duration;

use divan::{Bencher, black_box};
use governor::clock::FakeRelativeClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tower::limit::RateLimit;
use tower::limit::rate::Rate;
use tower::{Service, service_fn};

use crate::together;

const STEP: Duration = Duration::from_secs(3);

type Governor = RateLimiter<NotKeyed, InMemoryState, FakeRelativeClock, NoOpMiddleware<Nanos>>;

fn governor_of(limit: u32, seconds: u64, clock: &FakeRelativeClock) -> Governor {
    let burst = NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN);
    let one_per = Duration::from_secs(seconds) / limit;
    let quota = Quota::with_period(one_per)
        .unwrap_or(Quota::per_second(burst))
        .allow_burst(burst);
    RateLimiter::direct_with_clock(quota, clock.clone())
}

#[divan::bench(sample_size = 20_000)]
fn governor_one_limiter_admit(bencher: Bencher<'_, '_>) {
    let clock = FakeRelativeClock::default();
    let minute = governor_of(100, 60, &clock);
    bencher.bench(|| {
        clock.advance(STEP);
        minute.check().is_ok()
    });
}

#[divan::bench(sample_size = 20_000)]
fn governor_two_limiters_admit(bencher: Bencher<'_, '_>) {
    bencher.bench(governor_two_limiters());
}

fn governor_two_limiters() -> impl Fn() -> bool + Sync {
    let clock = FakeRelativeClock::default();
    let (minute, hour) = (
        governor_of(100, 60, &clock),
        governor_of(1500, 3600, &clock),
    );
    move || {
        clock.advance(STEP);
        minute.check().is_ok() && hour.check().is_ok()
    }
}

#[divan::bench(sample_size = 20_000)]
fn governor_two_limiters_refuse(bencher: Bencher<'_, '_>) {
    let clock = FakeRelativeClock::default();
    let (minute, hour) = (
        governor_of(100, 60, &clock),
        governor_of(1500, 3600, &clock),
    );
    while minute.check().is_ok() {}
    bencher.bench(|| black_box(minute.check()).is_ok() && hour.check().is_ok());
}

#[divan::bench(sample_size = 20_000)]
fn leaky_bucket_one_limiter_admit(bencher: Bencher<'_, '_>) {
    bencher.bench(leaky_bucket());
}

fn leaky_bucket() -> impl Fn() -> bool + Sync {
    // More than any run takes, since its clock cannot be given.
    let plenty = usize::MAX / 4;
    let bucket = leaky_bucket::RateLimiter::builder()
        .max(plenty)
        .initial(plenty)
        .build();
    move || bucket.try_acquire(1)
}

type Send = fn(()) -> Ready<Result<(), Infallible>>;

/// tower's limit is asked by `&mut`: behind a lock, as ours.
#[divan::bench(sample_size = 20_000)]
fn tower_one_limit_admit(bencher: Bencher<'_, '_>) {
    bencher.bench(tower_limit());
}

fn tower_limit() -> impl Fn() -> bool + Sync {
    let send: Send = |()| std::future::ready(Ok(()));
    let rate = Rate::new(u64::MAX, Duration::from_secs(60));
    let limit = Mutex::new(RateLimit::new(service_fn(send), rate));
    move || {
        let mut context = Context::from_waker(Waker::noop());
        let Ok(mut limit) = limit.lock() else {
            return false;
        };
        let ready = limit.poll_ready(&mut context).is_ready();
        drop(black_box(limit.call(())));
        ready
    }
}

/// The same limiters under two threads.
pub(crate) fn together() -> String {
    [
        together::line("governor_two_limiters_admit", &governor_two_limiters()),
        together::line("leaky_bucket_one_limiter_admit", &leaky_bucket()),
        together::line("tower_one_limit_admit", &tower_limit()),
    ]
    .concat()
}
