//! A server with one machine and whoever calls it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use quell_model::operations::{FIND_MACHINES_BY_TAG, SUBMIT_INDICATOR};
use quell_model::{MachineId, Method, OperationInfo, Timestamp};
use quell_protocol::{Protection, Sighting, WirePath};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::device::Device;
use crate::admin::{Admin, NewApplication, NewToken};
use crate::audit::{AuditKeyFile, Keeper, Refusals};
use crate::clock::ManualClock;
use crate::config::ServerConfig;
use crate::data_dir::DataDir;
use crate::devices::Wake;
use crate::issuer::Issuer;
use crate::serve;
use crate::store::record::Address;
use crate::store::{Directory as _, Store};

/// The documentation's own example.
pub(super) const MACHINE: &str = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07";
pub(super) const OTHER_MACHINE: &str = "2e5bc9d7e413ddd7902c2932e418702b84d0cc07";
pub(super) const SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";
pub(super) const BODY: &str = r#"{"Comment":"Stop and quarantine file on machine due to alert 441688558380765161_2136280442","Sha1":"87662bc3d60e4200ceaf7aae249d1c343f4b83c9"}"#;
/// An indicator of the same file.
pub(super) const INDICATOR: &str = r#"{"indicatorValue":"87662BC3D60E4200CEAF7AAE249D1C343F4B83C9","indicatorType":"FileSha1","action":"BlockAndRemediate","title":"title","description":"description"}"#;
/// An action that nobody took; see [`World::operate`].
pub(super) const ACTION: &str = "5382f7ea-7557-4ab7-9782-d50480024a4e";
pub(super) const RESOURCE: &str = "https://api.securitycenter.microsoft.com";
/// Both halves of what StopAndQuarantineFile asks for.
pub(super) const BOTH: &[&str] = &["Machine.StopAndQuarantine", "Machine.Read.All"];
pub(super) const BASE_URL: &str = "http://127.0.0.1:8642";

pub(super) struct World {
    pub(super) clock: ManualClock,
    pub(super) admin: Admin,
    pub(super) closing: CancellationToken,
    pub(super) issuer: Arc<Issuer>,
    pub(super) keeper: Keeper,
    pub(super) store: Arc<dyn Store>,
    router: Router,
    dir: Arc<tempfile::TempDir>,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text))
    }

    /// Status, code and message of a refusal.
    pub(super) fn refusal(&self) -> (u16, String, String) {
        let json = self.json();
        let field = |name: &str| json["error"][name].as_str().unwrap_or("?").to_owned();
        (self.status.as_u16(), field("code"), field("message"))
    }
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        Self::on(dir, morning(), change).await
    }

    /// Another server on the same data.
    pub(super) async fn restarted(self, change: impl FnOnce(&mut ServerConfig)) -> Self {
        Self::on(self.dir, morning(), change).await
    }

    /// A second server on the same data, with the same clock.
    pub(super) async fn beside(&self) -> Self {
        Self::on(Arc::clone(&self.dir), self.clock.clone(), |_| {}).await
    }

    /// The file that everything is kept in.
    pub(super) fn store_file(&self) -> std::path::PathBuf {
        DataDir::create(self.dir.path()).unwrap().store_file()
    }

    /// Another server, with a directory of its own and the same clock.
    pub(super) async fn replica(&self, change: impl FnOnce(&mut ServerConfig)) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        Self::on(dir, self.clock.clone(), change).await
    }

    async fn on(
        dir: Arc<tempfile::TempDir>,
        clock: ManualClock,
        change: impl FnOnce(&mut ServerConfig),
    ) -> Self {
        let mut config = ServerConfig::new(dir.path());
        config.clock = Arc::new(clock.clone());
        change(&mut config);
        config.check().unwrap();
        let data = DataDir::create(dir.path()).unwrap();
        let store = config.store.open(&data).await.unwrap();
        let base_url = config.base_url(config.listen).unwrap();
        store
            .set_address(Address {
                base_url: base_url.as_str().to_owned(),
                authority: None,
            })
            .await
            .unwrap();
        let key_file = Some(data.audit_key_file());
        let admin = Admin::on(store.clone(), Arc::new(clock.clone()), key_file)
            .await
            .unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let closing = CancellationToken::new();
        let refusals = Arc::new(Refusals::default());
        let issuer = serve::issuer(&config, &base_url, &store, &refusals)
            .await
            .unwrap();
        let key = AuditKeyFile::at(&dir.path().join("audit.key"));
        let keeper = Keeper::new(
            Arc::clone(&store),
            Arc::new(clock.clone()),
            key.find_or_make().unwrap(),
            Arc::clone(&refusals),
        );
        let wake = Arc::new(Wake::default());
        let router = serve::router(
            &config, &base_url, &store, &issuer, &refusals, &wake, &closing,
        )
        .await
        .unwrap();
        Self {
            clock,
            admin,
            closing,
            issuer,
            keeper,
            store,
            router,
            dir,
        }
    }

    /// From here on the operator, and with him machines, applications and tokens, are of a tenant
    /// that did not exist before.
    pub(super) async fn move_to_another_tenant(&mut self) {
        let name = format!("tenant {}", self.admin.tenants().await.unwrap().len());
        let tenant = self.admin.add_tenant(&name).await.unwrap();
        self.admin = self.admin.of(Some(&tenant.to_string())).await.unwrap();
    }

    pub(super) fn now(&self) -> Timestamp {
        crate::clock::Clock::now(&self.clock)
    }

    pub(super) fn tenant(&self) -> String {
        self.admin.tenant_id().to_string()
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes: Bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub(super) async fn client(&self, permissions: &[&str]) -> Client {
        let added = self
            .admin
            .add_application(NewApplication {
                display_name: "SOC robot".to_owned(),
                permissions: permissions.iter().map(|&one| one.to_owned()).collect(),
                ..NewApplication::default()
            })
            .await
            .unwrap();
        Client {
            id: added.client_id,
            secret: added.secret.unwrap().expose().to_owned(),
        }
    }

    /// An access token of a fresh application with these permissions.
    pub(super) async fn token(&self, permissions: &[&str]) -> String {
        let client = self.client(permissions).await;
        self.token_of(&client).await
    }

    pub(super) async fn token_of(&self, client: &Client) -> String {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={RESOURCE}/.default",
            client.id, client.secret
        );
        let answer = self.ask_token("oauth2/v2.0/token", &form).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub(super) async fn ask_token(&self, path: &str, form: &str) -> Answer {
        let request = called(Request::post(format!("/{}/{path}", self.tenant())))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()));
        self.send(request.unwrap()).await
    }

    pub(super) async fn get(&self, token: &str, path: &str) -> Answer {
        let request = called(Request::get(path))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty());
        self.send(request.unwrap()).await
    }

    pub(super) async fn post(&self, token: &str, path: &str, body: impl Into<Body>) -> Answer {
        let request = called(Request::post(path))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.into());
        self.send(request.unwrap()).await
    }

    pub(super) async fn delete(&self, token: &str, path: &str) -> Answer {
        let request = called(Request::delete(path))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty());
        self.send(request.unwrap()).await
    }

    /// The answer to any operation, with the documentation's example for every parameter and body.
    pub(super) async fn operate(&self, token: &str, operation: &OperationInfo) -> Answer {
        let path = self.path_of(operation);
        match operation.method {
            Method::Post => self.post(token, &path, body_of(operation)).await,
            Method::Delete => self.delete(token, &path).await,
            _ => self.get(token, &path).await,
        }
    }

    fn path_of(&self, operation: &OperationInfo) -> String {
        let mut path = operation.path.to_owned();
        for (parameter, value) in [
            ("{machineId}", MACHINE),
            ("{actionId}", ACTION),
            ("{fileId}", SHA1),
            ("{indicatorId}", "1"),
            ("{ip}", "192.0.2.7"),
            ("{timestamp}", &self.now().to_string()),
            ("{index}", "0"),
        ] {
            path = path.replace(parameter, value);
        }
        if operation.name == FIND_MACHINES_BY_TAG.name {
            path.push_str("?tag=web");
        }
        assert!(!path.contains('{'), "{path}");
        path
    }

    /// The documentation's example, sent again.
    pub(super) async fn stop(&self, token: &str) -> Answer {
        self.post(token, &stop_path(MACHINE), BODY).await
    }

    /// The documentation's machine, enrolled, with the documentation's file on it.
    pub(super) async fn machine_with_file(&self) -> Device {
        let device = self.enrolled(MACHINE).await;
        self.saw(MACHINE, SHA1).await;
        device
    }

    pub(super) async fn enrolled(&self, machine: &str) -> Device {
        let device = Device::new(machine, self.enrolment_token(1).await);
        let answer = device.enrol(self).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        device
    }

    pub(super) async fn enrolment_token(&self, uses: u32) -> quell_protocol::EnrolmentToken {
        self.admin
            .enrolment_token(NewToken {
                lifetime: Duration::from_secs(3600),
                uses,
                group: None,
                server_url: None,
                authority: None,
                tags: Vec::new(),
                replaces: None,
            })
            .await
            .unwrap()
    }

    /// The entries of the tenant's trail, oldest first.
    pub(super) async fn trail(&self) -> Vec<Value> {
        let tenant = self.admin.tenant_id();
        let kept = self.store.entries(tenant, 0, 1000).await.unwrap();
        kept.iter()
            .map(|kept| serde_json::from_str(&kept.entry).unwrap())
            .collect()
    }

    /// Those of one deed.
    pub(super) async fn deeds(&self, deed: &str) -> Vec<Value> {
        let all = self.trail().await;
        all.into_iter()
            .filter(|entry| entry["deed"] == deed)
            .collect()
    }

    pub(super) async fn saw(&self, machine: &str, sha1: &str) {
        self.saw_with(machine, sha1, None).await;
    }

    /// The same, of a file that the machine protects.
    pub(super) async fn saw_protected(&self, machine: &str, sha1: &str) {
        self.saw_with(machine, sha1, Some(Protection::Shell)).await;
    }

    async fn saw_with(&self, machine: &str, sha1: &str, protection: Option<Protection>) {
        let seen = vec![Sighting {
            protection,
            ..sighting(self, sha1)
        }];
        self.admin
            .add_sightings(&MachineId::new(machine).unwrap(), seen)
            .await
            .unwrap();
    }
}

/// A file, seen now.
pub(super) fn sighting(world: &World, sha1: &str) -> Sighting {
    Sighting {
        sha1: sha1.parse().unwrap(),
        sha256: None,
        size: 5,
        path: WirePath::from_bytes(b"/opt/sample"),
        seen_at: world.now(),
        running: false,
        protection: None,
    }
}

fn morning() -> ManualClock {
    ManualClock::new("2026-03-01T10:00:00.1234567Z".parse().unwrap())
}

fn body_of(operation: &OperationInfo) -> &'static str {
    match operation.name {
        name if name == SUBMIT_INDICATOR.name => INDICATOR,
        _ => BODY,
    }
}

pub(super) fn stop_path(machine: &str) -> String {
    format!("/api/machines/{machine}/StopAndQuarantineFile")
}

/// A request to the host that every test calls.
pub(super) fn called(builder: http::request::Builder) -> http::request::Builder {
    builder.header(header::HOST, "127.0.0.1:8642")
}
