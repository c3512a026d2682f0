//! Why a carrier cannot be built from its options.

use crate::ProxyError;

/// What is wrong with [`TransportOptions`](crate::TransportOptions).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A root certificate is unreadable; `position` counts from 0.
    #[error("root certificate {position} is not usable")]
    Certificate {
        /// Its place among the certificates that were given.
        position: usize,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Only given certificates were to be trusted, and none was given.
    #[error("no root certificate is given, so that no server could be trusted")]
    NoCertificates,
    /// The proxy's address is unusable. Its text is kept back: it may hold a password.
    #[error("the proxy cannot be used")]
    Proxy(#[from] ProxyError),
    /// The TLS library refused its configuration.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    /// The HTTP library refused its configuration.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}
