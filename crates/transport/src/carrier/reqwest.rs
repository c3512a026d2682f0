//! The carrier on reqwest.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, NoProxy, redirect, retry};

use super::{BuildError, IDLE_CONNECTION, KEEP_ALIVE, classify, exchange, resolver, tls};
use crate::{
    ProxyError, ProxyRoute, Transport, TransportError, TransportErrorKind, TransportOptions,
};

/// Carries requests by [reqwest](https://docs.rs/reqwest): HTTP/1.1 and HTTP/2,
/// pooled connections, rustls.
///
/// Sends need a tokio runtime with I/O and time enabled. A clone shares the connections.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: Client,
    options: Arc<TransportOptions>,
}

impl ReqwestTransport {
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

    /// Sends by a client that was built elsewhere.
    ///
    /// Of the options, the first-byte and total time-outs, the cap on bodies and
    /// the user agent hold. Connecting, trust and proxy are the client's, and so are two
    /// promises of [`Transport`] that cannot be checked here: build it with
    /// `.redirect(Policy::none())`, or a token follows where an answer leads, and with
    /// `.retry(retry::never())` and `.no_gzip()`. `testing::conformance` tells whether it keeps them.
    #[cfg(feature = "reqwest013")]
    #[must_use]
    pub fn from_client(client: Client, options: &TransportOptions) -> Self {
        Self {
            client,
            options: Arc::new(options.clone()),
        }
    }

    fn build(
        options: &TransportOptions,
        mut tls: rustls::ClientConfig,
    ) -> Result<Self, BuildError> {
        // A request in early data may be replayed on the way: two arrivals.
        tls.enable_early_data = false;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_gzip()
            .dns_resolver(Arc::new(Resolver))
            .connect_timeout(options.connect_timeout())
            .pool_idle_timeout(IDLE_CONNECTION)
            .tcp_keepalive(KEEP_ALIVE)
            .tcp_keepalive_interval(KEEP_ALIVE)
            .no_proxy();
        if let Some(route) = options.proxy().route()? {
            builder = builder.proxy(tunnel(&route)?);
        }
        let client = builder.build().map_err(unbuildable)?;
        Ok(Self {
            client,
            options: Arc::new(options.clone()),
        })
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let decoding = exchange::prepare(&mut request, &self.options);
        let request = reqwest::Request::try_from(request).map_err(|error| {
            TransportError::with_source(TransportErrorKind::InvalidRequest, error.without_url())
        })?;
        if !matches!(request.url().scheme(), "https" | "http") {
            return Err(TransportError::new(TransportErrorKind::InvalidRequest));
        }
        let head = async {
            let answer = self.client.execute(request).await.map_err(failed)?;
            Ok(Response::<reqwest::Body>::from(answer))
        };
        exchange::complete(head, decoding, &self.options).await
    }
}

/// reqwest raises a builder error for the address that an answer redirects to as well,
/// and then the request has arrived: such an error proves nothing.
fn failed(error: reqwest::Error) -> TransportError {
    let kind = if error.is_builder() {
        TransportErrorKind::Other
    } else {
        classify::before_the_answer(&error)
    };
    TransportError::with_source(kind, error.without_url())
}

fn unbuildable(error: reqwest::Error) -> BuildError {
    BuildError::Client(error.without_url().into())
}

fn tunnel(route: &ProxyRoute) -> Result<reqwest::Proxy, BuildError> {
    let proxy = reqwest::Proxy::https(route.url().clone()).map_err(|_| ProxyError)?;
    Ok(proxy.no_proxy(NoProxy::from_string(route.bypass())))
}

#[derive(Debug)]
struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses = resolver::resolve(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
