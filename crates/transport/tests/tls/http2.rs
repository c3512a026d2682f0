//! HTTP/2, which only TLS negotiates.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use h2::Reason;
use http::{HeaderValue, Response, Version};
use quell_transport::{Reach, RootCertificates};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use crate::fixture::{Authority, carriers, listen, request};

#[tokio::test]
async fn it_is_spoken_to_whoever_offers_it() {
    let authority = Authority::new();
    let port = listen(&authority, &["h2", "http/1.1"], |stream| async move {
        let mut connection = h2::server::handshake(stream).await.unwrap();
        while let Some(Ok((_, mut respond))) = connection.accept().await {
            let mut body = respond.send_response(Response::new(()), false).unwrap();
            body.send_data(Bytes::from("multiplexed"), true).unwrap();
        }
    })
    .await;
    for carrier in carriers(RootCertificates::Only(vec![authority.der()])) {
        for _ in 0..2 {
            let answer = carrier.send(request(port)).await.unwrap();
            assert_eq!(
                (answer.version(), &answer.body()[..]),
                (Version::HTTP_2, &b"multiplexed"[..])
            );
        }
    }
}

/// Libraries take a refused stream for leave to repeat. It would be, if the next
/// arrival counted against nobody's quota, and if the word were the service's own and
/// not that of whoever ends TLS in front of it.
#[tokio::test]
async fn a_refused_stream_is_not_repeated() {
    let authority = Authority::new();
    let arrivals = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&arrivals);
    let port = listen(&authority, &["h2"], move |stream| {
        let counter = Arc::clone(&counter);
        async move {
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((_, mut respond))) = connection.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                respond.send_reset(Reason::REFUSED_STREAM);
            }
        }
    })
    .await;
    for (sent, carrier) in carriers(RootCertificates::Only(vec![authority.der()]))
        .iter()
        .enumerate()
    {
        let error = carrier.send(request(port)).await.unwrap_err();
        assert_eq!(error.reach(), Reach::Unknown, "{error:?}");
        assert_eq!(arrivals.load(Ordering::SeqCst), sent + 1, "{carrier:?}");
    }
}

const FRAME_HEAD: usize = 9;
const HEADERS: u8 = 1;

/// A frame of HTTP/2 (RFC 9113 §4.1) of the connection itself.
fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    [&[0, 0, length, kind, flags, 0, 0, 0, 0], payload].concat()
}

/// Reads frames until one opens a stream; `false` if the connection ends before.
async fn opens_a_stream(stream: &mut (impl AsyncRead + Unpin)) -> bool {
    let mut preface = [0; 24];
    if stream.read_exact(&mut preface).await.is_err() {
        return false;
    }
    loop {
        let mut head = [0; FRAME_HEAD];
        if stream.read_exact(&mut head).await.is_err() {
            return false;
        }
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        stream.read_exact(&mut payload).await.unwrap();
        if head[3] == HEADERS {
            return true;
        }
    }
}

/// The server says that it has processed no stream: by the book a proof, and yet the
/// word of whoever stands in front of the service, of a request whose bytes have left.
#[tokio::test]
async fn a_stream_beyond_the_last_one_of_goaway_is_unknown_and_not_repeated() {
    let authority = Authority::new();
    let arrivals = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&arrivals);
    let port = listen(&authority, &["h2"], move |mut stream| {
        let counter = Arc::clone(&counter);
        async move {
            const SETTINGS: u8 = 4;
            const GOAWAY: u8 = 7;
            stream.write_all(&frame(SETTINGS, 0, &[])).await.unwrap();
            if opens_a_stream(&mut stream).await {
                counter.fetch_add(1, Ordering::SeqCst);
                // Last stream 0, no error.
                stream.write_all(&frame(GOAWAY, 0, &[0; 8])).await.unwrap();
                stream.shutdown().await.ok();
            }
        }
    })
    .await;
    for (sent, carrier) in carriers(RootCertificates::Only(vec![authority.der()]))
        .iter()
        .enumerate()
    {
        let error = carrier.send(request(port)).await.unwrap_err();
        assert_eq!(error.reach(), Reach::Unknown, "{error:?}");
        assert_eq!(arrivals.load(Ordering::SeqCst), sent + 1, "{carrier:?}");
    }
}

/// A server that says goodbye after each answer: the next request takes another
/// connection, or is proved not sent, or is unknown, and never arrives twice.
#[tokio::test]
async fn after_a_goodbye_what_is_said_of_a_request_is_true() {
    const ROUNDS: usize = 20;
    let authority = Authority::new();
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&arrivals);
    let port = listen(&authority, &["h2"], move |stream| {
        let seen = Arc::clone(&seen);
        async move {
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                let mark = request.headers()["x-mark"].clone();
                seen.lock().unwrap().push(mark);
                respond.send_response(Response::new(()), true).unwrap();
                connection.graceful_shutdown();
            }
        }
    })
    .await;
    for (number, carrier) in carriers(RootCertificates::Only(vec![authority.der()]))
        .iter()
        .enumerate()
    {
        let mut answered = 0;
        for round in 0..ROUNDS {
            let mark = HeaderValue::from(number * ROUNDS + round);
            let mut request = request(port);
            request.headers_mut().insert("x-mark", mark.clone());
            let result = carrier.send(request).await;
            let count = || {
                let seen = arrivals.lock().unwrap();
                seen.iter().filter(|seen| **seen == mark).count()
            };
            match result {
                Ok(_) => {
                    answered += 1;
                    assert_eq!(count(), 1);
                }
                Err(error) if error.reach() == Reach::NotSent => assert_eq!(count(), 0),
                Err(_) => assert!(count() <= 1),
            }
        }
        assert_ne!(answered, 0, "{carrier:?} never came through");
    }
}

/// An answer that is broken within: by a reset, or by an end before its declared length.
#[tokio::test]
async fn half_an_answer_is_none() {
    let authority = Authority::new();
    for is_reset in [true, false] {
        let arrivals = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&arrivals);
        let port = listen(&authority, &["h2"], move |stream| {
            let counter = Arc::clone(&counter);
            async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    counter.fetch_add(1, Ordering::SeqCst);
                    let head = Response::builder().header("content-length", 10);
                    let mut body = respond
                        .send_response(head.body(()).unwrap(), false)
                        .unwrap();
                    body.send_data(Bytes::from_static(b"half"), !is_reset)
                        .unwrap();
                    if is_reset {
                        body.send_reset(Reason::INTERNAL_ERROR);
                    }
                }
            }
        })
        .await;
        for (sent, carrier) in carriers(RootCertificates::Only(vec![authority.der()]))
            .iter()
            .enumerate()
        {
            let error = carrier.send(request(port)).await.unwrap_err();
            assert_eq!(error.reach(), Reach::Unknown, "{error:?}");
            assert_eq!(arrivals.load(Ordering::SeqCst), sent + 1, "{carrier:?}");
        }
    }
}
