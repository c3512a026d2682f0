//! Who goes first, and what another user of the store changes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use quell_ratelimit::{
    AcquireError, Limiter, Margins, MemoryStore, Policy, Priority, Quota, Reserve, Share,
};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::limiter::{call, limiter, seconds};

type Served = Arc<Mutex<Vec<&'static str>>>;

/// A call that writes down its name when it is served.
fn caller(limiter: &Limiter, served: &Served, name: &'static str) -> JoinHandle<()> {
    let (limiter, served) = (limiter.clone(), Arc::clone(served));
    tokio::spawn(async move {
        call(&limiter).await;
        served.lock().unwrap().push(name);
    })
}

#[tokio::test(start_paused = true)]
async fn interactive_call_goes_before_all_batch_calls_that_wait() {
    let batch = limiter("1/60s");
    let interactive = batch.with_priority(Priority::Interactive);
    call(&batch).await;
    let served = Served::default();
    let mut waiting = Vec::new();
    for (limiter, name) in [
        (&batch, "first"),
        (&batch, "second"),
        (&interactive, "person"),
    ] {
        waiting.push(caller(limiter, &served, name));
        tokio::time::sleep(seconds(1)).await;
    }
    for call in waiting {
        call.await.unwrap();
    }
    assert_eq!(*served.lock().unwrap(), ["person", "first", "second"]);
}

#[tokio::test(start_paused = true)]
async fn stream_of_interactive_calls_lets_every_tenth_permit_to_batch() {
    let batch = limiter("1/60s");
    let interactive = batch.with_priority(Priority::Interactive);
    call(&batch).await;
    let served = Served::default();
    let mut waiting = Vec::new();
    for _ in 0..3 {
        waiting.push(caller(&batch, &served, "batch"));
    }
    for _ in 0..40 {
        waiting.push(caller(&interactive, &served, "person"));
    }
    for call in waiting {
        call.await.unwrap();
    }
    let served = served.lock().unwrap();
    let turns: Vec<_> = (0..)
        .zip(&*served)
        .filter(|(_, name)| **name == "batch")
        .collect();
    let turns: Vec<usize> = turns.into_iter().map(|(turn, _)| turn).collect();
    assert_eq!(turns, [9, 19, 29]);
}

#[tokio::test(start_paused = true)]
async fn interactive_call_that_leaves_lets_batch_go_on() {
    let batch = limiter("1/60s");
    call(&batch).await;
    let start = Instant::now();
    let person = tokio::spawn({
        let limiter = batch.clone();
        async move { limiter.acquire_as(Priority::Interactive).await }
    });
    tokio::task::yield_now().await;
    let waits = tokio::spawn({
        let limiter = batch.clone();
        async move { call(&limiter).await }
    });
    tokio::time::sleep(seconds(30)).await;
    person.abort();
    waits.await.unwrap();
    assert_eq!(start.elapsed(), seconds(60));
}

#[tokio::test(start_paused = true)]
async fn deadline_of_a_batch_call_counts_the_interactive_ones_before_it() {
    let batch = limiter("1/60s");
    call(&batch).await;
    for _ in 0..2 {
        let person = batch.with_priority(Priority::Interactive);
        tokio::spawn(async move { call(&person).await });
    }
    tokio::task::yield_now().await;
    let wait_of = |outcome| match outcome {
        Err(AcquireError::TooLong { wait }) => wait,
        other => panic!("a refusal was expected, not {other:?}"),
    };
    assert_eq!(
        wait_of(batch.acquire_within(seconds(179)).await),
        seconds(180)
    );
    let third_person = batch.with_priority(Priority::Interactive);
    assert_eq!(wait_of(third_person.try_acquire().await), seconds(180));
    assert_eq!(batch.time_to_start(0).await.unwrap(), Duration::ZERO);
    assert_eq!(batch.time_to_start(2).await.unwrap(), seconds(240));
}

#[tokio::test(start_paused = true)]
async fn standing_reserve_is_for_interactive_calls_only() {
    let policy = Policy::new(Quota::parse("10/60s").unwrap()).margins(Margins::NONE);
    let policy = policy.reserve(seconds(60), Reserve::always(2)).unwrap();
    let batch = Limiter::new(policy);
    let interactive = batch.with_priority(Priority::Interactive);
    let mut permits = Vec::new();
    while let Ok(permit) = batch.try_acquire().await {
        permits.push(permit);
    }
    assert_eq!(permits.len(), 8);
    while let Ok(permit) = interactive.try_acquire().await {
        permits.push(permit);
    }
    assert_eq!(permits.len(), 10);
}

/// Ten in a minute, nine of them reserved: at its turn a batch call may use what is reserved.
#[tokio::test(start_paused = true)]
async fn batch_call_is_served_at_its_turn_in_spite_of_the_reserve() {
    let policy = Policy::new(Quota::parse("10/60s").unwrap()).margins(Margins::NONE);
    let policy = policy.reserve(seconds(60), Reserve::always(9)).unwrap();
    let batch = Limiter::new(policy);
    let start = Instant::now();
    call(&batch).await;
    let waiting = tokio::spawn({
        let batch = batch.clone();
        async move { call(&batch).await }
    });
    tokio::time::sleep(seconds(30)).await;
    let persons: Vec<_> = (0..11)
        .map(|_| {
            let person = batch.with_priority(Priority::Interactive);
            tokio::spawn(async move { call(&person).await })
        })
        .collect();
    waiting.await.unwrap();
    assert_eq!(start.elapsed(), seconds(60));
    for person in persons {
        person.await.unwrap();
    }
    assert_eq!(start.elapsed(), seconds(90));
}

/// Two limiters over one store, as two parts of a program that open the same budget have them.
fn two_users(policy: impl Into<Policy>) -> [Limiter; 2] {
    let store = Arc::new(MemoryStore::new(policy));
    [(); 2].map(|()| Limiter::with_store(Arc::<MemoryStore>::clone(&store)))
}

#[tokio::test(start_paused = true)]
async fn permit_that_another_user_brings_back_is_taken_at_once() {
    let policy = Policy::new(Quota::parse("100/60s").unwrap()).max_in_flight(1);
    let [one, other] = two_users(policy);
    let sent = one
        .acquire()
        .await
        .unwrap()
        .sent(seconds(600))
        .await
        .unwrap();
    let start = Instant::now();
    let waiting = tokio::spawn(async move { other.acquire().await.map(drop) });
    tokio::time::sleep(seconds(7)).await;
    sent.complete().await.unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), seconds(7));
}

#[tokio::test(start_paused = true)]
async fn pause_of_another_user_fails_those_whom_it_puts_out_of_reach() {
    let [one, other] = two_users(Quota::parse("1/60s").unwrap());
    call(&one).await;
    let start = Instant::now();
    let waiting = tokio::spawn(async move { other.acquire_within(seconds(100)).await.map(drop) });
    tokio::time::sleep(seconds(7)).await;
    one.pause(seconds(600)).await.unwrap();
    assert!(waiting.await.unwrap().is_err());
    assert_eq!(start.elapsed(), seconds(7));
}

/// It has neither lease nor expiry, so that nothing else would ever wake the other.
#[tokio::test(start_paused = true)]
async fn permit_that_another_user_drops_unsent_is_taken_at_once() {
    let [one, other] = two_users(Quota::parse("1/60s").unwrap());
    let unsent = one.acquire().await.unwrap();
    let start = Instant::now();
    let waiting = tokio::spawn(async move { other.acquire().await.map(drop) });
    tokio::time::sleep(seconds(7)).await;
    drop(unsent);
    let served = tokio::time::timeout(seconds(600), waiting).await;
    served.expect("it was never woken").unwrap().unwrap();
    assert_eq!(start.elapsed(), seconds(7));
}

#[tokio::test(start_paused = true)]
async fn policy_that_allows_more_is_followed_by_those_who_wait_already() {
    let quota = || Policy::new(Quota::parse("100/1h").unwrap());
    let store = Arc::new(MemoryStore::new(quota().share(Share::percent(1))));
    let limiter = Limiter::with_store(Arc::<MemoryStore>::clone(&store));
    call(&limiter).await;
    let start = Instant::now();
    let waiting = tokio::spawn(async move { limiter.acquire().await.map(drop) });
    tokio::time::sleep(seconds(7)).await;
    store.set_policy(quota());
    waiting.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), seconds(7));
}
