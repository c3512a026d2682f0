//! HTTP/2, which only TLS negotiates.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use h2::Reason;
use http::{Response, Version};
use quell_transport::{Reach, RootCertificates};

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
/// arrival counted against nobody's quota.
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
