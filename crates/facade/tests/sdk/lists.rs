//! Collections: one page or many, at one host, to their end.

use std::error::Error as _;

use quell::odata::Order;
use quell::properties::machine_action::{CREATION_DATE_TIME_UTC, STATUS};
use quell::{ActionStatus, BrokenChain, ErrorKind, Outcome};

use crate::tenant::{Line, SHA1, Tenant, answer};

fn page(ids: impl IntoIterator<Item = String>, next: Option<&str>) -> Line {
    let value: Vec<String> = ids
        .into_iter()
        .map(|id| format!(r#"{{"id":"{id}"}}"#))
        .collect();
    let next = next
        .map(|link| format!(r#","@odata.nextLink":"{link}""#))
        .unwrap_or_default();
    answer(200, format!(r#"{{"value":[{}]{next}}}"#, value.join(",")))
}

fn ids(range: std::ops::Range<u32>) -> impl Iterator<Item = String> {
    range.map(|number| format!("m{number}"))
}

fn broken(error: &quell::Error) -> BrokenChain {
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Decode, Outcome::NotPerformed)
    );
    *error.source().unwrap().downcast_ref().unwrap()
}

#[tokio::test(start_paused = true)]
async fn pages_are_followed_at_the_configured_host_only() {
    let tenant = Tenant::new().plays([
        page(
            ids(0..2),
            Some("https://api-us3.foreign.example/api/machines?$skip=2"),
        ),
        page(ids(2..3), None),
    ]);
    let machines = tenant.client().machines().list().await.unwrap();
    let names: Vec<_> = machines.iter().map(|machine| machine.id.as_str()).collect();
    assert_eq!(names, ["m0", "m1", "m2"]);
    let uris: Vec<_> = tenant.calls().into_iter().map(|call| call.uri).collect();
    assert_eq!(
        uris,
        [
            "https://edr.example/api/machines",
            "https://edr.example/api/machines?$skip=2"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_page_of_ten_thousand_is_read_and_followed() {
    let next = "https://edr.example/api/machines?$skip=10000";
    let tenant = Tenant::new().plays([
        page(ids(0..10_000), Some(next)),
        page(ids(10_000..10_001), None),
    ]);
    assert_eq!(
        tenant.client().machines().list().await.unwrap().len(),
        10_001
    );
}

#[tokio::test(start_paused = true)]
async fn an_endless_chain_of_pages_is_an_error_and_no_short_list() {
    let link = "https://edr.example/api/machines?$skip=1";
    let tenant = Tenant::new().then_always(page(ids(0..1), Some(link)));
    let error = tenant.client().machines().list().await.unwrap_err();
    assert_eq!(broken(&error), BrokenChain::Circle);
    assert_eq!(tenant.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_forgot_the_filter_is_not_followed() {
    let link = "https://edr.example/api/machineactions?$skip=10000";
    let tenant = Tenant::new().then_always(page(ids(0..1), Some(link)));
    let open = tenant
        .client()
        .actions()
        .filter(STATUS.eq(ActionStatus::Pending));
    assert_eq!(
        broken(&open.list().await.unwrap_err()),
        BrokenChain::FilterLost
    );
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_none_is_an_error() {
    for link in [
        "/api/machines?$skip=1",
        "ftp://edr.example/api/machines",
        "",
    ] {
        let tenant = Tenant::new().then_always(page(ids(0..1), Some(link)));
        let error = tenant.client().machines().list().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{link}");
        assert_eq!(tenant.calls().len(), 1, "{link}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_of_a_list_is_encoded() {
    let tenant = Tenant::new().then_always(page([], None));
    let query = tenant
        .client()
        .actions()
        .filter(STATUS.eq(ActionStatus::Pending))
        .order_by(CREATION_DATE_TIME_UTC, Order::Descending)
        .top(5)
        .skip(10);
    assert!(query.list().await.unwrap().is_empty());
    assert_eq!(
        tenant.calls()[0].uri,
        "https://edr.example/api/machineactions?$filter=status%20eq%20%27Pending%27\
         &$top=5&$skip=10&$orderby=creationDateTimeUtc%20desc"
    );
}

#[tokio::test(start_paused = true)]
async fn a_files_machines_are_a_list_too() {
    let link = format!("https://edr.example/api/files/{SHA1}/machines?$skip=1");
    let tenant = Tenant::new().plays([page(ids(0..1), Some(&link)), page(ids(1..2), None)]);
    assert_eq!(
        tenant.client().file(SHA1).machines().await.unwrap().len(),
        2
    );
}

#[tokio::test(start_paused = true)]
async fn pages_can_be_taken_one_at_a_time() {
    let link = "https://edr.example/api/machines?$skip=1";
    let tenant = Tenant::new().plays([page(ids(0..1), Some(link)), page([], None)]);
    let mut pages = tenant.client().machines().pages().unwrap();
    assert_eq!(tenant.calls().len(), 0);
    assert_eq!(pages.next().await.unwrap().map(|page| page.len()), Some(1));
    assert_eq!(tenant.calls().len(), 1);
    assert_eq!(pages.next().await.unwrap().map(|page| page.len()), Some(0));
    assert_eq!(pages.next().await.unwrap(), None);
    assert_eq!(tenant.calls().len(), 2);
}
