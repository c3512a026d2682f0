//! HTTP/1.1 and HTTP/2 on one port.

use http::Version;
use hyper_util::rt::TokioExecutor;

use super::*;

/// An HTTP/2 connection by prior knowledge: nothing is negotiated on a socket without TLS.
pub(crate) async fn http2(
    address: SocketAddr,
) -> hyper::client::conn::http2::SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    sender
}

#[tokio::test]
async fn both_versions_are_answered_alike_on_one_port() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(config(dir.path())).await;
    let admin = Admin::open(dir.path()).await.unwrap();
    let app = add_application(&admin).await;
    let host = running.address.to_string();
    let (_, answer) = send(running.address, token_request(&host, &app)).await;
    let token = answer["access_token"].as_str().unwrap().to_owned();
    let first = send(running.address, get(&host, "/api/machines", &token)).await;

    let mut sender = http2(running.address).await;
    // The target names the host, as HTTP/2 has no header for it.
    let target = format!("http://{host}/api/machines");
    let mut request = get(&host, &target, &token);
    request.headers_mut().remove(header::HOST);
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.version(), Version::HTTP_2);
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let second: Value = serde_json::from_slice(&body).unwrap();

    assert_eq!(first, (StatusCode::OK, second.clone()));
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        second["@odata.context"],
        format!("http://{host}/api/$metadata#Machines")
    );
    running.stop().await;
}
