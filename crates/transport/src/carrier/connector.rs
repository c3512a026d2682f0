//! How the hyper carrier gets to a connected stream: resolve, connect, tunnel
//! through a proxy if one is set, TLS if the URI says so, all within one timeout.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use std::vec;

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use std::sync::Arc;
use tokio::net::TcpStream;
use tower::Service;

use super::KEEP_ALIVE;
use super::classify::ConnectTimedOut;
use super::resolver::{self, NotResolved};
use crate::ProxyRoute;

type BoxError = Box<dyn StdError + Send + Sync>;
type Connecting<S> = Pin<Box<dyn Future<Output = Result<S, BoxError>> + Send>>;
type Plain = TokioIo<TcpStream>;

/// The whole way to a stream that requests can be written to.
#[derive(Clone)]
pub(super) struct Connector {
    secured: HttpsConnector<Tunneling>,
    timeout: Duration,
}

impl Connector {
    pub(super) fn new(tls: ClientConfig, proxy: Option<ProxyRoute>, timeout: Duration) -> Self {
        let secured = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(Tunneling::new(proxy));
        Self { secured, timeout }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Plain>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.secured.poll_ready(context)
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        let limit = self.timeout;
        let connecting = self.secured.call(destination);
        Box::pin(async move {
            match tokio::time::timeout(limit, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(ConnectTimedOut(limit).into()),
            }
        })
    }
}

/// A TCP stream to the destination, directly or through the proxy's tunnel.
#[derive(Clone)]
struct Tunneling {
    direct: HttpConnector<Resolver>,
    proxy: Option<Arc<Matcher>>,
}

impl Tunneling {
    fn new(proxy: Option<ProxyRoute>) -> Self {
        let mut direct = HttpConnector::new_with_resolver(Resolver);
        direct.enforce_http(false);
        direct.set_nodelay(true);
        direct.set_keepalive(Some(KEEP_ALIVE));
        direct.set_keepalive_interval(Some(KEEP_ALIVE));
        let matcher = |route: ProxyRoute| {
            Arc::new(
                Matcher::builder()
                    .https(route.url().as_str())
                    .no(route.bypass().to_owned())
                    .build(),
            )
        };
        Self {
            direct,
            proxy: proxy.map(matcher),
        }
    }
}

impl Service<Uri> for Tunneling {
    type Response = Plain;
    type Error = BoxError;
    type Future = Connecting<Plain>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.direct.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        let proxy = self
            .proxy
            .as_ref()
            .and_then(|proxy| proxy.intercept(&destination));
        let Some(proxy) = proxy else {
            let connecting = self.direct.call(destination);
            return Box::pin(async move { Ok(connecting.await?) });
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.direct.clone());
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        let connecting = tunnel.call(destination);
        Box::pin(async move { Ok(connecting.await?) })
    }
}

#[derive(Clone)]
struct Resolver;

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = NotResolved;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, NotResolved>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), NotResolved>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move { Ok(resolver::resolve(name.as_str()).await?.into_iter()) })
    }
}
