//! Devices that carry out orders as the agent does: an order is taken up before it is acknowledged, its action's id is
//! kept, and what was taken up before has no effect again. Now and then one loses what it was about to say of an order that
//! it has taken up, as an agent does that dies there: the server does not know, and hands the order out again.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use quell_protocol::EnrolmentToken;
use quell_testkit::{Device, Wire};
use serde_json::Value;

use crate::record::Record;
use crate::seeded::Seeded;

/// How soon a device that got no answer asks again.
pub(crate) const AGAIN: Duration = Duration::from_millis(5);
const WAIT_SECONDS: u32 = 20;
/// Of so many orders one is taken up and not acknowledged.
const ONE_IS_LOST_OF: usize = 8;

/// A device's id and the files on it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) device: String,
    pub(crate) files: Vec<String>,
}

/// Enrols so many devices with so many files each, and lets them work for as long as the runtime lives.
pub(crate) async fn start(
    devices: usize,
    files: usize,
    wire: &Arc<Wire>,
    token: &EnrolmentToken,
    record: &Arc<Record>,
) -> Vec<Target> {
    let mut targets = Vec::new();
    for number in 0..devices {
        let device = Device::new(&format!("{:040x}", number + 1), token);
        let files: Vec<String> = (0..files)
            .map(|file| format!("{:040x}", (number + 1) * 1_000_000 + file))
            .collect();
        let names: Vec<&str> = files.iter().map(String::as_str).collect();
        for request in [device.enrol(token), device.inventory(&names)] {
            let answer = wire.send(request).await;
            assert!(matches!(answer, Some((200, _))), "{answer:?}");
        }
        targets.push(Target {
            device: device.id().to_owned(),
            files,
        });
        let moments = Seeded::new(number as u64 + 1);
        tokio::spawn(work(device, Arc::clone(wire), Arc::clone(record), moments));
    }
    targets
}

async fn work(device: Device, wire: Arc<Wire>, record: Arc<Record>, mut moments: Seeded) {
    let mut acknowledged = 0;
    let mut taken_up = HashSet::new();
    'life: loop {
        let orders = until_answered(&wire, || device.hold(acknowledged, WAIT_SECONDS)).await;
        for order in orders["orders"].as_array().expect("a list of orders") {
            let action = order["actionId"].as_str().expect("an action");
            let file = order["verb"]["sha1"].as_str().expect("a file");
            match taken_up.insert(action.to_owned()) {
                true => {
                    record.carry_out(device.id(), action, file);
                    if moments.below(ONE_IS_LOST_OF) == 0 {
                        continue 'life;
                    }
                }
                false => record.repeat(),
            }
            acknowledged = order["sequence"].as_u64().expect("a number");
            until_answered(&wire, || device.begin(action)).await;
            until_answered(&wire, || device.finish(action, file)).await;
        }
    }
}

/// Asks, each time with a new proof, until the server says yes.
async fn until_answered(wire: &Wire, mut request: impl FnMut() -> Request<Bytes>) -> Value {
    loop {
        match wire.send(request()).await {
            Some((200, answer)) => return answer,
            Some((503, _)) | None => tokio::time::sleep(AGAIN).await,
            refused => panic!("a device was refused: {refused:?}"),
        }
    }
}
