//! A kept connection that closed before a request was written to it.
//!
//! The client runs on this thread alone and blocks it while the server closes. It
//! then learns of the closing in the same turn in which the next request is queued,
//! the moment at which hyper-util would take a fresh connection by itself.

#![cfg(feature = "hyper")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use quell_transport::TransportErrorKind::{ConnectionClosed, Interrupted};
use quell_transport::{HyperTransport, Proxy, Transport, TransportOptions};

fn answer_once(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().unwrap();
    let mut request = Vec::new();
    let mut piece = [0; 1024];
    while !request.ends_with(b"\r\n\r\n") {
        let length = stream.read(&mut piece).unwrap();
        assert_ne!(length, 0, "the connection ended within a request");
        request.extend_from_slice(&piece[..length]);
    }
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        .unwrap();
    stream
}

#[tokio::test]
async fn hyper_takes_no_second_connection_by_itself() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let uri = format!("http://{}/", listener.local_addr().unwrap());
    let request = || Request::get(&uri).body(Bytes::new()).unwrap();
    let (close, told) = channel();
    let server = thread::spawn(move || {
        let stream = answer_once(&listener);
        told.recv().unwrap();
        drop(stream);
        listener
    });
    let options = TransportOptions::default()
        .with_proxy(Proxy::Direct)
        .with_total_timeout(Duration::from_secs(10));
    let carrier = HyperTransport::new(&options).unwrap();

    assert_eq!(carrier.send(request()).await.unwrap().body(), "ok");
    // The connection's task needs a few turns, and no further byte, to become idle.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    close.send(()).unwrap();
    let listener = server.join().unwrap();
    tokio::task::yield_now().await;

    // Should the scheduler let the request be written first, it is an interruption.
    let error = carrier.send(request()).await.unwrap_err();
    assert!(
        matches!(error.kind(), ConnectionClosed | Interrupted),
        "{error:?}"
    );
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "a second connection was made");
}
