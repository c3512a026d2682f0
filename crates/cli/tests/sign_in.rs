//! The SDK's own credentials against the server's own issuer, over real sockets: a person's device
//! code, and an application's certificate.
#![allow(
    clippy::unwrap_used,
    reason = "clippy takes helpers outside of test functions for no tests"
)]

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use quell::transport::{HyperTransport, Transport, TransportOptions};
use quell::{Certificate, Client, Service};
use quell_server::admin::{Admin, NewApplication, NewPerson, NewProof};
use quell_server::{Server, ServerConfig};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

const PASSWORD: &str = "correct horse battery";

struct Running {
    base_url: String,
    admin: Admin,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
    _dir: tempfile::TempDir,
}

impl Running {
    async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = ServerConfig::new(dir.path());
        config.listen.set_port(0);
        let server = Server::bind(config).await.unwrap();
        let base_url = server.base_url().to_owned();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(server.run(async {
            // A test that fails drops the sender, which stops the server too.
            drop(stopped.await);
        }));
        let admin = Admin::open(dir.path()).await.unwrap();
        Self {
            base_url,
            admin,
            stop,
            ended,
            _dir: dir,
        }
    }

    fn service(&self) -> Service {
        Service::custom(&self.base_url, &self.base_url)
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.ended.await.unwrap();
    }
}

/// A person's browser.
struct Browser {
    transport: HyperTransport,
    cookie: Option<String>,
}

impl Browser {
    fn new() -> Self {
        Self {
            transport: HyperTransport::new(&TransportOptions::default()).unwrap(),
            cookie: None,
        }
    }

    async fn get(&mut self, url: &str) -> String {
        let request = Request::get(url).body(Bytes::new()).unwrap();
        self.page(request).await
    }

    async fn submit(&mut self, url: &str, fields: &[(&str, &str)]) -> String {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, self.cookie.as_deref().unwrap())
            .body(Bytes::from(form));
        self.page(request.unwrap()).await
    }

    async fn page(&mut self, request: Request<Bytes>) -> String {
        let answer: Response<Bytes> = self.transport.send(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        if let Some(cookie) = answer.headers().get(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookie = Some(pair.to_owned());
        }
        String::from_utf8(answer.body().to_vec()).unwrap()
    }
}

fn hidden<'p>(page: &'p str, name: &str) -> &'p str {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&start).unwrap();
    rest.split_once('"').unwrap().0
}

async fn person_signs_in(address: String, code: String) {
    let mut browser = Browser::new();
    let page = browser.get(&address).await;
    let fields = [("csrf", hidden(&page, "csrf")), ("user_code", &code)];
    let page = browser.submit(&address, &fields).await;
    let fields = [
        ("csrf", hidden(&page, "csrf")),
        ("user_code", hidden(&page, "user_code")),
        ("username", "ana@contoso.example"),
        ("password", PASSWORD),
        ("decision", "allow"),
    ];
    let done = browser.submit(&format!("{address}/sign-in"), &fields).await;
    assert!(done.contains("You can close this page"), "{done}");
}

#[tokio::test]
async fn person_signs_in_to_our_own_server_by_device_code() {
    let running = Running::start().await;
    let scopes = || vec!["Machine.Read".to_owned()];
    let ana = NewPerson {
        name: "ana@contoso.example".to_owned(),
        display_name: "Ana".to_owned(),
        scopes: scopes(),
    };
    running.admin.add_person(ana, Some(PASSWORD)).await.unwrap();
    let app = running
        .admin
        .add_application(NewApplication {
            display_name: "Desk".to_owned(),
            scopes: scopes(),
            proof: NewProof::Public,
            ..NewApplication::default()
        })
        .await
        .unwrap();

    let (prompts, mut shown) = mpsc::unbounded_channel();
    let person = running
        .service()
        .device_code(app.tenant_id, app.client_id, move |prompt| {
            let told = (
                prompt.verification_uri().to_owned(),
                prompt.user_code().to_owned(),
            );
            prompts.send(told).unwrap();
        });
    let client = Client::builder().service(person).build().unwrap();
    let browsing = tokio::spawn(async move {
        let (address, code) = shown.recv().await.unwrap();
        person_signs_in(address, code).await;
    });
    client.sign_in().await.unwrap();
    browsing.await.unwrap();
    let machines = client.machines().list().await.unwrap();
    assert!(machines.is_empty());
    running.stop().await;
}

#[tokio::test]
async fn application_signs_in_to_our_own_server_by_its_certificate() {
    let running = Running::start().await;
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let params = rcgen::CertificateParams::new(vec!["app.example".to_owned()]).unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    let app = running
        .admin
        .add_application(NewApplication {
            display_name: "Robot".to_owned(),
            permissions: vec!["Machine.Read.All".to_owned()],
            proof: NewProof::of_certificate_pem(pem.as_bytes()).unwrap(),
            ..NewApplication::default()
        })
        .await
        .unwrap();
    let both = format!("{pem}{}", key.serialize_pem());
    let certificate = Certificate::from_pem(both).unwrap();
    let robot = running
        .service()
        .client_certificate(app.tenant_id, app.client_id, certificate);
    let client = Client::builder().service(robot).build().unwrap();
    let machines = client.machines().list().await.unwrap();
    assert!(machines.is_empty());
    running.stop().await;
}
