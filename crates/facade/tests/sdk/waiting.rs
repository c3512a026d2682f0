//! Waiting for the end of an action.

use std::time::Duration;

use quell::transport::TransportErrorKind;
use quell::{ActionStatus, ErrorKind, Outcome};

use crate::tenant::{ACTION, Line, Tenant, action, answer, refusal};

const SECOND: Duration = Duration::from_secs(1);

fn seen(status: &str) -> Line {
    answer(200, action(status))
}

fn not_found() -> Line {
    refusal(404, "ResourceNotFound", "not yet")
}

#[tokio::test(start_paused = true)]
async fn every_end_is_a_result() {
    for end in ["Succeeded", "Failed", "Cancelled", "TimeOut"] {
        let tenant = Tenant::new().plays([
            seen("Pending"),
            seen("InProgress"),
            seen("Novel"),
            seen(end),
        ]);
        let action = tenant.client().action(ACTION).wait().await.unwrap();
        assert_eq!(action.status, ActionStatus::from(end));
        assert_eq!(tenant.seconds(), [0.0, 0.5, 1.0, 1.5], "{end}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_action_that_has_ended_is_seen_at_once() {
    let tenant = Tenant::new().plays([seen("Succeeded")]);
    let begun = tokio::time::Instant::now();
    tenant.client().action(ACTION).wait().await.unwrap();
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn intervals_grow_with_the_wait() {
    let tenant = Tenant::new()
        .plays(vec![seen("Pending"); 60])
        .then_always(seen("Succeeded"));
    tenant.client().action(ACTION).wait().await.unwrap();
    let at = tenant.seconds();
    for pair in at.windows(2) {
        let expected = (pair[0] / 8.0).clamp(0.5, 60.0);
        assert!((pair[1] - pair[0] - expected).abs() < 0.01, "{pair:?}");
    }
    assert!(at[60] > 1000.0, "{}", at[60]);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_action_may_be_invisible_for_some_seconds() {
    let tenant = Tenant::new().plays([not_found(), not_found(), seen("Succeeded")]);
    tenant.client().action(ACTION).wait().await.unwrap();

    let tenant = Tenant::new().then_always(not_found());
    let error = tenant.client().action(ACTION).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let last = *tenant.seconds().last().unwrap();
    assert!((5.0..6.0).contains(&last), "{last}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_its_deadline_and_tells_the_state() {
    let tenant = Tenant::new().then_always(seen("Pending"));
    let begun = tokio::time::Instant::now();
    let wait = tenant.client().action(ACTION).wait().within(20 * SECOND);
    let error = wait.await.unwrap_err();
    assert!(
        (19..=20).contains(&begun.elapsed().as_secs()),
        "{:?}",
        begun.elapsed()
    );
    assert!(
        (19.0..20.0).contains(tenant.seconds().last().unwrap()),
        "a last look at the end"
    );
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Timeout, Outcome::NotPerformed)
    );
    assert_eq!(
        error.to_string(),
        "GetMachineAction: the deadline has passed; the action goes on and is Pending"
    );
}

#[tokio::test(start_paused = true)]
async fn a_look_that_gets_no_answer_does_not_outlast_the_wait() {
    let tenant = Tenant::new().then_always(Line::Silence);
    let begun = tokio::time::Instant::now();
    let wait = tenant.client().action(ACTION).wait().within(20 * SECOND);
    assert_eq!(wait.await.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(begun.elapsed().as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn the_state_is_told_though_the_last_look_failed() {
    let tenant = Tenant::new()
        .plays([seen("InProgress")])
        .then_always(Line::Silence);
    let wait = tenant.client().action(ACTION).wait().within(20 * SECOND);
    let error = wait.await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GetMachineAction: the deadline has passed; the action was InProgress when it was seen last, \
         and the service has not answered since"
    );
    let why = std::error::Error::source(&error).expect("the last look came to something");
    assert!(why.to_string().starts_with("GetMachineAction:"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_comes_back_is_waited_for() {
    let down = vec![Line::Fail(TransportErrorKind::Connect); 12];
    let tenant = Tenant::new()
        .plays([seen("Pending")])
        .plays(down)
        .then_always(seen("Succeeded"));
    tenant.client().action(ACTION).wait().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_service_that_stays_away_is_given_up() {
    let tenant = Tenant::new().then_always(Line::Fail(TransportErrorKind::Connect));
    let begun = tokio::time::Instant::now();
    let error = tenant.client().action(ACTION).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(
        (300..420).contains(&begun.elapsed().as_secs()),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn what_will_not_pass_ends_the_wait() {
    let tenant = Tenant::new().then_always(refusal(403, "Forbidden", "no"));
    let error = tenant.client().action(ACTION).wait().await.unwrap_err();
    assert_eq!(
        (error.kind(), tenant.calls().len()),
        (ErrorKind::Forbidden, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn intervals_are_the_callers_to_choose() {
    let tenant = Tenant::new()
        .plays(vec![seen("Pending"); 3])
        .then_always(seen("Succeeded"));
    let wait = tenant
        .client()
        .action(ACTION)
        .wait()
        .intervals(4 * SECOND, 4 * SECOND);
    wait.await.unwrap();
    assert_eq!(tenant.seconds(), [0.0, 4.0, 8.0, 12.0]);
}

#[tokio::test(start_paused = true)]
async fn an_interval_of_nothing_is_no_busy_loop() {
    let tenant = Tenant::new().then_always(seen("Pending"));
    let wait = tenant
        .client()
        .action(ACTION)
        .wait()
        .intervals(Duration::ZERO, Duration::ZERO)
        .within(SECOND);
    assert_eq!(wait.await.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(
        (19..=21).contains(&tenant.calls().len()),
        "{}",
        tenant.calls().len()
    );
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_after_a_long_interval_is_no_outage() {
    let tenant = Tenant::new()
        .plays([seen("Pending")])
        .plays(vec![Line::Fail(TransportErrorKind::Connect); 4])
        .plays(vec![
            refusal(429, "429", "slow").with("retry-after", "900");
            2
        ])
        .then_always(seen("Succeeded"));
    let wait = tenant.client().action(ACTION).wait();
    wait.intervals(600 * SECOND, 600 * SECOND).await.unwrap();
}
