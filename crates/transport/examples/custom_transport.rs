//! A transport of one's own, examined by the suite: `cargo run --example
//! custom_transport --features hyper,testing`. The guide `docs/guide/transport.md` explains it.

use async_trait::async_trait;
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use quell_transport::TransportErrorKind::{
    BodyTooLarge, Connect, Interrupted, InvalidRequest, Timeout,
};
use quell_transport::testing::conformance::{self, Case};
use quell_transport::{Transport, TransportError, TransportOptions};
use tokio::time::timeout;

type Answer = Result<Response<Bytes>, TransportError>;

#[derive(Debug)]
struct Mine(Client<HttpConnector, Full<Bytes>>, TransportOptions);

impl Mine {
    fn new(options: &TransportOptions) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(options.connect_timeout()));
        let mut client = Client::builder(TokioExecutor::new());
        let client = client.retry_canceled_requests(false).build(connector);
        Self(client, options.clone())
    }

    async fn exchange(&self, mut request: Request<Bytes>) -> Answer {
        if request.uri().host().is_none() {
            return Err(InvalidRequest.into());
        }
        let length = request.body().len().into();
        request.headers_mut().insert(CONTENT_LENGTH, length);
        let head = self.0.request(request.map(Full::new));
        let head = timeout(self.1.first_byte_timeout(), head).await;
        let head = head.map_err(|late| TransportError::with_source(Timeout, late))?;
        let (head, body) = head.map_err(from_hyper)?.into_parts();
        let body = Limited::new(body, self.1.body_cap()).collect().await;
        let body = body.map_err(|error| {
            let is_large = error.is::<LengthLimitError>();
            TransportError::with_source(if is_large { BodyTooLarge } else { Interrupted }, error)
        })?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

/// Only connecting comes before the first byte of the request: it alone proves something.
fn from_hyper(error: hyper_util::client::legacy::Error) -> TransportError {
    let is_proof = error.is_connect();
    TransportError::with_source(if is_proof { Connect } else { Interrupted }, error)
}

#[async_trait]
impl Transport for Mine {
    async fn send(&self, request: Request<Bytes>) -> Answer {
        let whole = timeout(self.1.total_timeout(), self.exchange(request)).await;
        whole.map_err(|late| TransportError::with_source(Timeout, late))?
    }
}

#[tokio::main]
async fn main() -> Result<(), conformance::Broken> {
    // What it does not do, said aloud: it knows no proxy.
    use Case::{ProxyCredentials, TunnelCarriesTls, TunnelDenied, TunnelTimeout};
    let exceptions = [
        ProxyCredentials,
        TunnelCarriesTls,
        TunnelDenied,
        TunnelTimeout,
    ];
    conformance::run_without(&exceptions, Mine::new).await
}
