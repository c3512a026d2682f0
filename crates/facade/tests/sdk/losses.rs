//! A campaign over a network that loses answers and requests: everything is done, and once.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, Response};
use quell::transport::{Transport, TransportError, TransportErrorKind::Interrupted};
use quell::{Client, InDoubt, Placement, Reconciled, Service, Timestamp};

use crate::tenant::{SECRET, SHA1};

const MACHINES: usize = 1_000;

/// A service that does all that it is asked, twice if it is asked twice, and its network.
#[derive(Clone)]
struct Lossy(Arc<Mutex<State>>);

struct State {
    random: u64,
    /// The actions as a list shows them, and how many each machine was asked for.
    actions: Vec<String>,
    effects: HashMap<String, usize>,
    answers_lost: usize,
    requests_lost: usize,
}

impl Lossy {
    fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            random: seed,
            actions: Vec::new(),
            effects: HashMap::new(),
            answers_lost: 0,
            requests_lost: 0,
        })))
    }

    fn client(&self) -> Client {
        let service = Service::custom("https://edr.example", "https://login.example")
            .client_secret("tenant", "app", SECRET);
        let builder = Client::builder().service(service).transport(self.clone());
        builder.build().unwrap()
    }
}

impl State {
    /// From 0 to 99: xorshift64.
    fn percent(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % 100
    }

    /// Of a hundred requests one is lost, and two answers are; no one can tell the three apart.
    fn post(&mut self, request: &Request<Bytes>) -> Option<String> {
        let lot = self.percent();
        if lot == 0 {
            self.requests_lost += 1;
            return None;
        }
        let action = self.act(request);
        if lot <= 2 {
            self.answers_lost += 1;
            return None;
        }
        Some(action)
    }

    fn act(&mut self, request: &Request<Bytes>) -> String {
        let machine = request.uri().path().split('/').nth(3).unwrap();
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        let action = serde_json::json!({
            "id": format!("action-{}", self.actions.len()),
            "type": "StopAndQuarantineFile",
            "status": "Pending",
            "machineId": machine,
            "requestorComment": body["Comment"],
            "creationDateTimeUtc": Timestamp::from(SystemTime::now()).to_string(),
            "relatedFileInfo": {"fileIdentifier": body["Sha1"], "fileIdentifierType": "Sha1"},
        });
        *self.effects.entry(machine.to_owned()).or_default() += 1;
        self.actions.push(action.to_string());
        action.to_string()
    }
}

impl fmt::Debug for Lossy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lossy").finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for Lossy {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let mut state = self.0.lock().unwrap();
        let (status, body) = match (request.uri().host(), request.method()) {
            (Some("login.example"), _) => {
                let token = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"t"}"#;
                (200, Some(token.to_owned()))
            }
            (_, &Method::POST) => (201, state.post(&request)),
            _ => {
                let rows = state.actions.join(",");
                (200, Some(format!(r#"{{"value":[{rows}]}}"#)))
            }
        };
        let body = body.ok_or_else(|| TransportError::new(Interrupted))?;
        Ok(Response::builder()
            .status(status)
            .body(body.into())
            .unwrap())
    }
}

/// Asks until it is done, as a careful caller does: a second doubt is reported, and looked into first.
async fn quarantine(client: &Client, machine: &str) -> Placement {
    loop {
        let asked = client
            .machine(machine)
            .stop_and_quarantine_file(SHA1, "alert 7")
            .tagged()
            .in_doubt(InDoubt::RepeatOnce);
        let error = match asked.await {
            Ok(placed) => return placed.placement(),
            Err(error) => error,
        };
        let intent = error.intent().expect("only a doubt is left");
        match client.reconcile(intent).await.unwrap() {
            Reconciled::Found(_) => return Placement::Adopted,
            Reconciled::NotFound => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_campaign_that_loses_answers_and_requests_does_everything_once() {
    for seed in [1, 7, 4_711] {
        let service = Lossy::new(seed);
        let client = service.client().with_deadline(None);
        let mut adopted = 0;
        for number in 0..MACHINES {
            let placement = quarantine(&client, &format!("{number:040x}")).await;
            adopted += usize::from(placement == Placement::Adopted);
        }
        let state = service.0.lock().unwrap();
        assert_eq!(state.effects.len(), MACHINES, "none is lost");
        assert!(
            state.effects.values().all(|times| *times == 1),
            "none twice"
        );
        assert_eq!(adopted, state.answers_lost);
        assert!(state.answers_lost > 10 && state.requests_lost > 3);
    }
}
