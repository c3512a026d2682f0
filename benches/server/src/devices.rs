//! Devices that hold a request open, thousands at once.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use http::StatusCode;
use quell_testkit::{Device, World};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::connection::Connection;
use crate::fill::Fleet;
use crate::stage::Stage;

/// So many connections enrol devices at once.
const ENROLLING: usize = 32;
/// How long an order may take before something is broken.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest hold.
const WAIT_SECONDS: u32 = 50;

/// The file that the nth device has.
fn sha1(number: usize) -> String {
    format!("{number:040x}")
}

/// Enrols a whole fleet, each machine of which tells of its files.
pub async fn enrol(world: &World, server: SocketAddr, fleet: Fleet) {
    let token = world.enrolment_token(u32::try_from(fleet.machines).expect("not that many"));
    let mut enrolling = tokio::task::JoinSet::new();
    for first in 0..ENROLLING as u64 {
        let token = token.clone();
        enrolling.spawn(async move {
            let mut connection = Connection::open(server).await;
            for number in (first..fleet.machines).step_by(ENROLLING) {
                let (machine, files) = fleet.machine(number);
                let files: Vec<_> = files.iter().map(String::as_str).collect();
                let device = Device::new(&machine, &token);
                for request in [device.enrol(&token), device.inventory(&files)] {
                    connection.expect(StatusCode::OK, request).await;
                }
            }
        });
    }
    while let Some(done) = enrolling.join_next().await {
        done.expect("no device panics");
    }
}

/// Devices that wait for orders, and when which of them got one.
#[derive(Debug)]
pub struct Waiting {
    /// No other run's devices have these ids.
    run: String,
    woken: UnboundedReceiver<(usize, Instant)>,
}

impl Waiting {
    /// Enrols so many devices, lets each tell of a file, and then wait.
    pub async fn start(world: &World, server: SocketAddr, devices: usize) -> Self {
        let token = world.enrolment_token(u32::try_from(devices).expect("not that many"));
        let mut numbers: Vec<Vec<usize>> = vec![Vec::new(); ENROLLING];
        for number in 0..devices {
            if let Some(of_one) = numbers.get_mut(number % ENROLLING) {
                of_one.push(number);
            }
        }
        let run = uuid::Uuid::new_v4().simple().to_string();
        let (tell, woken) = unbounded_channel();
        let mut enrolling = tokio::task::JoinSet::new();
        for of_one in numbers {
            let (run, token, tell) = (run.clone(), token.clone(), tell.clone());
            enrolling.spawn(async move {
                for number in of_one {
                    let device = Device::new(&id(&run, number), &token);
                    let mut connection = Connection::open(server).await;
                    for request in [device.enrol(&token), device.inventory(&[&sha1(number)])] {
                        connection.expect(StatusCode::OK, request).await;
                    }
                    tokio::spawn(wait(device, number, connection, tell.clone()));
                }
            });
        }
        while let Some(done) = enrolling.join_next().await {
            done.expect("no device panics");
        }
        Self { run, woken }
    }

    /// Orders something from the nth device, for the first time: from the request until the order is there.
    pub async fn wake(
        &mut self,
        stage: &Stage,
        connection: &mut Connection,
        number: usize,
    ) -> Duration {
        let request = stage.stop(&id(&self.run, number), &sha1(number));
        let sent = Instant::now();
        connection.expect(StatusCode::CREATED, request).await;
        let (woken, arrived) = tokio::time::timeout(PATIENCE, self.woken.recv())
            .await
            .expect("an order arrives")
            .expect("the devices wait on");
        assert_eq!(woken, number, "another device was woken");
        arrived - sent
    }
}

fn id(run: &str, number: usize) -> String {
    format!("{run}{number:08x}")
}

async fn wait(
    device: Device,
    number: usize,
    mut connection: Connection,
    tell: UnboundedSender<(usize, Instant)>,
) {
    let mut acknowledged = 0;
    loop {
        let answer = connection
            .expect(StatusCode::OK, device.hold(acknowledged, WAIT_SECONDS))
            .await;
        let arrived = Instant::now();
        let answer: Value = serde_json::from_slice(&answer).expect("json");
        for order in answer["orders"].as_array().expect("a list of orders") {
            acknowledged = order["sequence"].as_u64().expect("orders are numbered");
            if tell.send((number, arrived)).is_err() {
                return;
            }
        }
    }
}
