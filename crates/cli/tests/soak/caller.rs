//! Who asks for actions: each file of each device once, whether or not the answer arrives.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use bytes::Bytes;
use http::{Request, header};
use quell_testkit::Wire;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::device::{AGAIN, Target};
use crate::record::{Record, Told};

/// The callers at work.
pub(crate) struct Callers {
    stopping: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
}

/// What the callers share.
struct Errand {
    pairs: Vec<(String, String)>,
    next: AtomicUsize,
    authorization: String,
    wire: Arc<Wire>,
    record: Arc<Record>,
    stopping: Arc<AtomicBool>,
}

impl Callers {
    pub(crate) fn start(
        runtime: &Runtime,
        callers: usize,
        targets: &[Target],
        authorization: &str,
        wire: &Arc<Wire>,
        record: &Arc<Record>,
    ) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        let errand = Arc::new(Errand {
            pairs: pairs(targets),
            next: AtomicUsize::new(0),
            authorization: authorization.to_owned(),
            wire: Arc::clone(wire),
            record: Arc::clone(record),
            stopping: Arc::clone(&stopping),
        });
        let call = |_| runtime.spawn(Arc::clone(&errand).call());
        Self {
            stopping,
            tasks: (0..callers).map(call).collect(),
        }
    }

    /// Lets everyone finish what he asked.
    pub(crate) fn stop(self, runtime: &Runtime) {
        self.stopping.store(true, Ordering::Relaxed);
        for task in self.tasks {
            runtime.block_on(task).expect("no caller panics");
        }
    }
}

/// The files of all devices, one device after the other.
fn pairs(targets: &[Target]) -> Vec<(String, String)> {
    let most = targets.iter().map(|target| target.files.len()).max();
    (0..most.unwrap_or(0))
        .flat_map(|place| {
            targets.iter().filter_map(move |target| {
                Some((target.device.clone(), target.files.get(place)?.clone()))
            })
        })
        .collect()
}

impl Errand {
    async fn call(self: Arc<Self>) {
        while !self.stopping.load(Ordering::Relaxed) {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some((device, file)) = self.pairs.get(place) else {
                return;
            };
            match self.wire.send(self.stop(device, file)).await {
                Some((201, action)) => {
                    let id = action["id"].as_str().expect("an id");
                    self.record.acknowledge(id);
                }
                // 500: the server does not know it either.
                Some((500 | 503, _)) | None => {
                    self.record.doubt();
                    until_there(&self.wire, &self.authorization).await;
                }
                refused => panic!("a caller was refused: {refused:?}"),
            }
        }
    }

    fn stop(&self, device: &str, file: &str) -> Request<Bytes> {
        let body = json!({"Comment": "soak", "Sha1": file}).to_string();
        Request::post(format!("/api/machines/{device}/StopAndQuarantineFile"))
            .header(
                header::AUTHORIZATION,
                format!("Bearer {}", self.authorization),
            )
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.into())
            .expect("the request is well formed")
    }
}

/// Waits until the server and its store are there, so that a file is not used up on one that is not.
pub(crate) async fn until_there(wire: &Wire, authorization: &str) {
    let ask = || {
        Request::get("/api/machineactions?$top=1")
            .header(header::AUTHORIZATION, format!("Bearer {authorization}"))
            .body(Bytes::new())
            .expect("the request is well formed")
    };
    while !matches!(wire.send(ask()).await, Some((200, _))) {
        tokio::time::sleep(AGAIN).await;
    }
}

/// What the server tells of all actions when none is active any more, or when time is up.
pub(crate) async fn until_ended(wire: &Wire, authorization: &str, until: Instant) -> Told {
    loop {
        let told = all(wire, authorization).await;
        let active = |status: &String| matches!(status.as_str(), "Pending" | "InProgress");
        if !told.values().any(active) || Instant::now() > until {
            return told;
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn all(wire: &Wire, authorization: &str) -> Told {
    let mut told = HashMap::new();
    loop {
        let request = Request::get(format!("/api/machineactions?$skip={}", told.len()))
            .header(header::AUTHORIZATION, format!("Bearer {authorization}"))
            .body(Bytes::new())
            .expect("the request is well formed");
        let Some((200, page)) = wire.send(request).await else {
            panic!("the server lists its actions");
        };
        let actions = page["value"].as_array().expect("a page");
        let text = |action: &Value, name: &str| action[name].as_str().expect("a text").to_owned();
        told.extend(
            actions
                .iter()
                .map(|action| (text(action, "id"), text(action, "status"))),
        );
        if page.get("@odata.nextLink").is_none() {
            return told;
        }
    }
}
