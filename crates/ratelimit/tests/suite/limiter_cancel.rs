//! Order and cancellation: whoever leaves the queue, the others keep their places.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use quell_ratelimit::{Limiter, Margins, Policy, Priority, Quota};
use tokio::time::Instant;

use crate::limiter::{call, limiter, seconds};

#[tokio::test(start_paused = true)]
async fn permits_go_out_in_the_order_of_asking() {
    let limiter = limiter("3/60s");
    let served = Arc::new(Mutex::new(Vec::new()));
    let mut waiters = Vec::new();
    for number in 0..20 {
        let (limiter, served) = (limiter.clone(), Arc::clone(&served));
        waiters.push(tokio::spawn(async move {
            call(&limiter).await;
            served.lock().unwrap().push(number);
        }));
    }
    for waiter in waiters {
        waiter.await.unwrap();
    }
    assert_eq!(*served.lock().unwrap(), (0..20).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn newcomer_does_not_overtake_those_who_wait() {
    let limiter = limiter("1/60s");
    call(&limiter).await;
    let waiting = tokio::spawn({
        let limiter = limiter.clone();
        async move { limiter.acquire().await.unwrap() }
    });
    tokio::task::yield_now().await;
    tokio::time::advance(seconds(60)).await;
    // The slot is free, and it is the waiting one's.
    assert!(limiter.try_acquire().await.is_err());
    waiting
        .await
        .unwrap()
        .sent(seconds(1))
        .await
        .unwrap()
        .complete()
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn head_that_leaves_hands_its_place_to_the_next() {
    let limiter = limiter("1/60s");
    call(&limiter).await;
    let start = Instant::now();
    let head = tokio::spawn({
        let limiter = limiter.clone();
        async move { call(&limiter).await }
    });
    tokio::task::yield_now().await;
    let next = tokio::spawn({
        let limiter = limiter.clone();
        async move { call(&limiter).await }
    });
    tokio::time::sleep(seconds(30)).await;
    head.abort();
    next.await.unwrap();
    assert_eq!(start.elapsed(), seconds(60));
}

/// What one caller does: asks after a while, waits no longer than its patience, and then drops the
/// permit, calls and is answered, or calls and goes away.
#[derive(Debug, Clone, Copy)]
struct Caller {
    asks_at: u64,
    patience: u64,
    priority: Priority,
    then: Then,
}

#[derive(Debug, Clone, Copy)]
enum Then {
    DropsThePermit,
    IsAnsweredAfter(u64),
    GoesAwayAfter(u64),
}

fn callers() -> impl Strategy<Value = Vec<Caller>> {
    let then = prop_oneof![
        Just(Then::DropsThePermit),
        (0_u64..3000).prop_map(Then::IsAnsweredAfter),
        (0_u64..3000).prop_map(Then::GoesAwayAfter),
    ];
    let priority = prop_oneof![Just(Priority::Batch), Just(Priority::Interactive)];
    let caller = (0_u64..20_000, 0_u64..30_000, priority, then);
    let caller = caller.prop_map(|(asks_at, patience, priority, then)| Caller {
        asks_at,
        patience,
        priority,
        then,
    });
    prop::collection::vec(caller, 1..60)
}

const LIMIT: usize = 4;
const WINDOW: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(3);
const GRACE: Duration = Duration::from_secs(1);

/// All callers at once; returns when calls went out.
async fn play(limiter: &Limiter, callers: Vec<Caller>) -> Vec<Instant> {
    let sends = Arc::new(Mutex::new(Vec::new()));
    let tasks = callers.into_iter().map(|caller| {
        let (limiter, sends) = (limiter.clone(), Arc::clone(&sends));
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(caller.asks_at)).await;
            let patience = Duration::from_millis(caller.patience);
            let asking = limiter.acquire_as(caller.priority);
            let Ok(permit) = tokio::time::timeout(patience, asking).await else {
                return;
            };
            let permit = permit.unwrap();
            let (Then::IsAnsweredAfter(flight) | Then::GoesAwayAfter(flight)) = caller.then else {
                return;
            };
            let sent = permit.sent(TIMEOUT).await.unwrap();
            sends.lock().unwrap().push(Instant::now());
            tokio::time::sleep(Duration::from_millis(flight)).await;
            if matches!(caller.then, Then::IsAnsweredAfter(_)) {
                sent.complete().await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let sends = sends.lock().unwrap();
    sends.clone()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn cancellation_neither_leaks_permits_nor_breaks_the_quota(callers in callers()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let quota = Quota::parse("4/5s").unwrap();
            let policy = Policy::new(quota).margins(Margins::NONE).grace(GRACE);
            let limiter = Limiter::new(policy);
            let sends = play(&limiter, callers).await;
            for (first, one_too_many) in sends.iter().zip(sends.iter().skip(LIMIT)) {
                prop_assert!(*one_too_many - *first >= WINDOW);
            }
            // When everything has run out, the whole quota is there again and not more.
            tokio::time::sleep(TIMEOUT + GRACE + WINDOW).await;
            prop_assert_eq!(limiter.snapshot().await.unwrap().in_flight, 0);
            let mut permits = Vec::new();
            for _ in 0..LIMIT {
                permits.push(limiter.try_acquire().await.unwrap());
            }
            prop_assert!(limiter.try_acquire().await.is_err());
            Ok(())
        })?;
    }
}

#[tokio::test(start_paused = true)]
async fn call_that_is_run_counts_from_its_answer_and_dropped_until_its_grace_is_over() {
    let limiter = limiter("1/60s");
    let start = Instant::now();
    let answer = limiter.run(seconds(5), async {
        tokio::time::sleep(seconds(3)).await;
        "answer"
    });
    assert_eq!(answer.await.unwrap(), "answer");
    let cut_off = limiter.run(seconds(5), std::future::pending::<()>());
    assert!(tokio::time::timeout(seconds(64), cut_off).await.is_err());
    limiter.run(seconds(5), async {}).await.unwrap();
    // Sent at 63, given up at 68, and beyond the grace of 30 s one window more.
    assert_eq!(start.elapsed(), seconds(63 + 5 + 30 + 60));
}
