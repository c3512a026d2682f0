//! A machine that speaks the protocol.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use quell_model::{ActionId, MachineId};
use quell_protocol::{
    ActionResult, AssertionClaims, Binding, EnrolRequest, EnrolmentToken, HoldRequest,
    HoldResponse, Inventory, Life, MachineFacts, Phase, ProtocolVersion, Report, Verdict, route,
};
use serde::Serialize;

use super::world::{Answer, SHA1, World, called, sighting};
use crate::secret::sha256;

/// No two requests for orders have the same number.
static COUNT: AtomicU64 = AtomicU64::new(1);

pub(super) struct Device {
    pub(super) machine: MachineId,
    pub(super) token: EnrolmentToken,
    key: EncodingKey,
    public: Vec<u8>,
    used: AtomicU32,
}

impl Device {
    pub(super) fn new(machine: &str, token: EnrolmentToken) -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        Self {
            machine: MachineId::new(machine).unwrap(),
            token,
            key: EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref()),
            public: pair.public_key().as_ref().to_vec(),
            used: AtomicU32::new(0),
        }
    }

    /// The same machine with another token.
    pub(super) fn with_token(self, token: EnrolmentToken) -> Self {
        Self { token, ..self }
    }

    /// The public half of its key: 32 bytes.
    pub(super) fn public_key(&self) -> Vec<u8> {
        self.public.clone()
    }

    pub(super) fn claims(&self, world: &World, path: &str, body: &[u8]) -> AssertionClaims {
        let number = self.used.fetch_add(1, Ordering::SeqCst);
        AssertionClaims::new(
            self.machine.clone(),
            self.token.audience.clone(),
            format!("{}-{number}", URL_SAFE_NO_PAD.encode(&self.public)),
            u64::try_from(world.now().unix_seconds()).unwrap(),
            Binding::post(path, &sha256(body)),
        )
    }

    pub(super) fn sign(&self, claims: &AssertionClaims) -> String {
        encode(&Header::new(Algorithm::EdDSA), claims, &self.key).unwrap()
    }

    pub(super) fn request(
        &self,
        world: &World,
        path: &str,
        message: &impl Serialize,
    ) -> Request<Body> {
        let body = serde_json::to_vec(message).unwrap();
        let assertion = self.sign(&self.claims(world, path, &body));
        asked(path, &assertion, body)
    }

    pub(super) fn send<'a, M: Serialize>(
        &self,
        world: &'a World,
        path: &str,
        message: &M,
    ) -> impl Future<Output = Answer> + Send + use<'a, M> {
        world.send(self.request(world, path, message))
    }

    pub(super) fn enrol_request(&self) -> EnrolRequest {
        EnrolRequest {
            protocol_version: ProtocolVersion::CURRENT,
            secret: self.token.secret().to_owned(),
            machine_id: self.machine.clone(),
            public_key: URL_SAFE_NO_PAD.encode(&self.public),
            machine: facts(),
        }
    }

    pub(super) async fn enrol(&self, world: &World) -> Answer {
        self.send(world, route::ENROL, &self.enrol_request()).await
    }

    pub(super) fn hold_request(acknowledged: u64, wait_seconds: u32) -> HoldRequest {
        HoldRequest {
            protocol_version: ProtocolVersion::CURRENT,
            agent_version: "0.1.0".to_owned(),
            acknowledged,
            wait_seconds,
            in_progress: Vec::new(),
            life: Life {
                start: 1,
                nonce: "n".to_owned(),
                count: COUNT.fetch_add(1, Ordering::Relaxed),
            },
            frozen: false,
            abilities: quell_protocol::Ability::ALL.to_vec(),
        }
    }

    pub(super) async fn hold(&self, world: &World, acknowledged: u64, wait: u32) -> HoldResponse {
        let request = Self::hold_request(acknowledged, wait);
        let answer = self.send(world, route::HOLD, &request).await;
        serde_json::from_value(answer.json()).unwrap()
    }

    /// Says that a file is on the machine.
    pub(super) async fn tell_of_files(&self, world: &World, sha1: &str) -> Answer {
        let inventory = Inventory {
            protocol_version: ProtocolVersion::CURRENT,
            machine: facts(),
            complete: false,
            sightings: vec![sighting(world, sha1)],
        };
        self.send(world, route::INVENTORY, &inventory).await
    }

    pub(super) async fn report(&self, world: &World, action: &str, phase: Phase) -> Answer {
        let report = Report {
            protocol_version: ProtocolVersion::CURRENT,
            action_id: ActionId::new(action).unwrap(),
            phase,
        };
        self.send(world, route::REPORT, &report).await
    }
}

/// A request of a device with this assertion.
pub(super) fn asked(path: &str, assertion: &str, body: Vec<u8>) -> Request<Body> {
    called(Request::post(path))
        .header(header::AUTHORIZATION, format!("Bearer {assertion}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .unwrap()
}

pub(super) fn facts() -> MachineFacts {
    MachineFacts {
        computer_dns_name: "host.example".to_owned(),
        os_platform: "Debian".to_owned(),
        version: Some("12".to_owned()),
        os_architecture: Some("64-bit".to_owned()),
        os_processor: Some("x64".to_owned()),
        ip_addresses: vec!["192.0.2.7".to_owned()],
        agent_version: "0.1.0".to_owned(),
        degraded: Vec::new(),
    }
}

pub(super) fn finished(verdict: Verdict) -> Phase {
    Phase::finished(ActionResult::new(SHA1.parse().unwrap(), verdict))
}

/// How a device was refused.
pub(super) fn fault(answer: &Answer) -> (u16, quell_protocol::FaultCode) {
    let fault: quell_protocol::Fault = serde_json::from_value(answer.json()).unwrap();
    assert_eq!(answer.status.as_u16(), fault.error.status());
    (answer.status.as_u16(), fault.error)
}
