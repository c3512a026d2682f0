//! What is written down before it is sent, and what is settled when.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use quell::transport::TransportErrorKind::{Connect, Interrupted};
use quell::{
    Client, ErrorKind, InDoubt, Intent, IntentId, Journal, JournalError, MemoryJournal, Outcome,
    Settlement,
};

use crate::tenant::{ACTION, Line, MACHINE, SHA1, Tenant, action, answer, refusal};

fn kept(tenant: &Tenant) -> (Client, Arc<MemoryJournal>) {
    let journal = Arc::new(MemoryJournal::default());
    let kept = Arc::<MemoryJournal>::clone(&journal);
    let client = tenant.builder().journal(kept).build().unwrap();
    (client, journal)
}

async fn quarantine(client: &Client) -> Result<quell::Placed, quell::Error> {
    client
        .machine(MACHINE)
        .stop_and_quarantine_file(SHA1, "alert 7")
        .await
}

#[tokio::test(start_paused = true)]
async fn the_journal_in_memory_keeps_its_promises() {
    let journal: Arc<dyn Journal> = Arc::new(MemoryJournal::default());
    quell::testing::journal(|| async { Arc::clone(&journal) }).await;
}

#[tokio::test(start_paused = true)]
async fn one_intent_for_all_attempts_settled_by_the_action() {
    let tenant = Tenant::new().plays([
        Line::Fail(Connect),
        refusal(429, "TooManyRequests", "").with("retry-after", "2"),
        refusal(401, "Unauthorized", ""),
        answer(201, action("Pending")),
    ]);
    let (client, journal) = kept(&tenant);
    quarantine(&client).await.unwrap();
    let expected = Some(Settlement::Placed(ACTION.parse().unwrap()));
    assert_eq!(journal.settlement(&IntentId::new("1")), expected);
    assert_eq!(journal.settlement(&IntentId::new("2")), None);
    assert!(client.unsettled().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_is_settled_and_what_is_unknown_is_not() {
    let tenant = Tenant::new().plays([
        refusal(404, "ResourceNotFound", "no such machine"),
        Line::Fail(Interrupted),
        answer(201, "unreadable"),
    ]);
    let (client, journal) = kept(&tenant);
    for _ in 0..3 {
        quarantine(&client).await.unwrap_err();
    }
    assert_eq!(
        journal.settlement(&IntentId::new("1")),
        Some(Settlement::NotPerformed)
    );
    let left: Vec<String> = client
        .unsettled()
        .await
        .unwrap()
        .into_iter()
        .map(|(id, _)| id.to_string())
        .collect();
    assert_eq!(left, ["2", "3"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_on_its_way_is_left_unsettled() {
    let tenant = Tenant::new().then_always(Line::Silence);
    let (client, _) = kept(&tenant);
    let dropped = tokio::time::timeout(Duration::from_secs(3), quarantine(&client)).await;
    assert!(dropped.is_err());
    assert_eq!(tenant.calls().len(), 1, "it was sent");
    let [(_, intent)] = <[_; 1]>::try_from(client.unsettled().await.unwrap()).unwrap();
    assert_eq!(
        (intent.machine.as_str(), intent.sha1.unwrap().to_string()),
        (MACHINE, SHA1.to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_before_it_was_sent_left_nothing() {
    let tenant = Tenant::new().issues([Line::Silence]);
    let (client, _) = kept(&tenant);
    let dropped = tokio::time::timeout(Duration::from_secs(3), quarantine(&client)).await;
    assert!(dropped.is_err());
    assert!(client.unsettled().await.unwrap().is_empty());
    assert!(tenant.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_repetition_in_doubt_is_an_intent_of_its_own() {
    let none = || answer(200, r#"{"value":[]}"#);
    let tenant = Tenant::new().plays([
        Line::Fail(Interrupted),
        none(),
        none(),
        Line::Fail(Interrupted),
    ]);
    let (client, journal) = kept(&tenant);
    let request = client
        .machine(MACHINE)
        .stop_and_quarantine_file(SHA1, "alert 7");
    request.in_doubt(InDoubt::RepeatOnce).await.unwrap_err();
    assert_eq!(
        journal.settlement(&IntentId::new("1")),
        Some(Settlement::NotPerformed)
    );
    assert_eq!(client.unsettled().await.unwrap().len(), 1);
}

/// Takes nothing down.
#[derive(Debug)]
struct Broken;

#[async_trait]
impl Journal for Broken {
    async fn sending(&self, _: &Intent) -> Result<IntentId, JournalError> {
        Err(JournalError::new("the disk is full"))
    }

    async fn settled(&self, _: &IntentId, _: &Settlement) -> Result<(), JournalError> {
        Err(JournalError::new("the disk is full"))
    }

    async fn unsettled(&self) -> Result<Vec<(IntentId, Intent)>, JournalError> {
        Err(JournalError::new("the disk is full"))
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_that_could_not_be_written_down_but_reads_go_on() {
    let tenant = Tenant::new().plays([answer(200, action("Pending"))]);
    let client = tenant.builder().journal(Arc::new(Broken)).build().unwrap();
    let error = quarantine(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Store, Outcome::NotPerformed)
    );
    assert!(tenant.calls().is_empty());
    assert_eq!(
        client.unsettled().await.unwrap_err().kind(),
        ErrorKind::Store
    );
    client.action(ACTION).get().await.unwrap();
}
