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
use quell_transport::testing::{NeverTransport, Recorder};
use quell_transport::{
    HyperTransport, Proxy, ReqwestTransport, Transport, TransportError, TransportErrorKind,
    TransportOptions,
};
#[cfg(feature = "reqwest013")]
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

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

/// What wraps a transport is held to the same promises.
#[tokio::test]
async fn a_recorded_transport_conforms() -> Result<(), Broken> {
    conformance::run(|options| Recorder::new(hyper(options))).await
}

#[cfg(feature = "reqwest013")]
#[tokio::test]
async fn a_client_that_was_built_as_told_conforms() -> Result<(), Broken> {
    let make = |options: &TransportOptions| {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(rustls_without_trust())
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(options.connect_timeout());
        ReqwestTransport::from_client(client.build().unwrap(), options)
    };
    let without_proxy = [
        Case::TunnelDenied,
        Case::TunnelCarriesTls,
        Case::ProxyCredentials,
        Case::TunnelTimeout,
    ];
    conformance::run_without(&without_proxy, make).await
}

/// It was built as it should not be, and is no excuse for calling what arrived not sent.
#[cfg(feature = "reqwest013")]
#[tokio::test]
async fn a_client_that_follows_to_an_unusable_address_has_sent_something() {
    let make = |options: &TransportOptions| {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(rustls_without_trust())
            .no_proxy();
        ReqwestTransport::from_client(client.build().unwrap(), options)
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let uri = format!("http://{}/", listener.local_addr().unwrap());
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = [0; 1024];
        assert_ne!(stream.read(&mut heard).await.unwrap(), 0);
        let answer = "HTTP/1.1 302 Found\r\nLocation: ftp://x/\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
    };
    let options = TransportOptions::default().with_proxy(Proxy::Direct);
    let transport = make(&options);
    let request = Request::post(uri).body(Bytes::new()).unwrap();
    let (result, ()) = tokio::join!(transport.send(request), server);
    assert_eq!(result.unwrap_err().reach(), quell_transport::Reach::Unknown);
}

#[cfg(feature = "reqwest013")]
fn rustls_without_trust() -> rustls::ClientConfig {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

/// The commonest fault of all, and no reason to wait for ever without a word.
#[tokio::test(start_paused = true)]
async fn a_transport_that_never_ends_is_told_so_for_each_case() {
    let cases = [Case::StatusPassesThrough, Case::FirstByteTimeout];
    let broken = conformance::run_only(&cases, |_: &TransportOptions| NeverTransport).await;
    let broken = broken.unwrap_err();
    assert!(broken.cases().eq(cases), "{broken}");
    assert!(
        broken.to_string().contains("time-outs of the options"),
        "{broken}"
    );
}

/// What the server did is told in words and text, not in numbers.
#[tokio::test]
async fn a_broken_promise_can_be_read() {
    let make = |options: &TransportOptions| Vicious {
        inner: hyper(options),
        vice: Vice::ClaimsNothingWasSent,
        proxy: Proxy::Direct,
    };
    let broken = conformance::run_only(&[Case::AnswerCutOff], make)
        .await
        .unwrap_err();
    let told = broken.to_string();
    let cut = r#"AnswerCutOff: closed after "HTTP/1.1 201 Created\r\nContent-Le": reach NotSent"#;
    assert!(told.contains(cut), "{told}");
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
    KnowsNoCap,
    GoesOn,
}

#[derive(Debug)]
struct Vicious {
    inner: HyperTransport,
    vice: Vice,
    proxy: Proxy,
}

#[async_trait]
impl Transport for Vicious {
    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if let Vice::ForgetsHeaders = self.vice {
            request.headers_mut().clear();
        }
        if let Vice::GoesOn = self.vice {
            let inner = self.inner.clone();
            return tokio::spawn(async move { inner.send(request).await })
                .await
                .unwrap();
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
                let proxy = match &self.proxy {
                    Proxy::Url(url) => url.as_str(),
                    _ => "none",
                };
                let told = format!("{} by {proxy}", request.uri());
                let told: Box<dyn Error + Send + Sync> = told.into();
                Err(TransportError::with_source(error.kind(), told))
            }
            (_, first) => first,
        }
    }
}

#[tokio::test]
async fn the_suite_notices_every_vice() {
    let expected: [(Vice, &[Case]); 8] = [
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
            &[
                Case::ConnectionReset,
                Case::AnswerGarbled,
                Case::BodyCap,
                Case::AnswerCutOff,
                Case::GzipBroken,
                Case::HeaderFlood,
                Case::KeptConnectionReset,
                Case::KeptConnectionResetMeanwhile,
            ],
        ),
        (
            Vice::TakesErrorStatusForErrors,
            &[Case::StatusPassesThrough, Case::NothingIsRepeated],
        ),
        (Vice::ForgetsHeaders, &[Case::HeadersPassThrough]),
        (Vice::Tells, &[Case::SecretsStayOut, Case::ProxyCredentials]),
        (Vice::GoesOn, &[Case::DroppedSendStops]),
        (Vice::KnowsNoCap, &[Case::BodyCap, Case::GzipBomb]),
    ];
    for (vice, cases) in expected {
        let make = |options: &TransportOptions| Vicious {
            inner: hyper(&match vice {
                Vice::KnowsNoCap => options.clone().with_body_cap(usize::MAX),
                _ => options.clone(),
            }),
            vice,
            proxy: options.proxy().clone(),
        };
        let broken = conformance::run_only(cases, make)
            .await
            .expect_err("a vice");
        for case in cases {
            assert!(
                broken.cases().any(|found| found == *case),
                "{vice:?} passes {case:?}"
            );
        }
    }
}
