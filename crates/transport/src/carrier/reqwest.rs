//! The carrier on reqwest.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, NoProxy, redirect, retry};

use super::proxy::{self, ProxyRule};
use super::{BuildError, IDLE_CONNECTION, KEEP_ALIVE, classify, exchange, resolver, tls};
use crate::{Transport, TransportError, TransportErrorKind, TransportOptions};

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
        let mut tls = tls::client_config(options.roots())?;
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
        if let Some(rule) = proxy::rule(options.proxy())? {
            builder = builder.proxy(tunnel(rule)?);
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
        let head = async {
            let answer = self.client.execute(request).await.map_err(failed)?;
            Ok(Response::<reqwest::Body>::from(answer))
        };
        exchange::complete(head, decoding, &self.options).await
    }
}

/// A builder error is raised before anything is sent: a scheme that reqwest does not speak.
fn failed(error: reqwest::Error) -> TransportError {
    let kind = if error.is_builder() {
        TransportErrorKind::InvalidRequest
    } else {
        classify::before_the_answer(&error)
    };
    TransportError::with_source(kind, error.without_url())
}

fn unbuildable(error: reqwest::Error) -> BuildError {
    BuildError::Client(error.without_url().into())
}

fn tunnel(rule: ProxyRule) -> Result<reqwest::Proxy, BuildError> {
    let proxy = reqwest::Proxy::https(rule.url).map_err(|_| BuildError::Proxy)?;
    Ok(proxy.no_proxy(NoProxy::from_string(&rule.bypass)))
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
