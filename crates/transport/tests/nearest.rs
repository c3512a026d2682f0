//! `Nearest` from outside: on a pretended network in virtual time, and over real sockets.

#![cfg(feature = "nearest")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use quell_transport::nearest::{
    Candidate, Candidates, Choice, Fingerprint, MemoryCache, Met, Nearest, NearestCache, Network,
    Remembered, TlsNetwork, Why, probe,
};
use quell_transport::{Endpoint, Proxy, TransportError, TransportErrorKind, TransportOptions};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::time::{Instant, advance, sleep};

/// A network in which every host is as far as it is told to be; `None` does not connect.
#[derive(Clone, Debug, Default)]
struct Pretended(Arc<State>);

#[derive(Debug, Default)]
struct State {
    distances: Mutex<HashMap<String, Option<Duration>>>,
    connects: AtomicUsize,
    fingerprint: AtomicU64,
}

impl Pretended {
    fn with(distances: &[(&str, Option<u64>)]) -> Self {
        let network = Self::default();
        for (name, millis) in distances {
            network.place(name, *millis);
        }
        network
    }

    fn place(&self, name: &str, millis: Option<u64>) {
        let host = format!("{name}.example");
        let distance = millis.map(Duration::from_millis);
        self.0.distances.lock().unwrap().insert(host, distance);
    }

    fn connects(&self) -> usize {
        self.0.connects.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Network for Pretended {
    async fn connect(&self, endpoint: &Endpoint) -> Result<(), TransportError> {
        self.0.connects.fetch_add(1, Ordering::SeqCst);
        let distance = self.0.distances.lock().unwrap()[endpoint.url().host_str().unwrap()];
        let distance = distance.ok_or_else(|| TransportError::new(TransportErrorKind::Connect))?;
        // Counted by a test as a connect that waits.
        let _waits = Arc::clone(&self.0);
        sleep(distance).await;
        Ok(())
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new(self.0.fingerprint.load(Ordering::SeqCst))
    }
}

/// Counts what it is to keep.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl NearestCache for Counting {
    fn load(&self) -> Option<Remembered> {
        None
    }

    fn store(&self, _: &Remembered) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn candidate(name: &str) -> Candidate {
    let endpoint = format!("https://{name}.example").parse().unwrap();
    Candidate::new("commercial", name, endpoint)
}

fn candidates(others: &[&str]) -> Candidates {
    Candidates::new(
        candidate("global"),
        others.iter().map(|name| candidate(name)),
    )
    .unwrap()
}

fn name(choice: &Choice) -> &str {
    choice.candidate().name()
}

fn fail_three_times(nearest: &Nearest, choice: &Choice) {
    for _ in 0..3 {
        let met = Met::Answer(StatusCode::SERVICE_UNAVAILABLE);
        nearest.report_met(choice, met, Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_call_waits_for_a_short_measurement() {
    let network = Pretended::with(&[("global", Some(90)), ("eu", Some(20)), ("us", None)]);
    let nearest = Nearest::new(candidates(&["eu", "us"]), network.clone());
    let start = Instant::now();
    let choice = nearest.choose().await;
    assert_eq!((name(&choice), choice.why()), ("eu", Why::Nearest));
    assert!(start.elapsed() <= Duration::from_millis(100));
    assert_eq!(network.connects(), 9, "three for each");

    nearest.choose().await;
    assert_eq!(network.connects(), 9, "known for a day");
}

#[tokio::test(start_paused = true)]
async fn the_first_calls_wait_for_no_more_than_half_a_second_in_all() {
    let network = Pretended::with(&[("global", Some(2_000)), ("eu", Some(20))]);
    let nearest = Nearest::new(candidates(&["eu"]), network);
    let start = Instant::now();
    let choice = nearest.choose().await;
    assert_eq!((name(&choice), choice.why()), ("global", Why::NotMeasured));
    assert_eq!(nearest.choose().await.why(), Why::NotMeasured);
    assert!(start.elapsed() < Duration::from_millis(510));

    // The measurement goes on meanwhile, and the next call moves.
    sleep(Duration::from_secs(3)).await;
    assert_eq!(name(&nearest.choose().await), "eu");
}

#[tokio::test(start_paused = true)]
async fn a_short_program_waits_for_as_long_as_it_says_and_only_for_the_first_measurement() {
    let network = Pretended::with(&[("global", Some(2_000)), ("eu", Some(20))]);
    let nearest = Nearest::new(candidates(&["eu"]), network);
    let start = Instant::now();
    let early = nearest.choose_within(Duration::from_secs(1)).await;
    assert_eq!((name(&early), early.why()), ("global", Why::NotMeasured));
    assert_eq!(start.elapsed(), Duration::from_secs(1));
    let patient = nearest.choose_within(Duration::from_secs(6)).await;
    assert_eq!((name(&patient), patient.why()), ("eu", Why::Nearest));

    let known = Instant::now();
    nearest.choose_within(Duration::from_secs(6)).await;
    assert_eq!(known.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_connect_that_hangs_is_given_up() {
    let network = Pretended::with(&[("global", Some(10_000_000)), ("eu", Some(20))]);
    let table = probe(&candidates(&["eu"]), network).await;
    let global = &table.rows()[0];
    assert_eq!(global.connects().score(), None);
    assert!(
        global
            .connects()
            .iter()
            .all(|connect| connect == Err(TransportErrorKind::Timeout))
    );
    assert_eq!(table.chosen().unwrap().candidate().name(), "eu");
    assert_eq!(table.why(), Why::Nearest);
}

#[tokio::test(start_paused = true)]
async fn a_table_without_a_connection_falls_on_home() {
    let network = Pretended::with(&[("global", None), ("eu", None)]);
    let table = probe(&candidates(&["eu"]), network).await;
    assert_eq!(table.chosen().unwrap().candidate().name(), "global");
    assert_eq!(table.why().to_string(), "none reached");
}

#[tokio::test(start_paused = true)]
async fn it_fails_over_and_comes_back() {
    let network = Pretended::with(&[("global", Some(90)), ("eu", Some(20)), ("us", Some(60))]);
    let cache = Arc::new(Counting::default());
    let shared = Arc::clone(&cache);
    let nearest = Nearest::remembering(candidates(&["eu", "us"]), network.clone(), shared);
    let eu = nearest.choose().await;
    network.place("eu", None);
    fail_three_times(&nearest, &eu);
    let us = nearest.now();
    assert_eq!((name(&us), us.why()), ("us", Why::FailedOver));

    // Late failures of calls that were still on their way say nothing of the new one.
    fail_three_times(&nearest, &eu);
    assert_eq!(name(&nearest.now()), "us");

    network.place("eu", Some(20));
    for _ in 0..2 {
        advance(Duration::from_secs(601)).await;
        assert_eq!(name(&nearest.choose().await), "us");
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(name(&nearest.choose().await), "eu");
    assert_eq!(network.connects(), 9 + 3 + 3, "only eu was looked at again");
    let stored = cache.0.load(Ordering::SeqCst);
    assert_eq!(stored, 1, "a look at one is no measurement of all");
}

#[tokio::test(start_paused = true)]
async fn a_named_region_is_never_left_and_costs_no_connect() {
    let network = Pretended::with(&[("eu", None)]);
    let nearest = Nearest::new(Candidates::only(candidate("eu")), network.clone());
    let choice = nearest.choose().await;
    fail_three_times(&nearest, &choice);
    let choice = nearest.choose().await;
    assert_eq!((name(&choice), choice.why()), ("eu", Why::Named));
    assert_eq!(network.connects(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_measurement_outlives_the_process_in_the_same_network() {
    let network = Pretended::with(&[("global", Some(90)), ("eu", Some(20))]);
    let cache = Arc::new(MemoryCache::default());
    let start = || {
        let cache = Arc::clone(&cache);
        Nearest::remembering(candidates(&["eu"]), network.clone(), cache)
    };
    start().choose().await;
    assert_eq!(network.connects(), 6);
    assert!(cache.load().is_some());

    assert_eq!(name(&start().choose().await), "eu");
    assert_eq!(network.connects(), 6, "from the cache");

    network.0.fingerprint.store(1, Ordering::SeqCst);
    network.place("eu", Some(200));
    assert_eq!(name(&start().choose().await), "global");
    assert_eq!(network.connects(), 12, "another network");
}

#[tokio::test(start_paused = true)]
async fn a_measurement_ends_with_the_last_clone() {
    let network = Pretended::with(&[("global", Some(2_000)), ("eu", Some(2_000))]);
    let nearest = Nearest::new(candidates(&["eu"]), network.clone());
    nearest.choose().await;
    assert_eq!(Arc::strong_count(&network.0), 2 + 6, "six connects wait");
    drop(nearest);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(Arc::strong_count(&network.0), 1);
}

/// A portal lets no one out at first: nothing is reached, and it is another network all the same.
#[tokio::test(start_paused = true)]
async fn a_network_that_reached_nothing_at_first_is_measured_anew() {
    let network = Pretended::with(&[("global", Some(80)), ("eu", Some(20))]);
    let nearest = Nearest::new(candidates(&["eu"]), network.clone());
    assert_eq!(name(&nearest.choose().await), "eu");

    network.0.fingerprint.store(1, Ordering::SeqCst);
    network.place("global", None);
    network.place("eu", None);
    let look = async |after: Duration| {
        advance(after).await;
        nearest.choose().await;
        sleep(Duration::from_secs(6)).await;
        nearest.now()
    };
    look(Duration::from_secs(24 * 60 * 60)).await;
    network.place("global", Some(20));
    network.place("eu", Some(200));
    let choice = look(Duration::from_secs(61)).await;
    assert_eq!((name(&choice), choice.why()), ("global", Why::Nearest));
}

/// A measurement runs in one runtime; whoever asks from outside of any is answered.
#[test]
fn outside_of_the_runtime_nobody_waits_and_nothing_panics() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let network = Pretended::with(&[("global", Some(60_000)), ("eu", Some(60_000))]);
    let nearest = Nearest::new(candidates(&["eu"]), network);
    runtime.block_on(async {
        let first = nearest.choose();
        tokio::pin!(first);
        let waker = std::task::Waker::noop();
        let mut context = std::task::Context::from_waker(waker);
        assert!(first.as_mut().poll(&mut context).is_pending());
    });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let outside = std::pin::pin!(nearest.choose());
    assert!(outside.poll(&mut context).is_ready());
}

#[test]
fn without_a_runtime_it_stays_where_it_is() {
    let nearest = Nearest::new(candidates(&["eu"]), Pretended::default());
    let choice = nearest.now();
    fail_three_times(&nearest, &choice);
    assert_eq!(name(&nearest.now()), "eu", "failing over needs no runtime");
}

/// Over real sockets: what connects is heard, and nothing is said.
#[tokio::test]
async fn a_connect_says_nothing() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let refusing = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let closed = refusing.local_addr().unwrap().port();
    drop(refusing);
    let server = tokio::spawn(async move {
        let mut heard = Vec::new();
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.read_to_end(&mut heard).await.unwrap();
        }
        heard
    });
    let local = |name: &str, port: u16| {
        let endpoint = format!("http://127.0.0.1:{port}").parse().unwrap();
        Candidate::new("lab", name, endpoint)
    };
    let candidates = Candidates::new(local("closed", closed), [local("open", port)]).unwrap();
    let options = TransportOptions::default().with_proxy(Proxy::Direct);
    let table = probe(&candidates, TlsNetwork::new(&options).unwrap()).await;
    assert_eq!(table.chosen().unwrap().candidate().name(), "open");
    assert!(
        table.rows()[0]
            .connects()
            .iter()
            .all(|connect| connect == Err(TransportErrorKind::Connect))
    );
    assert_eq!(server.await.unwrap(), b"");
}
