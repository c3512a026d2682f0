//! Clients that begin and do not go on, beside one that does.

use tokio::io::AsyncWriteExt as _;

use super::*;

/// More than there are threads, or connections to a database; both ends count against one process.
const MANY: usize = 100;

async fn says(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Asks for as much as fits on the way, and reads nothing of it.
async fn never_reads(address: SocketAddr, host: &str) -> TcpStream {
    let stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /api/openapi.json HTTP/1.1\r\nHost: {host}\r\n\r\n");
    // As soon as the server stops to take requests, its answers are what it waits for.
    for _ in 0..1_000 {
        stream.writable().await.unwrap();
        if stream.try_write(request.as_bytes()).is_err() {
            break;
        }
    }
    stream
}

/// Whether the other side still listens: there is nothing to read, or something, but no end.
fn is_open(stream: &TcpStream) -> bool {
    match stream.try_read(&mut [0; 1]) {
        Ok(read) => read > 0,
        Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn good_client_is_answered_while_hundreds_send_half_a_request_or_read_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(config(dir.path())).await;
    let (address, host) = (running.address, running.address.to_string());
    let app = add_application(&Admin::open(dir.path()).await.unwrap()).await;
    let half_head = format!("GET /api/machines HTTP/1.1\r\nHost: {host}\r\nX-Slow: ");
    let half_body = format!(
        "POST /{}/oauth2/token HTTP/1.1\r\nHost: {host}\r\nContent-Length: 500\r\n\r\ngrant_type=",
        app.tenant_id
    );
    let mut bad = Vec::new();
    for _ in 0..MANY {
        bad.push(says(address, "").await);
        bad.push(says(address, &half_head).await);
        bad.push(says(address, &half_body).await);
    }
    for _ in 0..20 {
        bad.push(never_reads(address, &host).await);
    }
    let (status, token) = send(address, token_request(&host, &app)).await;
    assert_eq!(status, StatusCode::OK, "{token}");
    let token = token["access_token"].as_str().unwrap();
    let (status, machines) = send(address, get(&host, "/api/machines", token)).await;
    assert_eq!(status, StatusCode::OK, "{machines}");
    let open = bad.iter().filter(|stream| is_open(stream)).count();
    assert_eq!(open, bad.len(), "they were there all the while");
    drop(bad);
    running.stop().await;
}
