//! What is repeated, what is not, and what the error says of it.

use std::error::Error as _;
use std::time::Duration;

use quell::transport::{TransportError, TransportErrorKind};
use quell::{Error, ErrorCode, ErrorKind, Outcome, Placed, RetryPolicy};

use crate::tenant::{ACTION, Line, MACHINE, SHA1, Tenant, action, answer, refusal};

async fn quarantine(tenant: &Tenant) -> Result<Placed, Error> {
    tenant
        .client()
        .machine(MACHINE)
        .stop_and_quarantine_file(SHA1, "alert 7")
        .await
}

#[tokio::test(start_paused = true)]
async fn a_quarantine_is_one_post_with_the_documented_body() {
    let tenant = Tenant::new().plays([answer(201, action("Pending"))]);
    let action = quarantine(&tenant).await.unwrap();
    assert_eq!(action.id.as_str(), ACTION);

    let [call] = <[_; 1]>::try_from(tenant.calls()).unwrap();
    assert_eq!(call.method, http::Method::POST);
    let path = format!("/api/machines/{MACHINE}/StopAndQuarantineFile");
    assert_eq!(call.uri, format!("https://edr.example{path}"));
    assert_eq!(call.headers["content-type"], "application/json");
    assert_eq!(
        call.body,
        format!(r#"{{"Comment":"alert 7","Sha1":"{SHA1}"}}"#)
    );
}

#[tokio::test(start_paused = true)]
async fn a_post_that_may_have_arrived_is_not_repeated() {
    use TransportErrorKind::{BodyTooLarge, Decode, Interrupted, Other, Timeout};
    for kind in [Timeout, Interrupted, Other, BodyTooLarge, Decode] {
        let tenant = Tenant::new().plays([Line::Fail(kind)]);
        let error = quarantine(&tenant).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{kind:?}");
        assert_eq!((error.attempts(), tenant.calls().len()), (1, 1), "{kind:?}");
        assert!(
            error
                .to_string()
                .ends_with("whether it was performed is unknown"),
            "{error}"
        );
        let cause = error
            .source()
            .unwrap()
            .downcast_ref::<TransportError>()
            .unwrap();
        assert_eq!(cause.kind(), kind);
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_answered_by_a_broken_service_is_not_repeated() {
    for status in [408, 500, 502, 503, 504] {
        let line = refusal(status, "InternalServerError", "").with("retry-after", "3");
        let tenant = Tenant::new().plays([line]);
        let error = quarantine(&tenant).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{status}");
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{status}");
        assert_eq!(
            error.retry_after(),
            Some(Duration::from_secs(3)),
            "{status}"
        );
        assert_eq!(tenant.calls().len(), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_may_have_arrived_is_not_repeated() {
    let tenant = Tenant::new().plays([Line::Fail(TransportErrorKind::Interrupted)]);
    let error = tenant
        .client()
        .action(ACTION)
        .cancel("wrong machine")
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(error.operation(), Some("CancelMachineAction"));
    assert_eq!(tenant.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_post_that_provably_did_not_leave_is_repeated() {
    use TransportErrorKind::{Connect, ConnectionClosed, Resolve};
    let lines = [Connect, ConnectionClosed, Resolve].map(Line::Fail);
    let tenant = Tenant::new()
        .plays(lines)
        .plays([answer(201, action("Pending"))]);
    quarantine(&tenant).await.unwrap();

    let at = tenant.seconds();
    let waits: Vec<f64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (wait, full) in waits.iter().zip([1.0, 2.0, 4.0]) {
        assert!((full / 2.0..=full).contains(wait), "{waits:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_that_never_leaves_was_not_performed() {
    let tenant = Tenant::new().then_always(Line::Fail(TransportErrorKind::Connect));
    let error = quarantine(&tenant).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotPerformed);
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 4));
    assert_eq!(tenant.calls().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_is_not_trusted_is_not_tried_again() {
    let tenant = Tenant::new().then_always(Line::Fail(TransportErrorKind::Tls));
    assert_eq!(
        quarantine(&tenant).await.unwrap_err().outcome(),
        Outcome::NotPerformed
    );
    assert_eq!(tenant.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_get_is_repeated_when_the_service_says() {
    let tenant = Tenant::new().plays([
        refusal(503, "", "").with("retry-after", "30"),
        answer(200, action("Pending")),
    ]);
    tenant.client().action(ACTION).get().await.unwrap();
    assert_eq!(tenant.seconds(), [0.0, 30.0]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_past_the_deadline_fails_at_once_and_says_so() {
    let tenant = Tenant::new().plays([refusal(503, "", "").with("retry-after", "121")]);
    let begun = tokio::time::Instant::now();
    let error = tenant.client().action(ACTION).get().await.unwrap_err();
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(121)));
    assert_eq!(
        error.to_string(),
        "GetMachineAction: the service answered 503; \
         the next attempt would come after the deadline; possible again in 121 s"
    );
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_a_request_on_its_way() {
    let tenant = Tenant::new().then_always(Line::Silence);
    let client = tenant.client().with_deadline(Duration::from_secs(7));
    let begun = tokio::time::Instant::now();

    let error = client
        .machine(MACHINE)
        .stop_and_quarantine_file(SHA1, "alert 7")
        .await
        .unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 7);
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Timeout, Outcome::Unknown)
    );
    assert_eq!(error.attempts(), 1);

    let error = client.machine(MACHINE).get().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Timeout, Outcome::NotPerformed)
    );
}

#[tokio::test(start_paused = true)]
async fn refusals_are_told_in_the_services_words() {
    let cases = [
        (400, "InvalidRequestBody", ErrorKind::InvalidInput),
        (403, "Forbidden", ErrorKind::Forbidden),
        (404, "ResourceNotFound", ErrorKind::NotFound),
    ];
    for (status, code, kind) in cases {
        let tenant = Tenant::new().plays([refusal(status, code, "because")]);
        let error = quarantine(&tenant).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.outcome()),
            (kind, Outcome::NotPerformed),
            "{code}"
        );
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.service_code(), Some(&ErrorCode::from(code)));
        assert_eq!(error.service_message(), Some("because"));
        assert_eq!(error.service_target(), Some("t-1"));
        assert_eq!(tenant.calls().len(), 1, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_success_was_performed() {
    let tenant = Tenant::new().plays([answer(201, "<html>created</html>")]);
    let error = quarantine(&tenant).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Decode, Outcome::Performed)
    );
    assert!(error.to_string().ends_with("it was performed"), "{error}");
    assert!(error.source().is_some());
}

#[tokio::test(start_paused = true)]
async fn invalid_arguments_reach_nobody() {
    let tenant = Tenant::new();
    let machine = tenant.client().machine(MACHINE);
    let md5 = machine
        .stop_and_quarantine_file("d41d8cd98f00b204e9800998ecf8427e", "x")
        .await;
    let silent = machine.stop_and_quarantine_file(SHA1, " ").await;
    let nowhere = tenant
        .client()
        .machine("..")
        .stop_and_quarantine_file(SHA1, "x")
        .await;
    for error in [md5, silent, nowhere].map(Result::unwrap_err) {
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::InvalidInput, 0)
        );
        assert_eq!(error.operation(), Some("StopAndQuarantineFile"));
        assert!(error.source().is_some());
    }
    assert_eq!((tenant.calls().len(), tenant.tokens()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn without_retries_one_failure_is_enough() {
    let tenant = Tenant::new().then_always(answer(502, "bad gateway"));
    let client = tenant
        .builder()
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = client.machine(MACHINE).get().await.unwrap_err();
    assert_eq!((error.attempts(), tenant.calls().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn clones_share_the_budget_for_retries() {
    let tenant = Tenant::new().then_always(answer(502, "bad gateway"));
    let client = tenant.client();
    for _ in 0..20 {
        client.clone().machine(MACHINE).get().await.unwrap_err();
    }
    // Twenty first attempts, and the ten repetitions that a full budget pays.
    assert_eq!(tenant.calls().len(), 30);
}
