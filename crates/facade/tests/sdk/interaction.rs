//! What exactly passes between the client, its transport and its hooks.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response};
use quell::transport::testing::MockTransport;
use quell::{Client, Ended, Hooks, Sending, Service, StaticToken, WaitReason, Waiting};

use crate::tenant::{ACTION, Tenant, action, answer};

#[tokio::test(start_paused = true)]
async fn a_read_is_one_get_without_a_body() {
    let mut transport = MockTransport::new();
    transport
        .expect_send()
        .once()
        .withf(|request| {
            request.method() == http::Method::GET
                && request.uri() == "https://gateway.example/mde/api/machines/host.example.org"
                && request.headers()["authorization"] == "Bearer given"
                && request.headers()["authorization"].is_sensitive()
                && request.headers()["accept"] == "application/json"
                && !request.headers().contains_key("content-type")
                && request.body().is_empty()
        })
        .returning(|_| Ok(Response::new(Bytes::from_static(br#"{"id":"m1"}"#))));

    let service = Service::custom("https://gateway.example/mde/", "https://login.example")
        .token_source(StaticToken::new("given").unwrap());
    let client = Client::builder()
        .service(service)
        .transport(transport)
        .build()
        .unwrap();
    let machine = client.machine("host.example.org").get().await.unwrap();
    assert_eq!(machine.id.as_str(), "m1");
}

#[derive(Clone, Debug, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn note(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

impl Hooks for Diary {
    fn before_send(&self, sending: &Sending<'_>, headers: &mut HeaderMap) {
        assert!(!headers.contains_key("authorization"), "hooks see no token");
        headers.insert("client-request-id", HeaderValue::from_static("ticket-4711"));
        headers.insert("authorization", HeaderValue::from_static("Bearer forged"));
        headers.insert("host", HeaderValue::from_static("forged.example"));
        self.note(format!("send {}", sending.attempt));
    }

    fn after_attempt(&self, ended: &Ended<'_>) {
        self.note(format!("ended {} {:?}", ended.attempt, ended.result));
    }

    fn before_wait(&self, waiting: &Waiting<'_>) {
        assert_eq!(waiting.operation, "GetMachineAction");
        self.note(format!("wait {:?} {:?}", waiting.reason, waiting.wait));
    }
}

#[tokio::test(start_paused = true)]
async fn hooks_look_on_in_the_documented_order() {
    let diary = Diary::default();
    let tenant = Tenant::new().plays([
        answer(503, "").with("retry-after", "3"),
        answer(200, action("Pending")),
        answer(200, action("Succeeded")),
    ]);
    let client = tenant.builder().hooks(diary.clone()).build().unwrap();
    client.action(ACTION).wait().await.unwrap();

    let lines = diary.0.lock().unwrap().clone();
    assert_eq!(
        lines,
        [
            "send 1",
            "ended 1 Ok(503)",
            &format!("wait {:?} 3s", WaitReason::Retry),
            "send 2",
            "ended 2 Ok(200)",
            &format!("wait {:?} 500ms", WaitReason::Poll),
            "send 1",
            "ended 1 Ok(200)",
        ]
    );
    for call in tenant.calls() {
        assert_eq!(call.headers["client-request-id"], "ticket-4711");
        assert!(
            call.authorization
                .unwrap()
                .starts_with("Bearer canary-token")
        );
        assert!(!call.headers.contains_key("host"));
    }
}
