//! The limiter on tokio's paused clock.

use std::sync::Arc;
use std::time::Duration;

use quell_ratelimit::{
    AcquireError, BudgetName, Budgets, Decision, Limiter, Margins, MemoryBudgets, Moment, Permit,
    Policy, Priority, PushBack, Quota, RollingLog, SentPermit, Share, StoreError,
};
use tokio::time::Instant;

const TIMEOUT: Duration = Duration::from_secs(5);
const GRACE: Duration = Duration::from_secs(30);

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A limiter whose windows have no margin, so that the expected times are round.
pub(crate) fn limiter(quota: &str) -> Limiter {
    Limiter::new(exact(quota))
}

fn exact(quota: &str) -> Policy {
    Policy::new(Quota::parse(quota).unwrap())
        .margins(Margins::NONE)
        .grace(GRACE)
        .jitter(Duration::ZERO)
}

async fn send(limiter: &Limiter) -> SentPermit {
    limiter
        .acquire()
        .await
        .unwrap()
        .sent(TIMEOUT)
        .await
        .unwrap()
}

pub(crate) async fn call(limiter: &Limiter) {
    send(limiter).await.complete().await.unwrap();
}

fn wait_of(outcome: Result<Permit, AcquireError>) -> Duration {
    match outcome {
        Err(AcquireError::TooLong { wait }) => wait,
        other => panic!("a refusal with a wait was expected, not {other:?}"),
    }
}

/// How long `future` takes on the paused clock.
async fn timed<T>(future: impl Future<Output = T>) -> (T, Duration) {
    let start = Instant::now();
    let outcome = future.await;
    (outcome, start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn permit_counts_from_the_response_not_from_the_send() {
    let limiter = limiter("1/60s");
    let sent = send(&limiter).await;
    tokio::time::advance(seconds(4)).await;
    sent.complete().await.unwrap();
    let ((), waited) = timed(call(&limiter)).await;
    assert_eq!(waited, seconds(60));
}

#[tokio::test(start_paused = true)]
async fn permit_dropped_unsent_is_free_at_once() {
    let limiter = limiter("1/60s");
    for _ in 0..3 {
        drop(limiter.try_acquire().await.unwrap());
    }
    let held = limiter.acquire().await.unwrap();
    let waiting = tokio::spawn({
        let limiter = limiter.clone();
        async move { timed(limiter.acquire()).await }
    });
    tokio::time::sleep(seconds(7)).await;
    drop(held);
    let (permit, waited) = waiting.await.unwrap();
    assert_eq!((permit.is_ok(), waited), (true, seconds(7)));
}

#[tokio::test(start_paused = true)]
async fn permit_dropped_after_the_send_counts_until_timeout_grace_and_window_are_over() {
    let limiter = limiter("1/60s");
    drop(send(&limiter).await);
    let (_permit, waited) = timed(limiter.acquire()).await;
    assert_eq!(waited, TIMEOUT + GRACE + seconds(60));
}

#[tokio::test(start_paused = true)]
async fn response_after_timeout_and_grace_counts_anew() {
    let limiter = limiter("1/60s");
    let sent = send(&limiter).await;
    tokio::time::advance(TIMEOUT + GRACE + seconds(20)).await;
    sent.complete().await.unwrap();
    let (_permit, waited) = timed(limiter.acquire()).await;
    assert_eq!(waited, seconds(60));
}

#[tokio::test(start_paused = true)]
async fn no_window_is_charged_when_another_is_full() {
    let limiter = limiter("1/10s,3/60s");
    call(&limiter).await;
    for _ in 0..20 {
        assert_eq!(wait_of(limiter.try_acquire().await), seconds(10));
    }
    let used: Vec<_> = limiter
        .snapshot()
        .await
        .unwrap()
        .windows
        .iter()
        .map(|window| window.used)
        .collect();
    assert_eq!(used, [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn wait_that_crosses_the_deadline_fails_at_once_and_says_how_long() {
    let limiter = limiter("1/60s");
    call(&limiter).await;
    tokio::time::advance(seconds(10)).await;
    let (outcome, waited) = timed(limiter.acquire_within(seconds(49))).await;
    assert_eq!((wait_of(outcome), waited), (seconds(50), Duration::ZERO));
    let (outcome, waited) = timed(limiter.acquire_within(seconds(50))).await;
    assert_eq!((outcome.is_ok(), waited), (true, seconds(50)));
}

#[tokio::test(start_paused = true)]
async fn deadline_counts_those_who_wait_before() {
    let limiter = limiter("1/60s");
    call(&limiter).await;
    for _ in 0..2 {
        let limiter = limiter.clone();
        tokio::spawn(async move { call(&limiter).await });
    }
    tokio::task::yield_now().await;
    let (outcome, waited) = timed(limiter.acquire_within(seconds(179))).await;
    assert_eq!((wait_of(outcome), waited), (seconds(180), Duration::ZERO));
    let (outcome, waited) = timed(limiter.acquire_within(seconds(180))).await;
    assert_eq!((outcome.is_ok(), waited), (true, seconds(180)));
}

#[tokio::test(start_paused = true)]
async fn deadline_holds_while_calls_in_flight_do_not_come_back() {
    let limiter = Limiter::new(exact("100/60s").max_in_flight(1));
    let _sent = send(&limiter).await;
    let (outcome, waited) = timed(limiter.acquire_within(seconds(3))).await;
    assert_eq!((wait_of(outcome), waited), (Duration::ZERO, seconds(3)));
}

#[tokio::test(start_paused = true)]
async fn pause_fails_those_whom_it_puts_out_of_reach_wherever_they_stand() {
    for patient_first in [true, false] {
        let limiter = limiter("1/60s");
        call(&limiter).await;
        let patient = || {
            let limiter = limiter.clone();
            tokio::spawn(async move { timed(limiter.acquire()).await })
        };
        let impatient = || {
            let limiter = limiter.clone();
            tokio::spawn(async move { timed(limiter.acquire_within(seconds(200))).await })
        };
        let (patient, impatient) = if patient_first {
            (patient(), impatient())
        } else {
            let impatient = impatient();
            (patient(), impatient)
        };
        tokio::time::sleep(seconds(1)).await;
        limiter.pause(seconds(600)).await.unwrap();
        let (outcome, waited) = impatient.await.unwrap();
        assert_eq!(
            (wait_of(outcome), waited),
            (seconds(600), seconds(1)),
            "{patient_first}"
        );
        let (outcome, waited) = patient.await.unwrap();
        assert_eq!((outcome.is_ok(), waited), (true, seconds(601)));
    }
}

#[tokio::test(start_paused = true)]
async fn call_that_hangs_is_given_up_though_its_permit_is_held() {
    let limiter = Limiter::new(exact("100/60s").max_in_flight(1));
    let permit = limiter.acquire().await.unwrap();
    let waiting = tokio::spawn({
        let limiter = limiter.clone();
        async move { timed(limiter.acquire()).await }
    });
    tokio::task::yield_now().await;
    let _hangs = permit.sent(TIMEOUT).await.unwrap();
    let (_permit, waited) = waiting.await.unwrap();
    assert_eq!(waited, TIMEOUT + GRACE);
}

#[tokio::test(start_paused = true)]
async fn refusal_pauses_everyone_as_long_as_asked_and_a_second() {
    for (asked, pause) in [(0, 1), (7, 8), (3600, 3601), (1_000_000_000, 65 * 60)] {
        let limiter = limiter("100/60s");
        let push_back = PushBack::new().retry_after(seconds(asked));
        send(&limiter).await.refused(push_back).await.unwrap();
        let paused_for = limiter.snapshot().await.unwrap().paused_for;
        assert_eq!(paused_for, Some(seconds(pause)));
        let (_permit, waited) = timed(limiter.acquire()).await;
        assert_eq!(waited, seconds(pause));
        assert_eq!(limiter.snapshot().await.unwrap().paused_for, None);
    }
}

#[test]
fn pause_is_at_least_a_second_and_at_most_65_minutes_whatever_is_asked() {
    let waits = [
        None,
        Some(0),
        Some(1),
        Some(3600),
        Some(1_000_000_000),
        Some(u64::MAX),
    ];
    for (index, wait) in (0..).zip(waits) {
        let mut log = RollingLog::new(Quota::parse("100/60s,1500/3600s").unwrap());
        let now = Moment::after_epoch(Duration::from_millis(17 * index));
        let Decision::Granted(id) = log.acquire(Priority::Batch, now) else {
            panic!("a permit was due");
        };
        let asked = |wait| PushBack::new().retry_after(seconds(wait));
        log.refused(id, &wait.map_or(PushBack::new(), asked), now);
        let pause = log.snapshot(now).paused_for.unwrap();
        assert!(
            (seconds(1)..=seconds(65 * 60)).contains(&pause),
            "{wait:?}: {pause:?}"
        );
    }
}

/// Clients that were refused together come back at different times, and a test at the same ones.
#[test]
fn jitter_differs_between_clients_and_not_between_runs() {
    let pause = |nanosecond| {
        let mut log = RollingLog::new(Quota::parse("100/60s").unwrap());
        let now = Moment::after_epoch(Duration::from_nanos(nanosecond));
        if let Decision::Granted(id) = log.acquire(Priority::Batch, now) {
            log.refused(id, &PushBack::new().retry_after(seconds(7)), now);
        }
        log.snapshot(now).paused_for.unwrap()
    };
    let pauses: Vec<_> = (0..1000).map(pause).collect();
    assert!(
        pauses
            .iter()
            .all(|pause| (seconds(8)..=seconds(9)).contains(pause))
    );
    let mean = pauses.iter().sum::<Duration>() / 1000;
    assert!(
        (seconds(8) + Duration::from_millis(470)..seconds(8) + Duration::from_millis(530))
            .contains(&mean),
        "{mean:?}"
    );
    assert_eq!(pauses, (0..1000).map(pause).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn refusal_without_a_time_waits_for_the_fullest_window() {
    let minute = limiter("2/60s,100/3600s");
    send(&minute).await.refused(PushBack::new()).await.unwrap();
    assert_eq!(
        minute.snapshot().await.unwrap().paused_for,
        Some(seconds(61))
    );

    let hour = limiter("100/60s,2/300s");
    call(&hour).await;
    tokio::time::advance(seconds(90)).await;
    send(&hour).await.refused(PushBack::new()).await.unwrap();
    assert_eq!(
        hour.snapshot().await.unwrap().paused_for,
        Some(seconds(211))
    );
}

#[tokio::test(start_paused = true)]
async fn spacing_and_flight_cap_are_kept() {
    let limiter = Limiter::new(exact("100/60s").spacing(seconds(2)).max_in_flight(2));
    let first = send(&limiter).await;
    let (_second, waited) = timed(send(&limiter)).await;
    assert_eq!(waited, seconds(2));
    let waiting = tokio::spawn({
        let limiter = limiter.clone();
        async move { timed(limiter.acquire()).await }
    });
    tokio::time::sleep(seconds(3)).await;
    first.complete().await.unwrap();
    let (_permit, waited) = waiting.await.unwrap();
    assert_eq!(waited, seconds(3), "the third had to wait for the first");
}

#[tokio::test(start_paused = true)]
async fn snapshot_tells_use_flight_and_the_next_slot() {
    let limiter = limiter("2/60s,9/3600s");
    call(&limiter).await;
    tokio::time::advance(seconds(20)).await;
    let _sent = send(&limiter).await;
    let snapshot = limiter.snapshot().await.unwrap();
    let use_of = |index: usize| (snapshot.windows[index].limit, snapshot.windows[index].used);
    assert_eq!((use_of(0), use_of(1)), ((2, 2), (9, 2)));
    assert_eq!((snapshot.in_flight, snapshot.next_slot), (1, seconds(40)));
    assert_eq!(
        (snapshot.paused_for, snapshot.spacing),
        (None, Duration::ZERO)
    );
}

#[tokio::test(start_paused = true)]
async fn forecast_of_a_queue_is_when_its_last_is_served() {
    let limiter = limiter("3/60s,7/3600s");
    call(&limiter).await;
    let mut waiters = Vec::new();
    for _ in 0..9 {
        let limiter = limiter.clone();
        waiters.push(tokio::spawn(async move { call(&limiter).await }));
    }
    let before = limiter.forecast().await.unwrap();
    assert_eq!(before, Duration::ZERO, "nobody has run yet");
    tokio::task::yield_now().await;
    let (outcome, waited) = timed(limiter.acquire_within(seconds(3659))).await;
    assert_eq!((wait_of(outcome), waited), (seconds(3660), Duration::ZERO));
    let (_permit, waited) = timed(limiter.acquire()).await;
    assert_eq!(waited, seconds(3660));
}

#[tokio::test(start_paused = true)]
async fn everything_is_send_and_sync() {
    fn send_and_sync<T: Send + Sync + 'static>() {}
    fn send_future<F: Future + Send>(future: F) -> F {
        future
    }
    send_and_sync::<Limiter>();
    send_and_sync::<Permit>();
    send_and_sync::<SentPermit>();
    send_and_sync::<StoreError>();
    send_and_sync::<Arc<AcquireError>>();
    let limiter = limiter("9/60s");
    let permit = send_future(limiter.acquire()).await.unwrap();
    drop(send_future(limiter.acquire_within(TIMEOUT)).await.unwrap());
    drop(send_future(limiter.try_acquire()).await.unwrap());
    let sent = send_future(permit.sent(TIMEOUT)).await.unwrap();
    send_future(sent.complete()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn budget_opened_again_keeps_its_use_and_goes_by_the_newer_policy() {
    let budgets = MemoryBudgets::new();
    let name = BudgetName::new("tenant", "application", "operation");
    let policy = exact("10/60s");
    let first = Limiter::with_store(budgets.open(&name, &policy).await.unwrap());
    call(&first).await;
    let half = policy.share(Share::percent(50));
    let second = Limiter::with_store(budgets.clone().open(&name, &half).await.unwrap());
    for limiter in [first, second] {
        let snapshot = limiter.snapshot().await.unwrap();
        let window = snapshot.windows[0];
        assert_eq!((window.share, window.used), (5, 1));
    }
}
