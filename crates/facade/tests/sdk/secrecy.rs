//! Neither secret nor token is in a log, an error or a `Debug`, whatever happens.

use std::error::Error as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quell::Service;
use quell::transport::TransportErrorKind;
use tracing_subscriber::fmt::MakeWriter;

use crate::tenant::{ACTION, Line, MACHINE, SECRET, SHA1, TOKEN, Tenant, action, answer, refusal};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// An error with all its causes, in both ways of showing them.
fn everything(error: &quell::Error) -> String {
    let mut shown = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        shown.push_str(&format!(" {error} {error:?}"));
        cause = error.source();
    }
    shown
}

#[tokio::test(start_paused = true)]
async fn nothing_that_is_shown_holds_a_secret() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);

    // A debugging proxy, and a token endpoint, that repeat what they were sent.
    let echo = format!("GET / HTTP/1.1 Authorization: Bearer {TOKEN}-3");
    let tenant = Tenant::new()
        .issues([answer(
            400,
            format!(r#"{{"error":"x","error_description":"{SECRET}"}}"#),
        )])
        .plays([
            refusal(401, "Unauthorized", "expired"),
            answer(201, action("Pending")),
            refusal(429, "TooManyRequests", "slow").with("retry-after", "1"),
            answer(502, echo.clone()),
            Line::Fail(TransportErrorKind::Interrupted),
            answer(200, action("Pending")),
            answer(400, echo),
            answer(201, format!(r#"{{"oops":"{TOKEN}-3"}}"#)),
        ]);
    let client = tenant.client();
    let machine = client.machine(MACHINE);
    let mut shown = format!("{client:?} {:?}", tenant.builder());

    let refused = client.action(ACTION).get().await.unwrap_err();
    // A refusal is believed for a minute.
    tokio::time::advance(Duration::from_secs(60)).await;
    machine
        .stop_and_quarantine_file(SHA1, "alert 7")
        .await
        .unwrap();
    client.action(ACTION).get().await.unwrap();
    let echoed = machine
        .stop_and_quarantine_file(SHA1, "alert 7")
        .await
        .unwrap_err();
    let unreadable = machine
        .stop_and_quarantine_file(SHA1, "alert 7")
        .await
        .unwrap_err();
    for error in [refused, echoed, unreadable] {
        shown.push_str(&everything(&error));
    }
    shown.push_str(&log.text());

    assert!(
        shown.contains("[token]"),
        "the echo was seen and cleaned: {shown}"
    );
    assert!(shown.contains("[secret]"), "{shown}");
    for secret in [SECRET, TOKEN] {
        assert!(!shown.contains(secret), "{secret} in: {shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn spans_name_operation_machine_action_and_attempt() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);

    let tenant = Tenant::new().plays([
        answer(503, "").with("retry-after", "1"),
        answer(200, action("Pending")),
        answer(201, action("Pending")),
    ]);
    let client = tenant.client();
    client.action(ACTION).get().await.unwrap();
    client
        .machine(MACHINE)
        .stop_and_quarantine_file(SHA1, "alert 7")
        .await
        .unwrap();

    let text = log.text();
    for part in [
        format!(r#"quell{{operation="GetMachineAction" action="{ACTION}"}}"#),
        "attempt{attempt=1}".to_owned(),
        "attempt{attempt=2}".to_owned(),
        format!(r#"quell{{operation="StopAndQuarantineFile" machine="{MACHINE}"}}"#),
    ] {
        assert!(text.contains(&part), "{part} in: {text}");
    }
}

#[test]
fn a_service_does_not_show_its_secret() {
    let service = Service::custom("https://edr.example", "https://login.example")
        .client_secret("tenant", "app", SECRET);
    assert!(!format!("{service:?}").contains(SECRET));
}
