//! A device without an agent: it makes and proves its requests, and leaves it to the test to send them.
//!
//! Thousands of them fit into one process, and what one does is the test's own decision: to answer
//! late, twice, or never.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Request, header};
use quell_model::MachineId;
use quell_protocol::assertion::ALGORITHM;
use quell_protocol::{AssertionClaims, Binding, EnrolmentToken, ProtocolVersion, route};
use serde_json::{Value, json};
use uuid::Uuid;

/// A device of its own key.
#[derive(Debug)]
pub struct Device {
    id: MachineId,
    audience: String,
    pair: Ed25519KeyPair,
    /// This life, which no other device tells.
    nonce: String,
    holds: AtomicU64,
}

impl Device {
    /// A device of this id with a new key, for the server that made the token.
    ///
    /// # Panics
    /// When the id is none, or there are no random bytes.
    #[must_use]
    pub fn new(id: &str, token: &EnrolmentToken) -> Self {
        Self {
            id: MachineId::new(id).expect("the id is not empty"),
            audience: token.audience.clone(),
            pair: Ed25519KeyPair::generate().expect("there are random bytes"),
            nonce: Uuid::new_v4().simple().to_string(),
            holds: AtomicU64::new(0),
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.id.as_str()
    }

    /// Asks to be let in by this token.
    #[must_use]
    pub fn enrol(&self, token: &EnrolmentToken) -> Request<Bytes> {
        self.post(
            route::ENROL,
            &json!({
                "protocolVersion": ProtocolVersion::CURRENT,
                "secret": token.secret(),
                "machineId": self.id,
                "publicKey": URL_SAFE_NO_PAD.encode(self.pair.public_key()),
                "machine": self.facts(),
            }),
        )
    }

    /// Asks for the orders above a sequence number, and waits for so many seconds.
    #[must_use]
    pub fn hold(&self, acknowledged: u64, wait_seconds: u32) -> Request<Bytes> {
        self.post(
            route::HOLD,
            &json!({
                "protocolVersion": ProtocolVersion::CURRENT,
                "agentVersion": env!("CARGO_PKG_VERSION"),
                "life": {
                    "start": 1,
                    "nonce": self.nonce,
                    "count": self.holds.fetch_add(1, Ordering::Relaxed) + 1,
                },
                "acknowledged": acknowledged,
                "waitSeconds": wait_seconds,
            }),
        )
    }

    /// Says that it works on an action.
    #[must_use]
    pub fn begin(&self, action: &str) -> Request<Bytes> {
        self.report(action, &json!({"type": "InProgress"}))
    }

    /// Says that an action is done.
    #[must_use]
    pub fn finish(&self, action: &str, sha1: &str) -> Request<Bytes> {
        let result = json!({
            "sha1": sha1,
            "verdict": {"type": "Succeeded"},
            "processes": [],
            "files": [],
            "coverage": {
                "processes": 1, "processesUnreadable": 0, "roots": [], "files": 1,
                "filesSkipped": 0, "complete": true,
            },
        });
        self.report(action, &json!({"type": "Finished", "result": result}))
    }

    fn report(&self, action: &str, phase: &Value) -> Request<Bytes> {
        self.post(
            route::REPORT,
            &json!({
                "protocolVersion": ProtocolVersion::CURRENT,
                "actionId": action,
                "phase": phase,
            }),
        )
    }

    /// Says that it has these files, named by their SHA-1.
    #[must_use]
    pub fn inventory(&self, files: &[&str]) -> Request<Bytes> {
        let seen_at = quell_model::Timestamp::from_unix_seconds(
            i64::try_from(now()).expect("the clock is right"),
        );
        let sightings: Vec<_> = files
            .iter()
            .map(|sha1| {
                json!({"sha1": sha1, "size": 4096, "path": format!("/opt/{sha1}/program"), "seenAt": seen_at})
            })
            .collect();
        self.post(
            route::INVENTORY,
            &json!({
                "protocolVersion": ProtocolVersion::CURRENT,
                "machine": self.facts(),
                "complete": false,
                "sightings": sightings,
            }),
        )
    }

    fn facts(&self) -> Value {
        json!({
            "computerDnsName": format!("{}.example", self.id),
            "osPlatform": "Debian",
            "version": "12",
            "osArchitecture": "64-bit",
            "osProcessor": "x64",
            "ipAddresses": ["192.0.2.1"],
            "agentVersion": env!("CARGO_PKG_VERSION"),
        })
    }

    fn post(&self, path: &str, body: &Value) -> Request<Bytes> {
        let body = serde_json::to_vec(body).expect("json can be written");
        let assertion = self.assertion(path, &body);
        Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {assertion}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.into())
            .expect("the request is well formed")
    }

    /// The proof of one request.
    fn assertion(&self, path: &str, body: &[u8]) -> String {
        let binding = Binding::post(path, digest(&SHA256, body).as_ref());
        let jti = Uuid::new_v4().simple().to_string();
        let claims =
            AssertionClaims::new(self.id.clone(), self.audience.clone(), jti, now(), binding);
        let claims = serde_json::to_vec(&claims).expect("json can be written");
        let header = format!(r#"{{"alg":"{ALGORITHM}","typ":"JWT"}}"#);
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

/// Seconds since the Unix epoch.
fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is right")
        .as_secs()
}
