//! Both carriers keep every promise, and the suite notices whoever does not.

#![cfg(all(feature = "reqwest", feature = "hyper", feature = "testing"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::error::Error;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::LOCATION;
use http::{Request, Response};
use quell_transport::testing::conformance::{self, Broken, Case};
use quell_transport::{
    HyperTransport, ReqwestTransport, Transport, TransportError, TransportErrorKind,
    TransportOptions,
};

fn hyper(options: &TransportOptions) -> HyperTransport {
    HyperTransport::new(options).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reqwest_conforms() -> Result<(), Broken> {
    conformance::run(|options| ReqwestTransport::new(options).unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hyper_conforms() -> Result<(), Broken> {
    conformance::run(hyper).await
}

#[tokio::test]
async fn hyper_conforms_on_a_single_thread() -> Result<(), Broken> {
    conformance::run(hyper).await
}

#[tokio::test]
async fn reqwest_conforms_on_a_single_thread() -> Result<(), Broken> {
    conformance::run(|options| ReqwestTransport::new(options).unwrap()).await
}

/// Breaks one promise each.
#[derive(Clone, Copy, Debug)]
enum Vice {
    Repeats,
    FollowsRedirects,
    ClaimsNothingWasSent,
    TakesErrorStatusForErrors,
    ForgetsHeaders,
    Tells,
}

#[derive(Debug)]
struct Vicious {
    inner: HyperTransport,
    vice: Vice,
}

#[async_trait]
impl Transport for Vicious {
    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if let Vice::ForgetsHeaders = self.vice {
            request.headers_mut().clear();
        }
        let first = self.inner.send(request.clone()).await;
        match (self.vice, first) {
            (Vice::Repeats, Err(_)) => self.inner.send(request).await,
            (Vice::FollowsRedirects, Ok(answer)) if answer.headers().contains_key(LOCATION) => {
                let location = answer.headers()[LOCATION].to_str().unwrap();
                *request.uri_mut() = location.parse().unwrap();
                self.inner.send(request).await
            }
            (Vice::ClaimsNothingWasSent, Err(error)) => Err(TransportError::with_source(
                TransportErrorKind::Connect,
                error,
            )),
            (Vice::TakesErrorStatusForErrors, Ok(answer)) if !answer.status().is_success() => {
                Err(TransportError::new(TransportErrorKind::Other))
            }
            (Vice::Tells, Err(error)) => {
                let told: Box<dyn Error + Send + Sync> = request.uri().to_string().into();
                Err(TransportError::with_source(error.kind(), told))
            }
            (_, first) => first,
        }
    }
}

#[tokio::test]
async fn the_suite_notices_every_vice() {
    let expected: [(Vice, &[Case]); 6] = [
        (
            Vice::Repeats,
            &[
                Case::ConnectionReset,
                Case::AnswerCutOff,
                Case::KeptConnectionReset,
            ],
        ),
        (Vice::FollowsRedirects, &[Case::RedirectIsAnAnswer]),
        (
            Vice::ClaimsNothingWasSent,
            &[Case::ConnectionReset, Case::AnswerGarbled, Case::BodyCap],
        ),
        (
            Vice::TakesErrorStatusForErrors,
            &[Case::StatusPassesThrough, Case::NothingIsRepeated],
        ),
        (Vice::ForgetsHeaders, &[Case::HeadersPassThrough]),
        (Vice::Tells, &[Case::SecretsStayOut]),
    ];
    for (vice, cases) in expected {
        let make = |options: &TransportOptions| Vicious {
            inner: hyper(options),
            vice,
        };
        let broken = conformance::run(make).await.expect_err("a vice");
        for case in cases {
            assert!(
                broken.cases().any(|found| found == *case),
                "{vice:?} passes {case:?}"
            );
        }
    }
}
