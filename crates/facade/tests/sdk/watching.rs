//! Waiting for the ends of many actions at once.

use std::time::{Duration, SystemTime};

use quell::transport::TransportErrorKind::Interrupted;
use quell::{ActionId, ErrorKind, MachineAction, Seen, Timestamp};
use tokio::time::Instant;

use crate::tenant::{Line, Tenant, answer, refusal};

const SECOND: Duration = Duration::from_secs(1);

/// Actions made just now, by id and status.
fn list(actions: &[(&str, &str)]) -> Line {
    let now = Timestamp::from(SystemTime::now());
    let rows: Vec<String> = actions
        .iter()
        .map(|(id, status)| {
            format!(
                r#"{{"id":"{id}","type":"StopAndQuarantineFile","status":"{status}",
                    "creationDateTimeUtc":"{now}"}}"#
            )
        })
        .collect();
    answer(200, format!(r#"{{"value":[{}]}}"#, rows.join(",")))
}

fn made(ids: &[&str]) -> Vec<MachineAction> {
    let made = |id: &&str| {
        let mut action = MachineAction::new(ActionId::new(*id).unwrap());
        action.creation_date_time_utc = Timestamp::from(SystemTime::now());
        action
    };
    ids.iter().map(made).collect()
}

#[tokio::test(start_paused = true)]
async fn all_are_awaited_by_one_list_a_look() {
    let tenant = Tenant::new().plays([
        list(&[("a", "Pending"), ("b", "Succeeded"), ("c", "InProgress")]),
        list(&[("a", "Cancelled"), ("b", "Succeeded"), ("c", "InProgress")]),
        list(&[("c", "TimeOut")]),
    ]);
    let waited = tenant
        .client()
        .wait_all(&made(&["a", "b", "c"]))
        .await
        .unwrap();
    let ids: Vec<&str> = waited
        .ended
        .iter()
        .map(|action| action.id.as_str())
        .collect();
    assert_eq!(ids, ["b", "a", "c"]);
    assert_eq!((waited.open.len(), waited.lost.len()), (0, 0));
    assert_eq!(tenant.seconds(), [0.0, 30.0, 60.0]);
    let uri = &tenant.calls()[0].uri;
    assert!(
        uri.contains("creationDateTimeUtc%20ge%20") && uri.contains("$top=10000"),
        "{uri}"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_to_wait_for_asks_nothing() {
    let tenant = Tenant::new();
    let waited = tenant
        .client()
        .wait_all(Vec::<ActionId>::new())
        .await
        .unwrap();
    assert_eq!(waited, quell::Waited::default());
}

#[tokio::test(start_paused = true)]
async fn when_the_time_is_over_the_ends_so_far_are_kept() {
    let tenant = Tenant::new().then_always(list(&[("a", "Succeeded"), ("b", "Pending")]));
    let begun = Instant::now();
    let watch = tenant
        .client()
        .wait_all(&made(&["a", "b"]))
        .within(100 * SECOND);
    let waited = watch.await.unwrap();
    assert_eq!(begun.elapsed().as_secs(), 100);
    assert_eq!(
        (waited.ended.len(), waited.open),
        (1, vec![ActionId::new("b").unwrap()])
    );
    assert_eq!(tenant.seconds(), [0.0, 30.0, 60.0, 90.0, 98.0]);
}

#[tokio::test(start_paused = true)]
async fn a_short_watch_looks_once_more_before_it_ends() {
    let tenant = Tenant::new()
        .plays([list(&[("a", "Pending")])])
        .then_always(list(&[("a", "Succeeded")]));
    let watch = tenant.client().wait_all(&made(&["a"])).within(20 * SECOND);
    assert_eq!(watch.await.unwrap().ended.len(), 1);
    assert_eq!(tenant.seconds(), [0.0, 18.0]);
}

#[tokio::test(start_paused = true)]
async fn an_old_actions_rare_looks_are_no_outage() {
    // It is looked at every half hour, and the second look meets a service that restarts.
    let old = || {
        let mut old = made(&["a"]);
        let created = old[0].creation_date_time_utc;
        old[0].creation_date_time_utc = created.saturating_sub(86_400 * SECOND);
        old
    };
    let tenant = Tenant::new()
        .plays([list(&[("a", "Pending")])])
        .plays(vec![Line::Fail(Interrupted); 4])
        .then_always(list(&[("a", "Succeeded")]));
    let begun = Instant::now();
    let waited = tenant.client().wait_all(&old()).await.unwrap();
    assert_eq!(waited.ended.len(), 1);
    assert!(
        begun.elapsed() < 1_900 * SECOND,
        "the look is made again at once"
    );
}

#[tokio::test(start_paused = true)]
async fn a_wrong_date_does_not_make_a_watch_sleep() {
    let date = "Fri, 01 Jul 2095 12:00:00 GMT";
    let tenant = Tenant::new()
        .plays([refusal(404, "NotFound", "no").with("date", date)])
        .plays([list(&[("a", "Pending")]).with("date", date)])
        .then_always(list(&[("a", "Succeeded")]));
    let client = tenant.client();
    client.action("b").get().await.unwrap_err();
    client.wait_all(&made(&["a"])).await.unwrap();
    assert_eq!(tenant.seconds(), [0.0, 0.0, 30.0]);
}

#[tokio::test(start_paused = true)]
async fn limits_that_are_used_up_are_no_outage() {
    let tenant = Tenant::new()
        .plays(vec![
            refusal(429, "429", "slow").with("retry-after", "1800");
            3
        ])
        .then_always(list(&[("a", "Succeeded")]));
    tenant.client().wait_all(&made(&["a"])).await.unwrap();
    assert_eq!(tenant.calls().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn ids_alone_do_and_what_does_not_exist_is_lost() {
    let tenant = Tenant::new()
        .plays([list(&[("a", "Succeeded")]), list(&[]), list(&[])])
        .then_always(refusal(404, "ResourceNotFound", "no"));
    let ids = ["a", "nowhere"].map(|id| ActionId::new(id).unwrap());
    let waited = tenant.client().wait_all(&ids).await.unwrap();
    assert_eq!(
        (waited.ended.len(), waited.lost),
        (1, vec![ActionId::new("nowhere").unwrap()])
    );
    assert!(
        tenant.calls()[0].uri.contains("id%20in%20%28"),
        "{}",
        tenant.calls()[0].uri
    );
}

/// A hundred ids fit in one list.
#[tokio::test(start_paused = true)]
async fn a_watch_asks_for_twenty_lists_a_minute_and_for_more_only_before_it_ends() {
    let ids: Vec<ActionId> = (0..4_000)
        .map(|number| ActionId::new(number.to_string()).unwrap())
        .collect();
    let pending: Vec<_> = ids.iter().map(|id| (id.as_str(), "Pending")).collect();
    let tenant = Tenant::new().then_always(list(&pending));
    let minute_and_a_half = Duration::from_secs(90);
    let watch = tenant.client().wait_all(&ids).within(minute_and_a_half);
    assert_eq!(watch.await.unwrap().open.len(), 4_000);
    let seconds = tenant.seconds();
    assert_eq!(seconds[..20], [0.0; 20]);
    assert_eq!(seconds[20..40], [60.0; 20]);
    assert!(seconds[40..].iter().any(|at| *at > 80.0), "a last look");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_cannot_list_by_ids_is_asked_for_each() {
    let one = |status: &str| answer(200, format!(r#"{{"id":"a","status":"{status}"}}"#));
    let tenant = Tenant::new().plays([
        refusal(400, "BadRequest", "'in' is not supported"),
        one("Pending"),
        one("Succeeded"),
    ]);
    let id = ActionId::new("a").unwrap();
    let waited = tenant.client().wait_all([id]).await.unwrap();
    assert_eq!(waited.ended.len(), 1);
    let uris: Vec<String> = tenant.calls().into_iter().map(|call| call.uri).collect();
    assert!(
        uris[1..]
            .iter()
            .all(|uri| uri.ends_with("/machineactions/a")),
        "{uris:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_that_comes_back_is_waited_for_and_a_refusal_is_not() {
    let tenant = Tenant::new()
        .plays(vec![Line::Fail(Interrupted); 4])
        .plays([list(&[("a", "Succeeded")])]);
    tenant.client().wait_all(&made(&["a"])).await.unwrap();

    let tenant = Tenant::new().plays([refusal(403, "Forbidden", "no")]);
    let error = tenant.client().wait_all(&made(&["a"])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);

    let away = Tenant::new().then_always(Line::Fail(Interrupted));
    let begun = Instant::now();
    let error = away.client().wait_all(&made(&["a"])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(
        (300..400).contains(&begun.elapsed().as_secs()),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn ends_come_one_by_one_and_more_can_be_added_between() {
    let tenant = Tenant::new().plays([
        list(&[("a", "Succeeded"), ("b", "Pending")]),
        list(&[("b", "Failed"), ("c", "Succeeded")]),
    ]);
    let mut watch = tenant
        .client()
        .wait_all(&made(&["a", "b"]))
        .every(5 * SECOND);
    let id = |seen: Option<Seen>| match seen {
        Some(Seen::Ended(action)) => action.id.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(id(watch.next().await.unwrap()), "a");
    watch.add(&made(&["c"])[0]);
    assert_eq!(watch.open().count(), 2);
    assert_eq!(id(watch.next().await.unwrap()), "b");
    assert_eq!(id(watch.next().await.unwrap()), "c");
    assert_eq!(watch.next().await.unwrap(), None);
    assert_eq!(tenant.seconds(), [0.0, 5.0]);
}

#[tokio::test(start_paused = true)]
async fn a_look_that_was_dropped_is_made_again() {
    let tenant = Tenant::new()
        .plays([Line::Silence])
        .then_always(list(&[("a", "Succeeded")]));
    let mut watch = tenant.client().wait_all(&made(&["a"]));
    assert!(tokio::time::timeout(SECOND, watch.next()).await.is_err());
    assert!(matches!(watch.next().await, Ok(Some(Seen::Ended(_)))));
    assert_eq!(tenant.seconds(), [0.0, 1.0]);
}
