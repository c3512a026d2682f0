//! What is done when nobody can tell whether a request was executed.

use std::time::{Duration, SystemTime};

use quell::transport::TransportErrorKind::{Connect, Interrupted};
use quell::{Error, InDoubt, Outcome, Placed, Placement, Reconciled, Timestamp};

use crate::tenant::{ACTION, Line, MACHINE, SHA1, Tenant, answer, refusal};

/// The action as a list shows it, made `seconds` after now.
fn made(id: &str, comment: &str, seconds: i64) -> String {
    let now = Timestamp::from(SystemTime::now()).unix_seconds();
    let created = Timestamp::from_unix_seconds(now + seconds);
    format!(
        r#"{{"id":"{id}","type":"StopAndQuarantineFile","status":"Pending","machineId":"{MACHINE}",
            "requestorComment":"{comment}","creationDateTimeUtc":"{created}",
            "relatedFileInfo":{{"fileIdentifier":"{SHA1}","fileIdentifierType":"Sha1"}}}}"#
    )
}

fn list(actions: &[String]) -> Line {
    answer(200, format!(r#"{{"value":[{}]}}"#, actions.join(",")))
}

async fn quarantine(tenant: &Tenant, course: InDoubt) -> Result<Placed, Error> {
    let machine = tenant.client().machine(MACHINE);
    machine
        .stop_and_quarantine_file(SHA1, "alert 7")
        .in_doubt(course)
        .await
}

fn posts(tenant: &Tenant) -> usize {
    let calls = tenant.calls();
    calls
        .iter()
        .filter(|call| call.method == http::Method::POST)
        .count()
}

#[tokio::test(start_paused = true)]
async fn by_default_the_doubt_is_reported_with_all_that_is_needed_to_look() {
    let tenant =
        Tenant::new().plays([Line::Fail(Interrupted), list(&[made(ACTION, "alert 7", 1)])]);
    let error = quarantine(&tenant, InDoubt::Report).await.unwrap_err();
    assert_eq!(
        (error.outcome(), tenant.calls().len()),
        (Outcome::Unknown, 1)
    );

    let intent = error.intent().expect("an intent to look for");
    assert_eq!(intent.machine.as_str(), MACHINE);
    assert_eq!(intent.within, Some(Duration::from_secs(120)));
    let found = tenant.client().reconcile(intent).await.unwrap();
    assert!(matches!(found, Reconciled::Found(action) if action.id.as_str() == ACTION));
}

#[tokio::test(start_paused = true)]
async fn an_action_that_was_made_is_adopted_and_nothing_sent_again() {
    for doubt in [
        Line::Fail(Interrupted),
        refusal(503, "", ""),
        answer(201, "<html>"),
    ] {
        let tenant = Tenant::new().plays([doubt, list(&[]), list(&[made(ACTION, "alert 7", 1)])]);
        let placed = quarantine(&tenant, InDoubt::Adopt).await.unwrap();
        assert_eq!(
            (placed.placement(), placed.id().as_str()),
            (Placement::Adopted, ACTION)
        );
        assert_eq!(posts(&tenant), 1);
        assert_eq!(tenant.seconds(), [0.0, 15.0, 75.0]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_not_asked_again_unless_the_caller_wants_it() {
    let absent = || Tenant::new().plays([Line::Fail(Interrupted), list(&[]), list(&[])]);
    let tenant = absent();
    let error = quarantine(&tenant, InDoubt::Adopt).await.unwrap_err();
    assert_eq!((error.outcome(), posts(&tenant)), (Outcome::Unknown, 1));
    assert!(
        error.to_string().contains("no such action is in the list"),
        "{error}"
    );

    let tenant = absent().plays([answer(201, made(ACTION, "alert 7", 80))]);
    let placed = quarantine(&tenant, InDoubt::RepeatOnce).await.unwrap();
    assert_eq!(
        (placed.placement(), posts(&tenant)),
        (Placement::Created, 2)
    );
    assert_eq!(tenant.seconds(), [0.0, 15.0, 75.0, 75.0]);
}

#[tokio::test(start_paused = true)]
async fn a_second_doubt_is_reported() {
    let tenant = Tenant::new().plays([
        Line::Fail(Interrupted),
        list(&[]),
        list(&[]),
        Line::Fail(Interrupted),
    ]);
    let error = quarantine(&tenant, InDoubt::RepeatOnce).await.unwrap_err();
    assert_eq!((error.outcome(), posts(&tenant)), (Outcome::Unknown, 2));
    assert!(error.intent().is_some());
}

#[tokio::test(start_paused = true)]
async fn what_was_performed_is_never_asked_again() {
    let tenant = Tenant::new().plays([answer(201, "<html>"), list(&[]), list(&[])]);
    let error = quarantine(&tenant, InDoubt::RepeatOnce).await.unwrap_err();
    assert_eq!((error.outcome(), posts(&tenant)), (Outcome::Performed, 1));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_again_while_the_list_cannot_be_read_or_is_ambiguous() {
    let unreadable = Tenant::new()
        .plays([Line::Fail(Interrupted), list(&[])])
        .then_always(refusal(403, "Forbidden", "no"));
    let error = quarantine(&unreadable, InDoubt::RepeatOnce)
        .await
        .unwrap_err();
    assert_eq!((error.outcome(), posts(&unreadable)), (Outcome::Unknown, 1));

    let once = Tenant::new().plays([Line::Fail(Interrupted), refusal(403, "Forbidden", "no")]);
    let once = once.then_always(list(&[]));
    let error = quarantine(&once, InDoubt::RepeatOnce).await.unwrap_err();
    assert_eq!((error.outcome(), posts(&once)), (Outcome::Unknown, 1));

    let twice = [made("a", "alert 7", 1), made("b", "alert 7", 1)];
    let ambiguous = Tenant::new().plays([Line::Fail(Interrupted), list(&twice)]);
    let error = quarantine(&ambiguous, InDoubt::RepeatOnce)
        .await
        .unwrap_err();
    assert_eq!((error.outcome(), posts(&ambiguous)), (Outcome::Unknown, 1));
    assert!(
        error.to_string().contains("2 actions may be the one"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_never_left_raises_no_doubt() {
    let tenant = Tenant::new().then_always(Line::Fail(Connect));
    let error = quarantine(&tenant, InDoubt::RepeatOnce).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotPerformed);
    assert!(error.intent().is_none());
    assert_eq!(posts(&tenant), tenant.calls().len());
}

#[tokio::test(start_paused = true)]
async fn a_tag_tells_ours_from_the_like_of_somebody_else() {
    let tag: quell::Tag = "1/2/3".parse().unwrap();
    let ours = made(ACTION, "alert 7 [quell:1/2/3]", 1);
    let theirs = made("theirs", "alert 7", 1);
    let tenant = Tenant::new().plays([Line::Fail(Interrupted), list(&[theirs, ours])]);
    let request = tenant
        .client()
        .machine(MACHINE)
        .stop_and_quarantine_file(SHA1, "alert 7");
    let placed = request.tag(&tag).in_doubt(InDoubt::Adopt).await.unwrap();
    assert_eq!(placed.id().as_str(), ACTION);
}

#[tokio::test(start_paused = true)]
async fn the_services_clock_decides_what_is_since() {
    // Its clock is an hour behind ours, as its answers say.
    let behind = SystemTime::now() - Duration::from_secs(3600);
    let date = httpdate::fmt_http_date(behind);
    let tenant = Tenant::new().plays([
        refusal(503, "", "").with("date", date.clone()),
        list(&[
            made("older", "alert 7", -3600 - 300),
            made(ACTION, "alert 7", -3600),
        ])
        .with("date", date),
    ]);
    let placed = quarantine(&tenant, InDoubt::Adopt).await.unwrap();
    assert_eq!(placed.id().as_str(), ACTION);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_nobody_knows_any_more_does_not_hide_what_became_of_the_others() {
    let doubtful = |machine: &'static str| async move {
        let tenant = Tenant::new().plays([Line::Fail(Interrupted)]);
        let asked = tenant.client().machine(machine);
        let asked = asked.stop_and_quarantine_file(SHA1, "alert 7");
        let error = asked.await.unwrap_err();
        error.intent().cloned().unwrap()
    };
    let intents = [doubtful("gone.example.org").await, doubtful(MACHINE).await];
    let tenant = Tenant::new().plays([
        refusal(404, "ResourceNotFound", "no such machine"),
        list(&[made(ACTION, "alert 7", 1)]),
    ]);
    let became = tenant.client().reconcile_all(&intents).await.unwrap();
    assert!(
        matches!(
            &became[..],
            [Reconciled::Ambiguous(_), Reconciled::Found(_)]
        ),
        "{became:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_list_that_may_be_cut_does_not_show_is_looked_for_by_its_machine() {
    let tenant = Tenant::new().plays([Line::Fail(Interrupted)]);
    let error = quarantine(&tenant, InDoubt::Report).await.unwrap_err();
    let others = vec![made("other", "alert 8", 1); 10_000];
    let tenant = Tenant::new().plays([list(&others), list(&[made(ACTION, "alert 7", 1)])]);
    let intents = [error.intent().cloned().unwrap()];
    let became = tenant.client().reconcile_all(&intents).await.unwrap();
    assert!(matches!(&became[..], [Reconciled::Found(action)] if action.id.as_str() == ACTION));
    assert!(tenant.calls()[1].uri.contains("machineId%20eq%20"));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_again_because_a_date_is_wrong() {
    for seconds in [600_i64, -600, 86_400 * 365 * 40, -86_400 * 365] {
        let away = Duration::from_secs(seconds.unsigned_abs());
        let now = SystemTime::now();
        let date = httpdate::fmt_http_date(if seconds < 0 { now - away } else { now + away });
        let tenant = Tenant::new()
            .plays([Line::Fail(Interrupted)])
            .then_always(list(&[made(ACTION, "alert 7", 1)]).with("date", date));
        let error = quarantine(&tenant, InDoubt::RepeatOnce).await.unwrap_err();
        assert_eq!(
            (error.outcome(), posts(&tenant)),
            (Outcome::Unknown, 1),
            "{seconds}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn many_doubts_cost_one_list() {
    let doubtful = |comment: &'static str| async move {
        let tenant = Tenant::new().plays([Line::Fail(Interrupted)]);
        let machine = tenant.client().machine(MACHINE);
        let error = machine
            .stop_and_quarantine_file(SHA1, comment)
            .await
            .unwrap_err();
        error.intent().cloned().unwrap()
    };
    let intents = [
        doubtful("one").await,
        doubtful("two").await,
        doubtful("three").await,
    ];
    let tenant = Tenant::new().plays([list(&[made("3", "three", 1), made("1", "one", 1)])]);
    let became = tenant.client().reconcile_all(&intents).await.unwrap();
    let ids: Vec<Option<&str>> = became
        .iter()
        .map(|one| match one {
            Reconciled::Found(action) => Some(action.id.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(ids, [Some("1"), None, Some("3")]);
    assert_eq!(tenant.calls().len(), 1);
    assert!(
        tenant.calls()[0]
            .uri
            .contains("creationDateTimeUtc%20ge%20"),
        "{}",
        tenant.calls()[0].uri
    );
}
