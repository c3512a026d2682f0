//! Over a socket: what is tested elsewhere over a transport of the tests' own works with the
//! real one too, plain http to loopback included.

use bytes::Bytes;
use http::Request;
use quell::{Client, ManagedIdentity, Service};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::authority::{ACTION, Authority};

/// Serves the authority on a port of loopback, one request a connection.
pub(crate) async fn served(authority: &Authority) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let authority = authority.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            answer(stream, &authority).await;
        }
    });
    base
}

async fn answer(mut stream: TcpStream, authority: &Authority) {
    let request = read(&mut stream).await;
    let response = authority.answer(&request);
    let head = format!(
        "HTTP/1.1 {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        response.status(),
        response.body().len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(response.body()).await.unwrap();
}

async fn read(stream: &mut TcpStream) -> Request<Bytes> {
    let mut text = Vec::new();
    while !is_whole(&text) {
        assert_ne!(stream.read_buf(&mut text).await.unwrap(), 0);
    }
    let text = String::from_utf8(text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let mut words = lines.next().unwrap().split(' ');
    let mut request = Request::builder()
        .method(words.next().unwrap())
        .uri(words.next().unwrap());
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        request = request.header(name, value);
    }
    request.body(Bytes::from(body.to_owned())).unwrap()
}

fn is_whole(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse::<usize>().unwrap())
    });
    body.len() >= length.unwrap_or(0)
}

#[tokio::test]
async fn a_secret_and_a_token_travel_over_the_built_in_transport() {
    let authority = Authority::new();
    let base = served(&authority).await;
    let service = Service::custom(&base, &base).client_secret("mine", "app", "a secret");
    let client = Client::builder().service(service).build().unwrap();
    client.action(ACTION).get().await.unwrap();
    assert_eq!(
        authority.asked()[0].parameter("client_secret").as_deref(),
        Some("a secret")
    );
    assert_eq!(authority.calls()[0].bearer(), "canary-token-1");
}

#[tokio::test]
async fn a_metadata_service_is_reached_over_plain_http() {
    let authority = Authority::new();
    let base = served(&authority).await;
    let service = Service::custom(&base, "https://login.example")
        .managed_identity(ManagedIdentity::imds_at(&base))
        .audience("api://edr");
    let client = Client::builder().service(service).build().unwrap();
    client.action(ACTION).get().await.unwrap();
    let asked = authority.asked().remove(0);
    assert_eq!(
        asked.uri.query(),
        Some("api-version=2018-02-01&resource=api%3A%2F%2Fedr")
    );
    assert_eq!(asked.header("metadata"), Some("true"));
}
