//! What those who look after a server see of it.

use quell_server::admin::Admin;

use super::*;

async fn text(address: SocketAddr, path: &str) -> (StatusCode, String) {
    let stream = TcpStream::connect(address).await.unwrap();
    let (status, body) = read(stream, get("localhost", path, "")).await;
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// The value of a line of the metrics.
fn value(metrics: &str, series: &str) -> Option<f64> {
    let line = metrics.lines().find_map(|line| line.strip_prefix(series))?;
    line.trim().parse().ok()
}

async fn metrics_until(side: SocketAddr, series: &str, wanted: f64) {
    while value(&text(side, "/metrics").await.1, series) != Some(wanted) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn health_is_told_on_both_sides_and_metrics_on_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.metrics = Some(([127, 0, 0, 1], 0).into());
    let server = Server::bind(config).await.unwrap();
    let (address, side) = (server.local_addr(), server.metrics_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(server.run(async { drop(stopped.await) }));
    let ready_beside = r#"{"status":"ready","heldPolls":0}"#;
    for (listener, ready) in [(address, r#"{"status":"ready"}"#), (side, ready_beside)] {
        let told = |state: &str| format!(r#"{{"status":"{state}"}}"#);
        assert_eq!(
            text(listener, "/healthz").await,
            (StatusCode::OK, told("alive"))
        );
        assert_eq!(
            text(listener, "/readyz").await,
            (StatusCode::OK, ready.to_owned())
        );
    }
    let admin = Admin::open(dir.path()).await.unwrap();
    for (tenant, frozen) in [
        (Some(admin.tenant_id()), "someTenants"),
        (None, "everybody"),
    ] {
        admin.freeze(tenant, "panic".to_owned()).await.unwrap();
        let (status, told) = text(side, "/readyz").await;
        let expected = format!(r#"{{"status":"ready","frozen":"{frozen}","heldPolls":0}}"#);
        assert_eq!((status, told), (StatusCode::OK, expected));
        assert_eq!(text(address, "/readyz").await.1, r#"{"status":"ready"}"#);
    }
    // It tells of itself as it starts, and no more once it ends.
    while admin.servers().await.unwrap().len() != 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(text(address, "/metrics").await.0, StatusCode::NOT_FOUND);
    assert_eq!(text(side, "/api/machines").await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        text(address, "/api/machines").await.0,
        StatusCode::UNAUTHORIZED
    );

    let (status, metrics) = text(side, "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    let refused = r#"quell_requests_total{operation="ListMachines",status="401"}"#;
    assert_eq!(value(&metrics, refused), Some(1.0), "{metrics}");
    assert_eq!(
        value(&metrics, r#"quell_refusals_total{code="Unauthorized"}"#),
        Some(1.0)
    );
    let commits = value(&metrics, r#"quell_store_commits_total{outcome="done"}"#);
    assert!(commits.unwrap() >= 1.0, "{metrics}");
    stop.send(()).unwrap();
    ended.await.unwrap();
    assert_eq!(admin.servers().await.unwrap(), []);
}

#[tokio::test]
async fn address_has_so_many_connections_and_a_place_is_given_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.max_connections_per_address = Some(2);
    config.metrics = Some(([127, 0, 0, 1], 0).into());
    let server = Server::bind(config).await.unwrap();
    let (address, side) = (server.local_addr(), server.metrics_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(server.run(async { drop(stopped.await) }));
    let connect = async || TcpStream::connect(address).await.unwrap();
    let taken = [connect().await, connect().await];
    // Connections are accepted in turn, and this one is closed at once.
    let mut third = connect().await;
    let read = tokio::io::AsyncReadExt::read(&mut third, &mut [0; 1]).await;
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    let closed = r#"quell_connections_closed_total{reason="too_many_of_address"}"#;
    metrics_until(side, closed, 1.0).await;
    drop(taken);
    // The one that reads the metrics is counted, too.
    metrics_until(side, "quell_connections", 1.0).await;
    assert_eq!(text(address, "/healthz").await.0, StatusCode::OK);
    stop.send(()).unwrap();
    ended.await.unwrap();
}

#[tokio::test]
async fn request_keeps_its_client_s_id_in_the_error_and_in_the_header() {
    let id = "5b5b0d2e-71b5-4d1c-9f0e-2a54d6b8a7c1";
    let dir = tempfile::tempdir().unwrap();
    let running = start(config(dir.path())).await;
    let ask = async |name: &'static str, value: &'static str| {
        let mut request = get(&running.address.to_string(), "/api/machines", "");
        request.headers_mut().insert(name, value.parse().unwrap());
        let stream = TcpStream::connect(running.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(connection);
        let response = sender.send_request(request).await.unwrap();
        let header = response.headers()["x-ms-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        (header, body["error"]["target"].as_str().unwrap().to_owned())
    };
    let both = (id.to_owned(), id.to_owned());
    assert_eq!(ask("x-ms-client-request-id", id).await, both);
    assert_eq!(ask("client-request-id", id).await, both);
    let trace = "00-5b5b0d2e71b54d1c9f0e2a54d6b8a7c1-b7ad6b7169203331-01";
    assert_eq!(ask("traceparent", trace).await, both);
    let (made, target) = ask("client-request-id", "<script>").await;
    assert!(made == target && made.len() == 36, "{made}");
    running.stop().await;
}
