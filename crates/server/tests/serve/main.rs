//! The server on real sockets.
#![allow(
    clippy::unwrap_used,
    reason = "clippy takes helpers outside of test functions for no tests"
)]

mod log;
mod neglect;
mod neighbours;
mod operating;
mod secrets;
mod versions;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use quell_model::MachineId;
use quell_protocol::{Sighting, WirePath};
use quell_server::admin::{AddedApplication, Admin, NewApplication, NewToken};
use quell_server::{BindError, DataDirError, Server, ServerConfig, TlsFiles};
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Running {
    address: SocketAddr,
    base_url: String,
    metrics: Option<SocketAddr>,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

fn config(data_dir: &Path) -> ServerConfig {
    let mut config = ServerConfig::new(data_dir);
    config.listen.set_port(0);
    config
}

async fn start(config: ServerConfig) -> Running {
    let server = Server::bind(config).await.unwrap();
    let (address, base_url) = (server.local_addr(), server.base_url().to_owned());
    let metrics = server.metrics_addr();
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(server.run(async {
        // A test that fails drops the sender, which stops the server too.
        drop(stopped.await);
    }));
    Running {
        address,
        base_url,
        metrics,
        stop,
        ended,
    }
}

impl Running {
    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.ended.await.unwrap();
    }
}

/// One request on a connection of its own.
async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> (StatusCode, Value)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (status, body) = read(stream, request).await;
    (status, serde_json::from_slice(&body).unwrap())
}

/// The same, with the body as it came.
async fn read<S>(stream: S, request: Request<Full<Bytes>>) -> (StatusCode, Bytes)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    drop(sender);
    connection.await.unwrap().unwrap();
    (status, body)
}

async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> (StatusCode, Value) {
    exchange(TcpStream::connect(address).await.unwrap(), request).await
}

fn get(host: &str, path: &str, token: &str) -> Request<Full<Bytes>> {
    Request::get(path)
        .header(header::HOST, host)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Full::default())
        .unwrap()
}

fn token_request(host: &str, app: &AddedApplication) -> Request<Full<Bytes>> {
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&resource=https://api.securitycenter.microsoft.com",
        app.client_id,
        app.secret.as_ref().unwrap().expose()
    );
    Request::post(format!("/{}/oauth2/token", app.tenant_id))
        .header(header::HOST, host)
        .body(Full::from(form))
        .unwrap()
}

async fn add_application(admin: &Admin) -> AddedApplication {
    let permissions = ["Machine.StopAndQuarantine", "Machine.Read.All"];
    admin
        .add_application(NewApplication {
            display_name: "SOC robot".to_owned(),
            permissions: permissions.map(str::to_owned).to_vec(),
            ..NewApplication::default()
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn operator_s_application_works_while_the_server_runs() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(config(dir.path())).await;
    assert_eq!(running.base_url, format!("http://{}", running.address));
    let admin = Admin::open(dir.path()).await.unwrap();
    let app = add_application(&admin).await;
    let host = running.address.to_string();
    let (status, answer) = send(running.address, token_request(&host, &app)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let token = answer["access_token"].as_str().unwrap();
    let (status, answer) = send(running.address, get(&host, "/api/machines", token)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        answer["@odata.context"],
        format!("http://{host}/api/$metadata#Machines")
    );
    running.stop().await;
}

#[tokio::test]
async fn token_outlives_the_server_that_issued_it() {
    let dir = tempfile::tempdir().unwrap();
    let again = || {
        let mut config = config(dir.path());
        // Tokens name their issuer, and the port is another one each time.
        config.public_url = Some("http://localhost:1".to_owned());
        config
    };
    let admin = Admin::open(dir.path()).await.unwrap();
    let app = add_application(&admin).await;

    let first = start(again()).await;
    let (_, answer) = send(first.address, token_request("localhost", &app)).await;
    let token = answer["access_token"].as_str().unwrap().to_owned();
    first.stop().await;

    let second = start(again()).await;
    let list = get("localhost", "/api/machines", &token);
    assert_eq!(send(second.address, list).await.0, StatusCode::OK);
    second.stop().await;
}

#[tokio::test]
async fn second_server_on_the_same_data_is_refused_and_a_command_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(config(dir.path())).await;
    let second = Server::bind(config(dir.path())).await;
    assert!(matches!(
        second.unwrap_err(),
        BindError::DataDir(DataDirError::InUse { .. })
    ));
    Admin::open(dir.path()).await.unwrap();
    running.stop().await;
    Server::bind(config(dir.path())).await.unwrap();
}

#[tokio::test]
async fn idle_connection_does_not_keep_the_server_from_stopping() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(config(dir.path())).await;
    let idle = TcpStream::connect(running.address).await.unwrap();
    let host = running.address.to_string();
    // Connections are accepted in turn: when this one is answered, the idle one is being served.
    let (status, _) = send(running.address, get(&host, "/", "")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    running.stop().await;
    drop(idle);
}

#[tokio::test]
async fn other_machines_are_served_by_tls_alone() {
    let dir = tempfile::tempdir().unwrap();
    let mut exposed = config(dir.path());
    exposed.listen.set_ip([0, 0, 0, 0].into());
    assert!(matches!(
        Server::bind(exposed).await.unwrap_err(),
        BindError::Config(_)
    ));
}

#[tokio::test]
async fn enrolment_token_pins_the_certificate_that_the_server_shows() {
    let dir = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["quell.example".to_owned()]).unwrap();
    let files = TlsFiles {
        certificate: dir.path().join("cert.pem"),
        key: dir.path().join("key.pem"),
        authority: None,
    };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    let data_dir = dir.path().join("data");
    let mut config = config(&data_dir);
    config.tls = Some(files);
    config.public_url = Some("https://quell.example:8443".to_owned());
    let running = start(config).await;

    let admin = Admin::open(&data_dir).await.unwrap();
    let token = admin
        .enrolment_token(NewToken {
            lifetime: Duration::from_secs(60),
            uses: 1,
            group: None,
            server_url: None,
            authority: None,
            tags: Vec::new(),
            replaces: None,
        })
        .await
        .unwrap();
    assert_eq!(token.server, "https://quell.example:8443");
    let pinned = token.authority_der().unwrap();
    assert_eq!(pinned, made.cert.der().as_ref());

    let stream = connect_trusting(running.address, &pinned).await;
    let (status, answer) = exchange(stream, get("quell.example", "/api/machines", "x")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer["error"]["code"], "Unauthorized");
    running.stop().await;
}

async fn connect_trusting(
    address: SocketAddr,
    authority: &[u8],
) -> tokio_rustls::client::TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from(authority.to_vec())).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(ServerName::try_from("quell.example").unwrap(), stream)
        .await
        .unwrap()
}

#[tokio::test]
async fn sighting_may_be_kept_before_its_machine_is_enrolled() {
    let dir = tempfile::tempdir().unwrap();
    let admin = Admin::open(dir.path()).await.unwrap();
    let sighting = Sighting {
        sha1: "87662bc3d60e4200ceaf7aae249d1c343f4b83c9".parse().unwrap(),
        sha256: None,
        size: 1,
        path: WirePath::from_bytes(b"/opt/sample"),
        seen_at: quell_model::Timestamp::LAST,
        running: false,
        protection: None,
    };
    let machine = MachineId::new("1e5bc9d7e413ddd7902c2932e418702b84d0cc07").unwrap();
    admin.add_sightings(&machine, vec![sighting]).await.unwrap();
    assert!(admin.machines().await.unwrap().is_empty());
}
