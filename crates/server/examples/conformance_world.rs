//! Fills a running server with what `cargo xtask conformance` tries its API on: one machine that speaks
//! the devices' protocol, files on it, an action that succeeded and one that is pending, and an indicator.
//!
//! Standard input is one JSON object, `{"enrolment": "…", "mighty": {…}, "powerless": {…}}`, the last two
//! as `quell server app add --output json` wrote them. Standard output is one too: the access tokens of
//! both applications, and the ids of the actions.
#![allow(clippy::print_stdout, reason = "its result")]

use std::error::Error;
use std::io::Read as _;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use quell_model::{ActionId, MachineId, Sha1, Timestamp};
use quell_protocol::{
    ActionResult, AssertionClaims, Binding, EnrolRequest, EnrolmentToken, Inventory, MachineFacts,
    Phase, ProtocolVersion, Report, Sighting, Verdict, WirePath, route,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpStream;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// The documentation's own machine and file, which the examples of the contract name.
const MACHINE: &str = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07";
const DOCUMENTED: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";
const DONE: &str = "0000000000000000000000000000000000000001";

#[derive(Deserialize)]
struct Given {
    enrolment: String,
    mighty: Application,
    powerless: Application,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    tenant_id: String,
    client_id: String,
    client_secret: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let mut given = String::new();
    std::io::stdin().read_to_string(&mut given)?;
    let given: Given = serde_json::from_str(&given)?;
    let enrolment: EnrolmentToken = given.enrolment.parse()?;
    let caller = Caller::of(&enrolment.server)?;
    let machine = Machine::enrolled(caller.clone(), enrolment).await?;
    machine.saw(&[DOCUMENTED, DONE]).await?;
    let mighty = caller.token(&given.mighty).await?;
    let powerless = caller.token(&given.powerless).await?;
    let done = caller.stop(&mighty, DONE).await?;
    machine.succeeded(&done, DONE).await?;
    let pending = caller.stop(&mighty, DOCUMENTED).await?;
    let indicator = json!({
        "indicatorValue": DOCUMENTED, "indicatorType": "FileSha1", "action": "Block", "title": "t", "description": "d"
    });
    caller
        .post("/api/indicators", &mighty, indicator.to_string())
        .await?;
    let tokens =
        json!({ "mighty": mighty, "powerless": powerless, "pending": pending, "done": done });
    println!("{tokens}");
    Ok(())
}

/// Whoever asks the server.
#[derive(Clone)]
struct Caller {
    authority: String,
}

impl Caller {
    fn of(server: &str) -> Outcome<Self> {
        let authority = server
            .strip_prefix("http://")
            .ok_or("the server must be on loopback, without TLS")?;
        Ok(Self {
            authority: authority.to_owned(),
        })
    }

    async fn post(&self, path: &str, token: &str, body: String) -> Outcome<Value> {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request, body).await
    }

    async fn send(&self, request: http::request::Builder, body: String) -> Outcome<Value> {
        let request = request
            .header(header::HOST, &self.authority)
            .body(Full::new(Bytes::from(body)))?;
        let what = request.uri().clone();
        let stream = TcpStream::connect(&self.authority).await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            return Err(format!("{what}: {status} {}", String::from_utf8_lossy(&body)).into());
        }
        match body.is_empty() {
            true => Ok(Value::Null),
            false => Ok(serde_json::from_slice(&body)?),
        }
    }

    async fn token(&self, application: &Application) -> Outcome<String> {
        let request = Request::post(format!("/{}/oauth2/v2.0/token", application.tenant_id))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope=https://api.securitycenter.microsoft.com/.default",
            application.client_id, application.client_secret
        );
        text(&self.send(request, form).await?, "access_token")
    }

    /// Asks for an action, and says its id.
    async fn stop(&self, token: &str, sha1: &str) -> Outcome<String> {
        let body = json!({ "Comment": "conformance", "Sha1": sha1 }).to_string();
        let path = format!("/api/machines/{MACHINE}/StopAndQuarantineFile");
        text(&self.post(&path, token, body).await?, "id")
    }
}

fn text(value: &Value, key: &str) -> Outcome<String> {
    let found = value.get(key).and_then(Value::as_str);
    Ok(found
        .ok_or_else(|| format!("no {key}: {value}"))?
        .to_owned())
}

/// A machine that speaks the protocol and has nothing but what it says.
struct Machine {
    caller: Caller,
    audience: String,
    key: EncodingKey,
}

impl Machine {
    async fn enrolled(caller: Caller, token: EnrolmentToken) -> Outcome<Self> {
        let pair = Ed25519KeyPair::generate()?;
        let machine = Self {
            caller,
            audience: token.audience.clone(),
            key: EncodingKey::from_ed_der(pair.to_pkcs8v1()?.as_ref()),
        };
        let request = EnrolRequest {
            protocol_version: ProtocolVersion::CURRENT,
            secret: token.secret().to_owned(),
            machine_id: MachineId::new(MACHINE)?,
            public_key: URL_SAFE_NO_PAD.encode(pair.public_key()),
            machine: facts(),
        };
        machine.tell(route::ENROL, &request).await?;
        Ok(machine)
    }

    async fn saw(&self, files: &[&str]) -> Outcome {
        let sightings = files
            .iter()
            .map(|sha1| sighting(sha1))
            .collect::<Outcome<_>>()?;
        let inventory = Inventory {
            protocol_version: ProtocolVersion::CURRENT,
            machine: facts(),
            complete: true,
            sightings,
        };
        self.tell(route::INVENTORY, &inventory).await
    }

    async fn succeeded(&self, action: &str, sha1: &str) -> Outcome {
        let result = ActionResult::new(sha1.parse()?, Verdict::Succeeded);
        let report = Report {
            protocol_version: ProtocolVersion::CURRENT,
            action_id: ActionId::new(action)?,
            phase: Phase::finished(result),
        };
        self.tell(route::REPORT, &report).await
    }

    async fn tell(&self, path: &str, message: &(impl Serialize + Sync)) -> Outcome {
        let body = serde_json::to_string(message)?;
        let hash = digest(&SHA256, body.as_bytes());
        let hash: [u8; 32] = hash.as_ref().try_into()?;
        let claims = AssertionClaims::new(
            MachineId::new(MACHINE)?,
            self.audience.clone(),
            uuid::Uuid::new_v4().to_string(),
            SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
            Binding::post(path, &hash),
        );
        let assertion = encode(&Header::new(Algorithm::EdDSA), &claims, &self.key)?;
        self.caller.post(path, &assertion, body).await.map(drop)
    }
}

fn sighting(sha1: &str) -> Outcome<Sighting> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    Ok(Sighting {
        sha1: sha1.parse::<Sha1>()?,
        sha256: None,
        size: 5,
        path: WirePath::from_bytes(b"/opt/sample"),
        seen_at: Timestamp::from_unix_seconds(i64::try_from(seconds)?),
        running: false,
        protection: None,
    })
}

fn facts() -> MachineFacts {
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
