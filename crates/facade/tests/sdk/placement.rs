//! Which action stands for a request: one made for it, or one that was open already.

use std::sync::Arc;
use std::time::Duration;

use quell::{ErrorKind, MemoryJournal, Outcome, Placement};

use crate::tenant::{ACTION, Line, MACHINE, SHA1, Tenant, answer, refusal};

const OTHER_FILE: &str = "5382f7ea6c6ffb9d63cd9c0a7d6d0b8b6ce5c4a1";

/// An action as the service lists it.
fn open(id: &str, kind: &str, sha1: &str, comment: &str) -> String {
    format!(
        r#"{{"id":"{id}","type":"{kind}","status":"Pending","machineId":"{MACHINE}",
            "requestorComment":"{comment}","creationDateTimeUtc":"2025-07-01T12:00:00Z",
            "relatedFileInfo":{{"fileIdentifier":"{sha1}","fileIdentifierType":"Sha1"}}}}"#
    )
}

fn stop(id: &str, sha1: &str, comment: &str) -> String {
    open(id, "StopAndQuarantineFile", sha1, comment)
}

fn list(actions: &[String]) -> Line {
    answer(200, format!(r#"{{"value":[{}]}}"#, actions.join(",")))
}

fn already_active() -> Line {
    refusal(
        400,
        "ActiveRequestAlreadyExists",
        "Action is already in progress",
    )
}

async fn quarantine(tenant: &Tenant) -> Result<quell::Placed, quell::Error> {
    let machine = tenant.client().machine(MACHINE);
    machine.stop_and_quarantine_file(SHA1, "alert 7").await
}

#[tokio::test(start_paused = true)]
async fn an_action_made_for_the_request_was_created() {
    let made =
        answer(201, stop(ACTION, SHA1, "alert 7")).with("date", "Tue, 01 Jul 2025 12:00:01 GMT");
    let placed = quarantine(&Tenant::new().plays([made])).await.unwrap();
    assert_eq!(placed.placement(), Placement::Created);
    assert_eq!(placed.id().as_str(), ACTION);
    assert_eq!(placed.requestor_comment.as_deref(), Some("alert 7"));
}

#[tokio::test(start_paused = true)]
async fn a_success_may_bring_an_older_action() {
    let old =
        answer(200, stop(ACTION, SHA1, "alert 7")).with("date", "Tue, 01 Jul 2025 12:10:00 GMT");
    let placed = quarantine(&Tenant::new().plays([old])).await.unwrap();
    assert_eq!(placed.placement(), Placement::AlreadyActive);
}

#[tokio::test(start_paused = true)]
async fn a_success_about_an_older_action_for_another_file_is_none() {
    let other =
        answer(200, stop(ACTION, OTHER_FILE, "mine")).with("date", "Tue, 01 Jul 2025 12:10:00 GMT");
    let error = quarantine(&Tenant::new().plays([other])).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Conflict, Outcome::NotPerformed)
    );
    assert_eq!(error.blocked_by().unwrap().as_str(), ACTION);
}

#[tokio::test(start_paused = true)]
async fn a_success_that_shows_a_fresh_action_of_others_tells_nothing_of_ours() {
    let of_another_machine = stop(ACTION, SHA1, "alert 7").replace(MACHINE, &"d".repeat(40));
    for other in [stop(ACTION, OTHER_FILE, "alert 7"), of_another_machine] {
        let fresh = answer(201, other).with("date", "Tue, 01 Jul 2025 12:00:01 GMT");
        let tenant = Tenant::new().plays([fresh]);
        let journal = Arc::new(MemoryJournal::default());
        let client = tenant.builder().journal(journal).build().unwrap();
        let asked = client
            .machine(MACHINE)
            .stop_and_quarantine_file(SHA1, "alert 7");
        let error = asked.await.unwrap_err();
        assert_eq!(
            (error.kind(), error.outcome(), error.blocked_by()),
            (ErrorKind::Decode, Outcome::Unknown, None)
        );
        assert!(error.intent().is_some());
        assert_eq!(client.unsettled().await.unwrap().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_open_action_is_looked_for_no_longer_than_the_call_may_take() {
    let tenant = Tenant::new().plays([already_active(), Line::Silence]);
    let begun = tokio::time::Instant::now();
    let machine = tenant.client().machine(MACHINE);
    let asked = machine.stop_and_quarantine_file(SHA1, "alert 7");
    let error = asked.deadline(Duration::from_secs(9)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(begun.elapsed(), Duration::from_secs(9));
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_open_action_for_the_file_is_given_back() {
    let tenant = Tenant::new().plays([
        already_active(),
        list(&[
            stop("another", OTHER_FILE, "x"),
            stop(ACTION, SHA1, "theirs"),
        ]),
    ]);
    let placed = quarantine(&tenant).await.unwrap();
    assert_eq!(
        (placed.placement(), placed.id().as_str()),
        (Placement::AlreadyActive, ACTION)
    );
    let looked = &tenant.calls()[1];
    assert!(
        looked
            .uri
            .contains(&format!("machineId%20eq%20%27{MACHINE}%27")),
        "{}",
        looked.uri
    );
}

#[tokio::test(start_paused = true)]
async fn an_action_in_the_way_is_named() {
    let isolation = open("isolation", "Isolate", "", "theirs");
    let tenant = Tenant::new().plays([already_active(), list(&[isolation])]);
    let error = quarantine(&tenant).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Conflict, Outcome::NotPerformed)
    );
    assert_eq!(error.blocked_by().unwrap().as_str(), "isolation");
    assert_eq!(
        error.to_string(),
        "StopAndQuarantineFile: the service answered 400 ActiveRequestAlreadyExists: \
         Action is already in progress; action isolation of type Isolate is Pending and must end first"
    );
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_told_though_the_list_cannot_be_had_or_shows_nothing() {
    for looked in [refusal(403, "Forbidden", "no"), list(&[])] {
        let tenant = Tenant::new().plays([already_active(), looked]);
        let error = quarantine(&tenant).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Conflict, Some(400))
        );
        assert_eq!(error.blocked_by(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_was_named_is_asked_for_its_id_first() {
    let tenant = Tenant::new().plays([
        already_active(),
        answer(200, format!(r#"{{"id":"{MACHINE}"}}"#)),
        list(&[stop(ACTION, SHA1, "theirs")]),
    ]);
    let machine = tenant.client().machine("host.example.org");
    let placed = machine
        .stop_and_quarantine_file(SHA1, "alert 7")
        .await
        .unwrap();
    assert_eq!(placed.id().as_str(), ACTION);
    assert!(
        tenant.calls()[1]
            .uri
            .ends_with("/api/machines/host.example.org")
    );
    assert!(tenant.calls()[2].uri.contains(MACHINE));
}

#[tokio::test(start_paused = true)]
async fn a_tag_ends_the_comment_and_the_caller_may_bring_one() {
    let tenant = Tenant::new().then_always(answer(201, stop(ACTION, SHA1, "")));
    let request = tenant
        .client()
        .machine(MACHINE)
        .stop_and_quarantine_file(SHA1, "alert 7");
    request
        .clone()
        .tag(&"9C4/01F/2".parse().unwrap())
        .await
        .unwrap();
    request.tagged().await.unwrap();
    let comment = |number: usize| {
        let body: serde_json::Value = serde_json::from_slice(&tenant.calls()[number].body).unwrap();
        body["Comment"].as_str().unwrap().to_owned()
    };
    assert_eq!(comment(0), "alert 7 [quell:9C4/01F/2]");
    assert!(
        quell::Tag::of(&comment(1)).is_some_and(|tag| tag.as_str().len() == 16),
        "{}",
        comment(1)
    );
}
