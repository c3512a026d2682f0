//! The caller's own name for a call.

use quell::{CorrelationId, Outcome};

use crate::tenant::{ACTION, Line, MACHINE, SHA1, Tenant, action, answer, refusal};
use quell::transport::TransportErrorKind::Interrupted;

#[tokio::test(start_paused = true)]
async fn it_is_sent_with_every_attempt_and_shown_in_errors() {
    let tenant = Tenant::new().plays([
        refusal(503, "", ""),
        answer(200, action("Pending")),
        Line::Fail(Interrupted),
        refusal(404, "ResourceNotFound", "no"),
    ]);
    let ticket = CorrelationId::new("ticket-4711").unwrap();
    let client = tenant.client().with_correlation_id(ticket.clone());
    client.action(ACTION).get().await.unwrap();
    let error = client
        .machine(MACHINE)
        .stop_and_quarantine_file(SHA1, "x")
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(error.correlation_id(), Some(&ticket));
    assert!(
        error.to_string().ends_with("; correlation id ticket-4711"),
        "{error}"
    );
    for call in tenant.calls() {
        assert_eq!(call.headers["client-request-id"], "ticket-4711");
    }

    let error = client
        .with_correlation_id(None)
        .action(ACTION)
        .get()
        .await
        .unwrap_err();
    assert_eq!(error.correlation_id(), None);
    assert!(!tenant.calls()[3].headers.contains_key("client-request-id"));
}

#[tokio::test(start_paused = true)]
async fn one_request_may_have_a_name_of_its_own() {
    let tenant = Tenant::new().plays([answer(201, action("Pending"))]);
    let request = tenant
        .client()
        .machine(MACHINE)
        .stop_and_quarantine_file(SHA1, "x");
    request
        .correlation_id(CorrelationId::random())
        .await
        .unwrap();
    assert_eq!(tenant.calls()[0].headers["client-request-id"].len(), 36);
}
