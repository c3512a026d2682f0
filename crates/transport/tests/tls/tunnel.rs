//! TLS through a real proxy: to the right end, with nothing said to the wrong one.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use quell_transport::nearest::{Network, TlsNetwork};
use quell_transport::{Proxy, Reach, RootCertificates, TransportErrorKind, TransportOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

use crate::fixture::{Authority, BEHIND_PROXY, carriers_with, listen};

/// What someone heard, in the order of arrival.
type Heard = Arc<Mutex<Vec<String>>>;

/// Opens a tunnel to this port whatever host is asked for, as long as it can be heard
/// who asks.
async fn proxy_to(origin: u16) -> (SocketAddr, Heard) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Heard::default();
    let hears = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let hears = Arc::clone(&hears);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(client.read_u8().await.unwrap());
                }
                hears.lock().unwrap().push(String::from_utf8(head).unwrap());
                let mut origin = TcpStream::connect((Ipv4Addr::LOCALHOST, origin))
                    .await
                    .unwrap();
                client
                    .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    .await
                    .unwrap();
                copy_bidirectional(&mut client, &mut origin).await.ok();
            });
        }
    });
    (address, heard)
}

/// An origin that speaks HTTP/1.1 and keeps the heads of what it hears.
async fn origin(authority: &Authority) -> (u16, Heard) {
    let heard = Heard::default();
    let hears = Arc::clone(&heard);
    let port = listen(authority, &["http/1.1"], move |mut stream| {
        let hears = Arc::clone(&hears);
        async move {
            let mut request = [0; 4096];
            while let Ok(length @ 1..) = stream.read(&mut request).await {
                let text = String::from_utf8_lossy(&request[..length]).into_owned();
                hears.lock().unwrap().push(text);
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecure";
                stream.write_all(answer).await.unwrap();
            }
        }
    })
    .await;
    (port, heard)
}

fn request_with_token() -> Request<Bytes> {
    Request::get(format!("https://{BEHIND_PROXY}/api"))
        .header("authorization", "Bearer canary-token")
        .body(Bytes::new())
        .unwrap()
}

fn through(proxy: SocketAddr, authority: &Authority) -> TransportOptions {
    let address = format!("http://kim:canary-password@{proxy}/")
        .parse()
        .unwrap();
    TransportOptions::default()
        .with_proxy(Proxy::Url(address))
        .with_roots(RootCertificates::Only(vec![authority.der()]))
}

#[tokio::test]
async fn the_token_reaches_the_origin_alone_and_the_password_the_proxy_alone() {
    let authority = Authority::new();
    for number in 0..2 {
        let (port, origin_heard) = origin(&authority).await;
        let (proxy, proxy_heard) = proxy_to(port).await;
        let carrier = &carriers_with(&through(proxy, &authority))[number];
        let answer = carrier.send(request_with_token()).await.unwrap();
        assert_eq!(answer.body(), "secure");

        let to_proxy = proxy_heard.lock().unwrap().concat();
        assert!(
            to_proxy.starts_with("CONNECT service.invalid:443 HTTP/1.1\r\n"),
            "{to_proxy}"
        );
        let to_proxy = to_proxy.to_lowercase();
        // "kim:canary-password"
        assert!(
            to_proxy.contains("basic a2ltomnhbmfyes1wyxnzd29yza=="),
            "{to_proxy}"
        );
        assert!(!to_proxy.contains("canary-token"), "{to_proxy}");
        let to_origin = origin_heard.lock().unwrap().concat().to_lowercase();
        assert!(to_origin.contains("bearer canary-token"), "{to_origin}");
        assert!(!to_origin.contains("proxy-auth"), "{to_origin}");
        assert_eq!(origin_heard.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn http2_is_spoken_through_a_tunnel() {
    let authority = Authority::new();
    let port = listen(&authority, &["h2"], |stream| async move {
        let mut connection = h2::server::handshake(stream).await.unwrap();
        while let Some(Ok((request, mut respond))) = connection.accept().await {
            let mut head = Response::new(());
            if let Some(password) = request.headers().get("proxy-authorization") {
                head.headers_mut().insert("leaked", password.clone());
            }
            respond.send_response(head, true).unwrap();
        }
    })
    .await;
    let (proxy, heard) = proxy_to(port).await;
    for carrier in carriers_with(&through(proxy, &authority)) {
        for _ in 0..3 {
            let answer = carrier.send(request_with_token()).await.unwrap();
            assert_eq!(answer.version(), http::Version::HTTP_2);
            assert_eq!(answer.headers().get("leaked"), None::<&HeaderValue>);
        }
    }
    assert_eq!(
        heard.lock().unwrap().len(),
        2,
        "one tunnel for each carrier"
    );
}

/// The proxy cannot pose as the origin.
#[tokio::test]
async fn a_tunnel_that_leads_elsewhere_is_not_sent() {
    let (port, origin_heard) = origin(&Authority::new()).await;
    let (proxy, _) = proxy_to(port).await;
    for carrier in carriers_with(&through(proxy, &Authority::new())) {
        let error = carrier.send(request_with_token()).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Tls);
    }
    assert!(origin_heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_measured_is_the_way_through_the_proxy() {
    let authority = Authority::new();
    let (port, origin_heard) = origin(&authority).await;
    let (proxy, heard) = proxy_to(port).await;
    let endpoint = format!("https://{BEHIND_PROXY}").parse().unwrap();
    let network = TlsNetwork::new(&through(proxy, &authority)).unwrap();
    network.connect(&endpoint).await.unwrap();
    assert_eq!(heard.lock().unwrap().len(), 1);
    assert!(origin_heard.lock().unwrap().is_empty(), "nothing was said");

    let distrusting = TlsNetwork::new(&through(proxy, &Authority::new())).unwrap();
    let error = distrusting.connect(&endpoint).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Tls);
}

/// The environment is a process's own, hence another process.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_environment_names_the_proxy_and_its_exceptions() {
    let authority = Authority::new();
    let (port, _) = origin(&authority).await;
    let (proxy, heard) = proxy_to(port).await;
    let store = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(store.path(), authority.pem_text()).unwrap();

    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "tunnel::in_this_environment"])
        .env_clear()
        .env("SSL_CERT_FILE", store.path())
        .env("HTTPS_PROXY", proxy.to_string())
        .env("NO_PROXY", "direct.invalid,other.example")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let told = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{told}");
    assert!(
        told.contains("1 passed"),
        "the other half did not run: {told}"
    );
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 4, "two for each carrier: {heard:?}");
    assert!(
        heard
            .iter()
            .all(|head| head.starts_with("CONNECT service.invalid:443"))
    );
}

#[tokio::test]
#[ignore = "run in the environment that the test above makes for it"]
async fn in_this_environment() {
    let from_environment = TransportOptions::default();
    let read_now = TransportOptions::default().with_proxy(Proxy::read_env().unwrap());
    for options in [from_environment, read_now] {
        for carrier in carriers_with(&options) {
            assert_eq!(
                carrier.send(request_with_token()).await.unwrap().body(),
                "secure"
            );
            for name in ["direct.invalid", "under.direct.invalid"] {
                let uri = format!("https://{name}/");
                let direct = Request::get(uri).body(Bytes::new()).unwrap();
                let error = carrier.send(direct).await.unwrap_err();
                assert_eq!(error.reach(), Reach::NotSent, "{name}");
            }
        }
    }
}
