//! No secret is logged, at any level, nor told anywhere else.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::client::conn::http2::SendRequest;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use quell_model::Timestamp;
use quell_protocol::{
    AssertionClaims, Binding, EnrolRequest, EnrolmentToken, HoldRequest, Life, MachineFacts,
    ProtocolVersion, route,
};
use serde::Serialize;

use quell_server::admin::TrailFilter;
use quell_server::examine;

use super::log::Log;
use super::versions::http2;
use super::*;

const MACHINE: &str = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07";

/// One HTTP/2 connection, whose library logs more than that of HTTP/1.1, and all that went over it
/// that nobody else may know.
struct Wire {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    secrets: Vec<String>,
}

impl Wire {
    async fn send(&mut self, path: &str, bearer: &str, body: Vec<u8>) -> (StatusCode, Value) {
        self.secrets.push(bearer.to_owned());
        let request = Request::post(format!("http://{}{path}", self.host))
            .header(header::AUTHORIZATION, format!("Bearer {bearer}"))
            .body(Full::from(body))
            .unwrap();
        let response = self.sender.send_request(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }

    async fn say(
        &mut self,
        key: &Key,
        path: &str,
        message: &(impl Serialize + Sync),
    ) -> StatusCode {
        let body = serde_json::to_vec(message).unwrap();
        let assertion = key.assert(path, &body);
        self.send(path, &assertion, body).await.0
    }
}

struct Key {
    pair: Ed25519KeyPair,
    token: EnrolmentToken,
}

impl Key {
    fn assert(&self, path: &str, body: &[u8]) -> String {
        let now = Timestamp::from(std::time::SystemTime::now()).unix_seconds();
        let claims = AssertionClaims::new(
            MachineId::new(MACHINE).unwrap(),
            self.token.audience.clone(),
            uuid::Uuid::new_v4().to_string(),
            u64::try_from(now).unwrap(),
            Binding::post(path, digest(&SHA256, body).as_ref()),
        );
        let pkcs8 = self.pair.to_pkcs8v1().unwrap();
        let key = EncodingKey::from_ed_der(pkcs8.as_ref());
        encode(&Header::new(Algorithm::EdDSA), &claims, &key).unwrap()
    }

    fn enrol_request(&self) -> EnrolRequest {
        EnrolRequest {
            protocol_version: ProtocolVersion::CURRENT,
            secret: self.token.secret().to_owned(),
            machine_id: MachineId::new(MACHINE).unwrap(),
            public_key: URL_SAFE_NO_PAD.encode(self.pair.public_key()),
            machine: MachineFacts {
                computer_dns_name: "host.example".to_owned(),
                os_platform: "Debian".to_owned(),
                version: None,
                os_architecture: None,
                os_processor: None,
                ip_addresses: Vec::new(),
                agent_version: "0.1.0".to_owned(),
                degraded: Vec::new(),
            },
        }
    }
}

fn hold() -> HoldRequest {
    HoldRequest {
        protocol_version: ProtocolVersion::CURRENT,
        agent_version: "0.1.0".to_owned(),
        acknowledged: 0,
        wait_seconds: 0,
        in_progress: Vec::new(),
        life: Life {
            start: 1,
            nonce: "n".to_owned(),
            count: 1,
        },
        frozen: false,
        abilities: quell_protocol::Ability::ALL.to_vec(),
    }
}

async fn ask_token(wire: &mut Wire, app: &AddedApplication, resource: &str) -> Value {
    wire.secrets
        .push(app.secret.as_ref().unwrap().expose().to_owned());
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&resource={resource}",
        app.client_id,
        app.secret.as_ref().unwrap().expose()
    );
    let path = format!("/{}/oauth2/token", app.tenant_id);
    wire.send(&path, "Y2FuYXJ5LW9mLW5vYm9keQ", form.into_bytes())
        .await
        .1
}

/// All of the trail, as it is given out.
async fn exported(admin: &Admin) -> String {
    let mut exporting = Admin::export(TrailFilter::default());
    let mut all = String::new();
    loop {
        let lines = admin.next_lines(&mut exporting).await.unwrap();
        if lines.is_empty() {
            return all;
        }
        all.extend(lines);
    }
}

#[tokio::test]
async fn no_secret_reaches_the_log_at_any_level_nor_the_trail_the_metrics_or_a_check() {
    let log = Log::of_everything();
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.metrics = Some(([127, 0, 0, 1], 0).into());
    let running = start(config.clone()).await;
    let admin = Admin::open(dir.path()).await.unwrap();
    let app = add_application(&admin).await;
    let enrolment = NewToken {
        lifetime: Duration::from_secs(60),
        uses: 1,
        group: None,
        server_url: None,
        authority: None,
        tags: Vec::new(),
        replaces: None,
    };
    let key = Key {
        pair: Ed25519KeyPair::generate().unwrap(),
        token: admin.enrolment_token(enrolment).await.unwrap(),
    };
    let mut wire = Wire {
        sender: http2(running.address).await,
        host: running.address.to_string(),
        secrets: vec![key.token.secret().to_owned(), key.token.encode()],
    };

    let answer = ask_token(&mut wire, &app, "https://api.securitycenter.microsoft.com").await;
    let token = answer["access_token"].as_str().unwrap().to_owned();
    let refused = ask_token(&mut wire, &app, "https://graph.microsoft.com").await;
    assert_eq!(refused["error"], "invalid_resource");

    let request = key.enrol_request();
    let mut garbled = serde_json::to_value(&request).unwrap();
    garbled["protocolVersion"] = key.token.secret().into();
    let garbled = wire.say(&key, route::ENROL, &garbled).await;
    assert_eq!(garbled, StatusCode::BAD_REQUEST);
    let enrolled = wire.say(&key, route::ENROL, &request).await;
    assert_eq!(enrolled, StatusCode::OK);
    assert_eq!(wire.say(&key, route::HOLD, &hold()).await, StatusCode::OK);
    let stop = format!("/api/machines/{MACHINE}/StopAndQuarantineFile");
    let (status, _) = wire.send(&stop, &token, b"{}".to_vec()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    // The same again over HTTP/1.1, and to no avail.
    let (status, _) = send(running.address, token_request("nobody.example", &app)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (status, _) = send(running.address, get(&wire.host, "/api/files/x", &token)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let side = TcpStream::connect(running.metrics.unwrap()).await.unwrap();
    let (_, metrics) = read(side, get("localhost", "/metrics", "")).await;
    running.stop().await;
    let trail = exported(&admin).await;
    let findings = format!("{:?}", examine(&config).await);

    let log = log.text();
    assert!(trail.contains("ApplicationAdded") && findings.contains("data directory"));
    for secret in &wire.secrets {
        let metrics = String::from_utf8_lossy(&metrics);
        for (place, told) in [
            ("metrics", &*metrics),
            ("trail", &trail),
            ("check", &findings),
        ] {
            assert!(!told.contains(secret.as_str()), "the {place} told a secret");
        }
    }
    for seen in ["token issued", "machine enrolled", "device refused", "h2::"] {
        assert!(log.contains(seen), "{seen} was not logged");
    }
    for secret in wire.secrets {
        let line = log.lines().find(|line| line.contains(&secret));
        assert_eq!(line, None);
    }
}
