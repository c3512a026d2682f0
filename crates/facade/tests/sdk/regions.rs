//! The nearest of a cloud's hosts: which calls go where, in virtual time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use quell::transport::nearest::{Fingerprint, MemoryCache, NearestCache as _, Network, Why};
use quell::transport::{Endpoint, Transport, TransportError, TransportErrorKind};
use quell::{
    Client, ClientBuilder, ClientSecret, Cloud, Error, ErrorKind, HostFamily, InDoubt, Limits,
    NearestRegion, Outcome, Placed, Region, RetryPolicy,
};
use tokio::time::{Instant, advance};

use crate::tenant::{ACTION, MACHINE, SHA1};

/// Microsoft's hosts: each answers as it is told, and what arrives is written down.
#[derive(Clone, Debug)]
struct Hosts(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    begun: Instant,
    answers: HashMap<&'static str, Answer>,
    arrivals: Vec<(Duration, String)>,
    forms: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Status(u16),
    Fail(TransportErrorKind),
    /// A list with one more page, at a host that nobody asked.
    FirstPage,
}

const EMPTY: &str = r#"{"value":[]}"#;

impl Hosts {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            begun: Instant::now(),
            answers: HashMap::new(),
            arrivals: Vec::new(),
            forms: Vec::new(),
        })))
    }

    fn answer(&self, region: &'static str, answer: Answer) {
        self.0.lock().unwrap().answers.insert(region, answer);
    }

    /// Method and region of what arrived.
    fn arrivals(&self) -> Vec<String> {
        let state = self.0.lock().unwrap();
        state
            .arrivals
            .iter()
            .map(|(_, line)| line.clone())
            .collect()
    }

    fn last_arrival(&self) -> Duration {
        self.0.lock().unwrap().arrivals.last().unwrap().0
    }

    fn receive(&self, request: &Request<Bytes>) -> (Answer, &'static str) {
        let region = region_of(request.uri().host().unwrap());
        let mut state = self.0.lock().unwrap();
        let at = state.begun.elapsed();
        state
            .arrivals
            .push((at, format!("{} {region}", request.method())));
        let body = match *request.method() {
            http::Method::POST => r#"{"id":"x","type":"StopAndQuarantineFile","status":"Pending"}"#,
            _ if request.uri().path().ends_with("machineactions") => EMPTY,
            _ => r#"{"id":"x"}"#,
        };
        let answer = state.answers.get(region.as_str()).copied();
        (answer.unwrap_or(Answer::Status(200)), body)
    }
}

fn region_of(host: &str) -> String {
    let name = host.strip_suffix(".securitycenter.microsoft.com").unwrap();
    let region = name.strip_prefix("api").unwrap().trim_start_matches('-');
    String::from(if region.is_empty() { "global" } else { region })
}

#[async_trait]
impl Transport for Hosts {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if request.uri().host() == Some("login.microsoftonline.com") {
            let form = String::from_utf8(request.body().to_vec()).unwrap();
            self.0.lock().unwrap().forms.push(form);
            let token = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"t"}"#;
            return Ok(Response::new(Bytes::from_static(token.as_bytes())));
        }
        let (status, body) = match self.receive(&request) {
            (Answer::Fail(kind), _) => return Err(TransportError::new(kind)),
            (Answer::Status(status), body) => (status, body.to_owned()),
            (Answer::FirstPage, _) => {
                let link = "https://api-us3.securitycenter.microsoft.com/api/machines?$skip=1";
                (
                    200,
                    format!(r#"{{"@odata.nextLink":"{link}","value":[{{"id":"1"}}]}}"#),
                )
            }
        };
        let response = Response::builder().status(status);
        Ok(response.body(Bytes::from(body)).unwrap())
    }
}

/// How far each region is; those that are not named are far.
#[derive(Clone, Debug)]
struct Distances(&'static [(&'static str, u64)]);

#[async_trait]
impl Network for Distances {
    async fn connect(&self, endpoint: &Endpoint) -> Result<(), TransportError> {
        let region = region_of(endpoint.url().host_str().unwrap());
        let known = self.0.iter().find(|(name, _)| *name == region);
        let millis = known.map_or(300, |(_, millis)| *millis);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        Ok(())
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new(1)
    }
}

const IN_EUROPE: Distances = Distances(&[("eu", 10), ("uk", 30), ("us", 90), ("global", 90)]);

fn microsofts(hosts: &Hosts) -> ClientBuilder {
    Client::builder()
        .credential(ClientSecret::new("tenant", "app", "canary"))
        .transport(hosts.clone())
}

fn nearest() -> NearestRegion {
    NearestRegion::new().measured_by(IN_EUROPE)
}

fn client(hosts: &Hosts) -> Client {
    microsofts(hosts).nearest(nearest()).build().unwrap()
}

/// A client that tries once.
fn one_try(hosts: &Hosts) -> Client {
    let builder = microsofts(hosts).nearest(nearest());
    builder.retry(RetryPolicy::never()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn calls_go_to_the_nearest_host_and_the_token_stays_the_clouds() {
    let hosts = Hosts::new();
    let client = client(&hosts);
    assert_eq!(client.nearest().unwrap().now().why(), Why::NotMeasured);
    client.machine(MACHINE).get().await.unwrap();
    client
        .machine(MACHINE)
        .stop_and_quarantine_file(SHA1, "alert 7")
        .await
        .unwrap();
    assert_eq!(hosts.arrivals(), ["GET eu", "POST eu"]);
    assert_eq!(
        client.endpoint().to_string(),
        "https://api-eu.securitycenter.microsoft.com/"
    );
    let forms = hosts.0.lock().unwrap().forms.clone();
    assert_eq!(forms.len(), 1);
    assert!(
        forms[0].contains("scope=https%3A%2F%2Fapi.securitycenter.microsoft.com%2F.default"),
        "{forms:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn three_failures_to_connect_in_a_row_move_the_fourth_attempt() {
    for answer in [
        Answer::Fail(TransportErrorKind::Connect),
        Answer::Status(503),
    ] {
        let hosts = Hosts::new();
        let client = client(&hosts);
        hosts.answer("eu", answer);
        client.machine(MACHINE).get().await.unwrap();
        client.machine(MACHINE).get().await.unwrap();
        assert_eq!(
            hosts.arrivals(),
            ["GET eu", "GET eu", "GET eu", "GET uk", "GET uk"]
        );
        assert_eq!(client.nearest().unwrap().now().why(), Why::FailedOver);
    }
}

#[tokio::test(start_paused = true)]
async fn failures_that_are_far_apart_move_nothing() {
    let hosts = Hosts::new();
    let client = one_try(&hosts);
    hosts.answer("eu", Answer::Fail(TransportErrorKind::Connect));
    for _ in 0..4 {
        let error = client.machine(MACHINE).get().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport);
        advance(Duration::from_secs(16)).await;
    }
    assert_eq!(hosts.arrivals(), ["GET eu"; 4]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_the_rate_is_no_reason_to_move() {
    for status in [429, 500, 404] {
        let hosts = Hosts::new();
        let client = one_try(&hosts);
        hosts.answer("eu", Answer::Status(status));
        for _ in 0..3 {
            client.machine(MACHINE).get().await.unwrap_err();
        }
        hosts.answer("eu", Answer::Status(200));
        client
            .with_deadline(None)
            .machine(MACHINE)
            .get()
            .await
            .unwrap();
        assert!(
            hosts.arrivals().iter().all(|line| line == "GET eu"),
            "{status}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn further_pages_are_asked_where_calls_go_now() {
    let hosts = Hosts::new();
    let client = one_try(&hosts);
    hosts.answer("eu", Answer::FirstPage);
    let mut pages = client.machines().pages().unwrap();
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 1);

    hosts.answer("eu", Answer::Status(503));
    for _ in 0..3 {
        pages.next().await.unwrap_err();
    }
    hosts.answer("uk", Answer::FirstPage);
    assert!(
        pages.next().await.is_err(),
        "it is the same page again: a circle"
    );
    assert_eq!(
        hosts.arrivals(),
        ["GET eu", "GET eu", "GET eu", "GET eu", "GET uk"]
    );
}

/// Its outcome is unknown, and it is the third failure of its host.
async fn action_in_doubt(hosts: &Hosts, course: InDoubt) -> Result<Placed, Error> {
    let reads = one_try(hosts);
    hosts.answer("eu", Answer::Status(503));
    for _ in 0..2 {
        reads.machine(MACHINE).get().await.unwrap_err();
    }
    let machine = reads.machine(MACHINE);
    machine
        .stop_and_quarantine_file(SHA1, "alert 7")
        .in_doubt(course)
        .await
}

#[tokio::test(start_paused = true)]
async fn an_action_in_doubt_is_asked_of_no_other_host() {
    let hosts = Hosts::new();
    let error = action_in_doubt(&hosts, InDoubt::Report).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(hosts.arrivals(), ["GET eu", "GET eu", "POST eu"]);
}

#[tokio::test(start_paused = true)]
async fn it_is_repeated_at_another_host_only_after_the_list_was_read() {
    let hosts = Hosts::new();
    action_in_doubt(&hosts, InDoubt::RepeatOnce).await.unwrap();
    assert_eq!(
        hosts.arrivals()[2..],
        ["POST eu", "GET uk", "GET uk", "POST uk"]
    );
}

#[tokio::test(start_paused = true)]
async fn one_budget_is_for_all_hosts() {
    let hosts = Hosts::new();
    let four: quell::ratelimit::Quota = "4/60s".parse().unwrap();
    let client = microsofts(&hosts)
        .nearest(nearest())
        .limits(Limits::each(four))
        .build()
        .unwrap();
    hosts.answer("eu", Answer::Status(503));
    client.machine(MACHINE).get().await.unwrap();
    let first_four = hosts.last_arrival();
    assert_eq!(hosts.arrivals(), ["GET eu", "GET eu", "GET eu", "GET uk"]);
    client.machine(MACHINE).get().await.unwrap();
    assert!(first_four < Duration::from_secs(60));
    assert!(hosts.last_arrival() >= Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn a_named_region_is_never_left() {
    let hosts = Hosts::new();
    let client = microsofts(&hosts).region(Region::Europe).build().unwrap();
    hosts.answer("eu", Answer::Fail(TransportErrorKind::Connect));
    for _ in 0..2 {
        client.action(ACTION).get().await.unwrap_err();
    }
    assert_eq!(hosts.arrivals(), ["GET eu"; 8]);
    assert!(client.nearest().is_none());
}

#[tokio::test(start_paused = true)]
async fn the_first_call_waits_for_half_a_second_at_most_and_never_past_its_deadline() {
    const FAR: Distances = Distances(&[("eu", 1_000), ("global", 2_000)]);
    let hosts = Hosts::new();
    let far = NearestRegion::new().measured_by(FAR);
    let client = microsofts(&hosts).nearest(far).build().unwrap();
    let begun = Instant::now();
    let hurried = client.with_deadline(Duration::from_millis(100));
    let error = hurried.machine(MACHINE).get().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Timeout, Outcome::NotPerformed)
    );
    assert!(begun.elapsed() < Duration::from_millis(110));

    client.machine(MACHINE).get().await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(510));
    assert_eq!(hosts.arrivals(), ["GET global"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_measured_is_remembered() {
    let (hosts, cache) = (Hosts::new(), Arc::new(MemoryCache::default()));
    let remembering = || nearest().remembered_in(Arc::clone(&cache));
    let first = microsofts(&hosts).nearest(remembering()).build().unwrap();
    first.machine(MACHINE).get().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(cache.load().is_some());

    let second = microsofts(&hosts).nearest(remembering()).build().unwrap();
    assert_eq!(second.nearest().unwrap().now().candidate().name(), "eu");
}

#[test]
fn candidates_are_of_one_cloud_and_one_family() {
    let names = |cloud, family: Option<HostFamily>| -> Vec<String> {
        let candidates = NearestRegion::candidates(cloud, family).unwrap();
        candidates
            .iter()
            .map(|candidate| candidate.name().to_owned())
            .collect()
    };
    assert_eq!(names(Cloud::Commercial, None), ["global", "us", "eu", "uk"]);
    let newer = names(Cloud::Commercial, Some(HostFamily::Security));
    assert_eq!(
        newer,
        ["global", "us", "eu", "uk", "au", "swa", "ina", "aea"]
    );
    assert_eq!(names(Cloud::GccHigh, None), ["global"]);
    assert!(NearestRegion::candidates(Cloud::Dod, HostFamily::Security).is_err());
}
