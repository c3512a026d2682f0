//! The limits: kept before the service has to say so, and heeded when it does.

use std::time::Duration;

use quell::ratelimit::{Quota, Window};
use quell::{ErrorKind, Limits, Outcome};

use crate::tenant::{ACTION, MACHINE, SHA1, Tenant, action, answer, refusal};

const MINUTE: f64 = 60.0;

#[tokio::test(start_paused = true)]
async fn the_101st_call_of_a_minute_waits_for_the_first_to_be_a_minute_old() {
    let tenant = Tenant::new()
        .taking(Duration::from_millis(10))
        .then_always(answer(201, action("Pending")));
    let client = tenant.client();
    for _ in 0..101 {
        client
            .machine(MACHINE)
            .stop_and_quarantine_file(SHA1, "alert 7")
            .await
            .unwrap();
    }
    let at = tenant.seconds();
    assert!(at[99] < 1.0, "the first hundred do not wait: {}", at[99]);
    assert!(
        (MINUTE..MINUTE + 1.0).contains(&(at[100] - at[0])),
        "{}",
        at[100]
    );
}

#[tokio::test(start_paused = true)]
async fn no_window_ever_holds_more_than_its_limit() {
    let tenant = Tenant::new()
        .taking(Duration::from_millis(130))
        .then_always(answer(200, action("Pending")));
    let client = tenant.client().with_deadline(None);
    let tasks: Vec<_> = (0..1700)
        .map(|_| {
            let action = client.clone().action(ACTION);
            tokio::spawn(async move { action.get().await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let at = tenant.seconds();
    assert_eq!(at.len(), 1700);
    for (limit, window) in [(100, MINUTE), (1500, 60.0 * MINUTE)] {
        let tightest = at.windows(limit + 1).map(|span| span[limit] - span[0]);
        assert!(
            tightest.fold(f64::MAX, f64::min) >= window,
            "{limit} in {window} s"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn clones_share_a_budget_and_operations_do_not() {
    let quota = Quota::from(Window::new(2, Duration::from_secs(10)).unwrap());
    let tenant = Tenant::new().then_always(answer(200, action("Pending")));
    let client = tenant
        .builder()
        .limits(Limits::each(quota))
        .build()
        .unwrap();
    client.clone().action(ACTION).get().await.unwrap();
    client.clone().action(ACTION).get().await.unwrap();
    client
        .clone()
        .action(ACTION)
        .cancel("other operation")
        .await
        .unwrap();
    client.clone().action(ACTION).get().await.unwrap();
    let at = tenant.seconds();
    assert_eq!(at[..3], [0.0; 3]);
    assert!((10.0..11.0).contains(&at[3]), "{at:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_the_limits_past_the_deadline_fails_at_once() {
    let tenant = Tenant::new().then_always(answer(201, action("Pending")));
    let client = tenant.client().with_deadline(Duration::from_secs(30));
    let quarantine = || client.machine(MACHINE);
    for _ in 0..100 {
        quarantine()
            .stop_and_quarantine_file(SHA1, "alert 7")
            .await
            .unwrap();
    }
    let begun = tokio::time::Instant::now();
    let error = quarantine()
        .stop_and_quarantine_file(SHA1, "alert 7")
        .await
        .unwrap_err();
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::RateLimited, Outcome::NotPerformed)
    );
    let wait = error.retry_after().unwrap();
    assert!((60..=61).contains(&wait.as_secs()), "{wait:?}");
    assert_eq!(error.attempts(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_429_is_waited_out_even_by_a_post() {
    let tenant = Tenant::new().plays([
        refusal(429, "TooManyRequests", "slow down").with("retry-after", "20"),
        answer(201, action("Pending")),
    ]);
    tenant
        .client()
        .machine(MACHINE)
        .stop_and_quarantine_file(SHA1, "alert 7")
        .await
        .unwrap();
    let at = tenant.seconds();
    assert!((20.0..23.0).contains(&(at[1] - at[0])), "{at:?}");
}

#[tokio::test(start_paused = true)]
async fn a_429_that_asks_for_more_than_the_deadline_is_told() {
    let tenant = Tenant::new()
        .plays([refusal(429, "TooManyRequests", "slow down").with("retry-after", "1800")]);
    let error = tenant.client().action(ACTION).get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!((error.status(), error.attempts()), (Some(429), 1));
    let wait = error.retry_after().unwrap().as_secs();
    assert!((1800..1805).contains(&wait), "{wait}");
    assert!(error.to_string().contains("slow down"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn one_callers_429_pauses_the_others() {
    let tenant = Tenant::new()
        .plays([refusal(429, "429", "quota").with("retry-after", "15")])
        .then_always(answer(200, action("Pending")));
    let client = tenant.client();
    let first = client.action(ACTION);
    let second = client.action(ACTION);
    let refused = tokio::spawn(async move { first.get().await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    second.get().await.unwrap();
    refused.await.unwrap().unwrap();
    assert!(
        tenant.seconds()[1..].iter().all(|at| *at >= 15.0),
        "{:?}",
        tenant.seconds()
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_may_still_arrive_counts_until_that_is_past() {
    let quota = Quota::from(Window::new(1, Duration::from_secs(10)).unwrap());
    let tenant = Tenant::new()
        .plays([crate::tenant::Line::Silence])
        .then_always(answer(200, action("Pending")));
    let client = tenant
        .builder()
        .limits(Limits::each(quota))
        .build()
        .unwrap();
    client
        .with_deadline(Duration::from_secs(5))
        .action(ACTION)
        .get()
        .await
        .unwrap_err();
    client.action(ACTION).get().await.unwrap();
    // Given up at 5 s, written off 30 s later, and one window after that.
    let at = tenant.seconds()[1];
    assert!((45.0..46.5).contains(&at), "{at}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_says_nothing_is_left_slows_down_and_one_that_says_much_does_not() {
    let tenant = Tenant::new().plays([
        answer(200, action("Pending")).with("ratelimit", r#""default";r=5000;t=30"#),
        answer(200, action("Pending")).with("ratelimit", r#""default";r=0;t=30"#),
        answer(200, action("Pending")),
    ]);
    let client = tenant.client();
    for _ in 0..3 {
        client.action(ACTION).get().await.unwrap();
    }
    let at = tenant.seconds();
    assert_eq!(at[..2], [0.0, 0.0]);
    assert!((30.0..31.0).contains(&at[2]), "{at:?}");
}

#[tokio::test(start_paused = true)]
async fn no_wait_that_a_service_asks_for_is_longer_than_65_minutes() {
    let tenant = Tenant::new().plays([
        answer(503, "").with("retry-after", "1000000000"),
        answer(200, action("Pending")),
        refusal(429, "429", "").with("retry-after", "1000000000"),
        answer(200, action("Pending")),
    ]);
    let client = tenant.client().with_deadline(None);
    client.action(ACTION).get().await.unwrap();
    client.action(ACTION).get().await.unwrap();
    let at = tenant.seconds();
    for pair in [[at[0], at[1]], [at[2], at[3]]] {
        assert!((3_899.0..3_905.0).contains(&(pair[1] - pair[0])), "{at:?}");
    }
}
