//! Transports as services and services as transports.

#![cfg(all(feature = "tower", feature = "testing"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use quell_transport::testing::ScriptedTransport;
use quell_transport::{
    Reach, ServiceTransport, Transport, TransportError, TransportErrorKind, TransportService,
};
use std::future::{Ready, ready};
use tower::{Service, ServiceExt as _};

fn request() -> Request<Bytes> {
    Request::get("https://api.example/")
        .body(Bytes::new())
        .unwrap()
}

#[tokio::test]
async fn a_transport_is_a_service() {
    let inner = ScriptedTransport::new();
    inner.answer_json(StatusCode::NOT_FOUND, "{}");
    inner.fail(TransportError::new(TransportErrorKind::Tls));
    let service = TransportService::new(inner);
    let answer = service.clone().oneshot(request()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let error = service.oneshot(request()).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Tls);
}

/// Fails when asked to be ready, or when called.
#[derive(Clone)]
struct Failing {
    ready: bool,
    calls: Arc<AtomicUsize>,
}

impl Service<Request<Bytes>> for Failing {
    type Response = Response<Bytes>;
    type Error = io::Error;
    type Future = Ready<io::Result<Response<Bytes>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(if self.ready {
            Ok(())
        } else {
            Err(io::Error::other("not ready"))
        })
    }

    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        self.calls.fetch_add(1, Ordering::SeqCst);
        ready(Err(io::ErrorKind::ConnectionRefused.into()))
    }
}

fn failing(ready: bool) -> Failing {
    Failing {
        ready,
        calls: Arc::default(),
    }
}

#[tokio::test]
async fn an_error_of_a_service_proves_nothing_by_itself() {
    let service = failing(true);
    let error = ServiceTransport::new(service.clone()).send(request()).await;
    let error = error.unwrap_err();
    assert_eq!(error.reach(), Reach::Unknown);
    assert!(error.source().unwrap().is::<io::Error>());
    assert_eq!(service.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn whoever_knows_the_errors_can_tell_more() {
    let transport = ServiceTransport::with_kinds(failing(true), |error| {
        match error.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => TransportErrorKind::Connect,
            _ => TransportErrorKind::Interrupted,
        }
    });
    let error = transport.send(request()).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Connect);
}

#[tokio::test]
async fn a_service_that_is_not_ready_never_saw_the_request() {
    let service = failing(false);
    let error = ServiceTransport::new(service.clone()).send(request()).await;
    assert_eq!(error.unwrap_err().reach(), Reach::NotSent);
    assert_eq!(service.calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_transport_error_keeps_its_kind_through_layers() {
    let inner = ScriptedTransport::new();
    inner.fail(TransportError::new(TransportErrorKind::ConnectionClosed));
    inner.fail(TransportError::new(TransportErrorKind::Timeout));
    let boxing = TransportService::new(inner).map_err(tower::BoxError::from);
    let transport = ServiceTransport::new(boxing);
    for expected in [
        TransportErrorKind::ConnectionClosed,
        TransportErrorKind::Timeout,
    ] {
        assert_eq!(
            transport.send(request()).await.unwrap_err().kind(),
            expected
        );
    }
}

/// There and back again, all promises are kept.
#[cfg(feature = "hyper")]
#[tokio::test]
async fn a_carrier_conforms_through_two_adapters() {
    use quell_transport::{HyperTransport, testing::conformance};

    let adapted = |options: &_| {
        let carrier = HyperTransport::new(options).unwrap();
        ServiceTransport::new(TransportService::new(carrier))
    };
    conformance::run(adapted).await.unwrap();
}
