//! The carrier on hyper.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::uri::Scheme;
use http::{Request, Response, Version};
use http_body_util::Full;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connector::Connector;
use super::{BuildError, IDLE_CONNECTION, classify, exchange, tls};
use crate::{Transport, TransportError, TransportErrorKind, TransportOptions};

/// Carries requests by [hyper](https://docs.rs/hyper) with hyper-util and
/// hyper-rustls: HTTP/1.1 and HTTP/2, pooled connections, rustls.
///
/// Sends need a tokio runtime with I/O and time enabled. A clone shares the connections.
#[derive(Clone, Debug)]
pub struct HyperTransport {
    client: Client<Connector, Full<Bytes>>,
    options: Arc<TransportOptions>,
}

impl HyperTransport {
    /// Builds the carrier; connects to nothing yet.
    ///
    /// # Errors
    ///
    /// If the options name a certificate or proxy that cannot be used.
    pub fn new(options: &TransportOptions) -> Result<Self, BuildError> {
        Self::build(options, tls::client_config(options.roots())?)
    }

    /// The same with a TLS configuration of one's own: another provider (one that
    /// FIPS 140 validated, for instance), a client certificate, another verifier.
    ///
    /// [`TransportOptions::roots`] then counts for nothing, and the protocols
    /// offered (ALPN) are the carrier's.
    ///
    /// # Errors
    ///
    /// If the options name a proxy that cannot be used.
    #[cfg(feature = "rustls023")]
    pub fn with_tls_config(
        options: &TransportOptions,
        tls: rustls::ClientConfig,
    ) -> Result<Self, BuildError> {
        Self::build(options, tls)
    }

    fn build(
        options: &TransportOptions,
        mut tls: rustls::ClientConfig,
    ) -> Result<Self, BuildError> {
        // A request in early data may be replayed on the way: two arrivals.
        tls.enable_early_data = false;
        // The connector sets them, and refuses any that are set.
        tls.alpn_protocols.clear();
        let proxy = options.proxy().route()?;
        let connector = Connector::new(tls, proxy, options.connect_timeout());
        let client = Client::builder(TokioExecutor::new())
            .retry_canceled_requests(false)
            .pool_idle_timeout(IDLE_CONNECTION)
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .build(connector);
        Ok(Self {
            client,
            options: Arc::new(options.clone()),
        })
    }
}

#[async_trait]
impl Transport for HyperTransport {
    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let decoding = exchange::prepare(&mut request, &self.options);
        if !is_web(&request) {
            return Err(TransportError::new(TransportErrorKind::InvalidRequest));
        }
        // The version is the connection's to choose, as with the other carrier.
        *request.version_mut() = Version::HTTP_11;
        let head = async {
            self.client
                .request(request.map(Full::new))
                .await
                .map_err(failed)
        };
        exchange::complete(head, decoding, &self.options).await
    }
}

fn is_web(request: &Request<Bytes>) -> bool {
    let scheme = request.uri().scheme();
    request.uri().host().is_some()
        && (scheme == Some(&Scheme::HTTPS) || scheme == Some(&Scheme::HTTP))
}

fn failed(error: legacy::Error) -> TransportError {
    TransportError::with_source(classify::before_the_answer(&error), error)
}
