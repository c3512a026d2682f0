//! What a carrier is told: plain data, every field readable, so that a transport
//! of anyone's make can honour the same options.

mod proxy;
mod roots;
mod route;

use std::time::Duration;

use http::HeaderValue;

pub use proxy::Proxy;
pub use roots::{RootCertificate, RootCertificates};
pub use route::{ProxyError, ProxyRoute};

const MEBIBYTE: usize = 1024 * 1024;

/// How a carrier behaves.
///
/// ```
/// use quell_transport::{Proxy, TransportOptions};
/// use std::time::Duration;
///
/// let options = TransportOptions::default()
///     .with_total_timeout(Duration::from_secs(20))
///     .with_proxy(Proxy::Direct);
/// assert_eq!(options.connect_timeout(), Duration::from_secs(10));
/// ```
#[derive(Clone, Debug)]
pub struct TransportOptions {
    connect_timeout: Duration,
    first_byte_timeout: Duration,
    total_timeout: Duration,
    body_cap: usize,
    roots: RootCertificates,
    proxy: Proxy,
    user_agent: HeaderValue,
}

impl Default for TransportOptions {
    /// 10 s to connect, 60 s to the answer's head, 100 s in all, 64 MiB of
    /// body, the platform's certificate authorities, the environment's proxy.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(60),
            total_timeout: Duration::from_secs(100),
            // The largest answer known is a page of 10,000 machines or machine
            // actions at some 2 kB each: three of them would still fit.
            body_cap: 64 * MEBIBYTE,
            roots: RootCertificates::Platform,
            proxy: Proxy::FromEnvironment,
            user_agent: HeaderValue::from_static(concat!(
                "quell-transport/",
                env!("CARGO_PKG_VERSION")
            )),
        }
    }
}

impl TransportOptions {
    /// The longest that resolving, connecting and the TLS handshake may take together.
    #[must_use]
    pub const fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }

    /// The longest from the start of `send` to the head of the answer.
    #[must_use]
    pub const fn first_byte_timeout(&self) -> Duration {
        self.first_byte_timeout
    }

    /// The longest from the start of `send` to the end of the answer.
    #[must_use]
    pub const fn total_timeout(&self) -> Duration {
        self.total_timeout
    }

    /// The largest body of an answer, in bytes, counted both as received and as decoded.
    #[must_use]
    pub const fn body_cap(&self) -> usize {
        self.body_cap
    }

    /// Whose certificates are trusted.
    #[must_use]
    pub const fn roots(&self) -> &RootCertificates {
        &self.roots
    }

    /// The proxy that https requests go through.
    #[must_use]
    pub const fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    /// The `User-Agent` of requests that have none.
    #[must_use]
    pub const fn user_agent(&self) -> &HeaderValue {
        &self.user_agent
    }

    /// Sets [`connect_timeout`](Self::connect_timeout).
    #[must_use]
    pub const fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets [`first_byte_timeout`](Self::first_byte_timeout).
    #[must_use]
    pub const fn with_first_byte_timeout(mut self, timeout: Duration) -> Self {
        self.first_byte_timeout = timeout;
        self
    }

    /// Sets [`total_timeout`](Self::total_timeout).
    #[must_use]
    pub const fn with_total_timeout(mut self, timeout: Duration) -> Self {
        self.total_timeout = timeout;
        self
    }

    /// Sets [`body_cap`](Self::body_cap), in bytes.
    #[must_use]
    pub const fn with_body_cap(mut self, bytes: usize) -> Self {
        self.body_cap = bytes;
        self
    }

    /// Sets [`roots`](Self::roots).
    #[must_use]
    pub fn with_roots(mut self, roots: RootCertificates) -> Self {
        self.roots = roots;
        self
    }

    /// Sets [`proxy`](Self::proxy).
    #[must_use]
    pub fn with_proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = proxy;
        self
    }

    /// Sets [`user_agent`](Self::user_agent).
    #[must_use]
    pub fn with_user_agent(mut self, user_agent: HeaderValue) -> Self {
        self.user_agent = user_agent;
        self
    }
}
