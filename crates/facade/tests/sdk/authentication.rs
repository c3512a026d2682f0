//! Tokens: got once, renewed in time, renewed once when refused.

use std::error::Error as _;
use std::time::Duration;

use quell::{ErrorKind, Outcome, StaticToken, TokenError};

use crate::tenant::{ACTION, MACHINE, SECRET, SHA1, TOKEN, Tenant, action, answer, refusal};

fn bearer(number: u32) -> Option<String> {
    Some(format!("Bearer {TOKEN}-{number}"))
}

#[tokio::test(start_paused = true)]
async fn a_token_serves_all_calls_of_all_clones() {
    let tenant = Tenant::new().then_always(answer(200, action("Pending")));
    let client = tenant.client();
    let calls = (0..10).map(|_| {
        let action = client.clone().action(ACTION);
        tokio::spawn(async move { action.get().await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(tenant.tokens(), 1);
    assert!(
        tenant
            .calls()
            .iter()
            .all(|call| call.authorization == bearer(1))
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_expires() {
    let tenant = Tenant::new().then_always(answer(200, action("Pending")));
    let client = tenant.client();
    client.action(ACTION).get().await.unwrap();
    tokio::time::advance(Duration::from_secs(3599 - 299)).await;
    // The call that notices does not wait for the new token.
    client.action(ACTION).get().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    client.action(ACTION).get().await.unwrap();
    let calls = tenant.calls();
    assert_eq!(calls[1].authorization, bearer(1));
    assert_eq!(calls[2].authorization, bearer(2));
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_even_for_a_post() {
    let tenant = Tenant::new().plays([
        refusal(401, "Unauthorized", "expired"),
        answer(201, action("Pending")),
    ]);
    let machine = tenant.client().machine(MACHINE);
    machine
        .stop_and_quarantine_file(SHA1, "alert 7")
        .await
        .unwrap();
    let tokens: Vec<_> = tenant
        .calls()
        .into_iter()
        .map(|call| call.authorization)
        .collect();
    assert_eq!(tokens, [bearer(1), bearer(2)]);
    assert_eq!(tenant.seconds(), [0.0, 0.0]);
}

#[tokio::test(start_paused = true)]
async fn a_second_401_is_final() {
    let tenant = Tenant::new().then_always(refusal(401, "Unauthorized", "not you"));
    let error = tenant.client().action(ACTION).get().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Authentication, Outcome::NotPerformed)
    );
    assert_eq!((error.attempts(), tenant.tokens()), (2, 2));
    assert_eq!(error.service_message(), Some("not you"));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_is_said_without_it_and_tried_once() {
    let body = format!(
        r#"{{"error":"invalid_client","error_description":"AADSTS7000215: {SECRET} is wrong\r\nTrace"}}"#
    );
    let tenant = Tenant::new().issues([answer(401, body)]);
    let error = tenant.client().action(ACTION).get().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Authentication, 0)
    );
    assert_eq!(
        error.source().unwrap().to_string(),
        "the token endpoint refused (401 invalid_client): AADSTS7000215: [secret] is wrong Trace; \
         give the value of the application's secret, not the id that stands beside it"
    );
    assert_eq!(
        error.to_string(),
        "GetMachineAction: there is no valid token"
    );
    assert_eq!((tenant.tokens(), tenant.calls().len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_token_endpoint_that_is_down_is_asked_again() {
    let busy = || answer(503, "").with("retry-after", "10");
    let tenant = Tenant::new()
        .issues([busy(), busy()])
        .plays([answer(200, action("Pending"))]);
    tenant.client().action(ACTION).get().await.unwrap();
    assert_eq!(tenant.seconds(), [20.0]);
    assert_eq!(tenant.tokens(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_token_endpoint_that_stays_down_is_given_up() {
    let tenant = Tenant::new().issues(vec![answer(500, ""); 9]);
    let error = tenant
        .client()
        .machine(MACHINE)
        .stop_and_quarantine_file(SHA1, "x")
        .await;
    let error = error.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Unavailable, Outcome::NotPerformed)
    );
    assert_eq!((error.attempts(), tenant.tokens()), (0, 4));
    let cause = error.source().unwrap().to_string();
    assert_eq!(
        cause,
        "the token endpoint does not work at the moment (500)"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_that_expires_while_waiting_for_a_permit_is_not_sent() {
    let short = r#"{"token_type":"Bearer","expires_in":30,"access_token":"short"}"#;
    let tenant = Tenant::new()
        .issues([answer(200, short)])
        .then_always(answer(201, action("Pending")));
    let client = tenant.client();
    for _ in 0..101 {
        client
            .machine(MACHINE)
            .stop_and_quarantine_file(SHA1, "alert 7")
            .await
            .unwrap();
    }
    let calls = tenant.calls();
    assert_eq!(calls[99].authorization.as_deref(), Some("Bearer short"));
    assert_eq!(calls[100].authorization, bearer(2));
}

#[tokio::test(start_paused = true)]
async fn a_static_token_is_sent_as_it_is_and_refused_for_good() {
    let tenant = Tenant::new().then_always(refusal(401, "Unauthorized", "expired"));
    let service = quell::Service::custom("https://edr.example", "https://login.example")
        .token_source(StaticToken::new("given").unwrap());
    let client = quell::Client::builder()
        .service(service)
        .transport(tenant.clone())
        .build()
        .unwrap();
    let error = client.machine(MACHINE).get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(
        tenant.calls()[0].authorization.as_deref(),
        Some("Bearer given")
    );
    assert_eq!((tenant.calls().len(), tenant.tokens()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_token_source_of_ones_own_tells_its_cause() {
    #[derive(Debug)]
    struct Sealed;
    #[async_trait::async_trait]
    impl quell::TokenSource for Sealed {
        async fn token(
            &self,
            request: &quell::TokenRequest<'_>,
        ) -> Result<quell::AccessToken, TokenError> {
            assert_eq!(
                request.audience(),
                "https://api.securitycenter.microsoft.com"
            );
            Err(TokenError::permanent("the vault is sealed"))
        }
    }
    let client = quell::Client::builder()
        .credential(Sealed)
        .transport(quell::transport::testing::NeverTransport)
        .build()
        .unwrap();
    let error = client.machine(MACHINE).get().await.unwrap_err();
    let cause = error.source().unwrap().source().unwrap();
    assert_eq!(cause.to_string(), "the vault is sealed");
}
