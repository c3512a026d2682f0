//! Fetching what another issuer publishes.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, StatusCode, header};
use quell_transport::{HyperTransport, Transport as _, TransportError, TransportOptions};
use url::{Host, Url};

/// How long an answer may take, from the first byte sent to the last received.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer, in bytes.
const LONGEST: usize = 256 * 1024;

/// An issuer's document cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The address is neither https nor http on loopback.
    #[error("the address of an issuer's document must be https")]
    Address,
    /// No connection can be made by this host.
    #[error("no https client can be made")]
    Client(#[source] quell_transport::BuildError),
    /// No answer came.
    #[error("the issuer does not answer")]
    Transport(#[source] TransportError),
    /// The answer is no document. Redirects are not followed.
    #[error("the issuer answers with status {0}")]
    Status(StatusCode),
    /// The document is not what it should be.
    #[error("the issuer's document cannot be read")]
    Unreadable,
    /// The document is another issuer's.
    #[error("the document at this address is another issuer's")]
    OtherIssuer,
}

/// Fetches documents. A seam, so that tests need no network.
#[async_trait]
pub(crate) trait FetchKeys: Debug + Send + Sync {
    /// The document at an address.
    async fn get(&self, url: &str) -> Result<Bytes, FetchError>;
}

/// By https.
#[derive(Debug)]
pub(crate) struct HttpFetch(HyperTransport);

impl HttpFetch {
    pub(crate) fn new() -> Result<Self, FetchError> {
        let options = TransportOptions::default()
            .with_connect_timeout(PATIENCE)
            .with_first_byte_timeout(PATIENCE)
            .with_total_timeout(PATIENCE)
            .with_body_cap(LONGEST);
        let transport = HyperTransport::new(&options).map_err(FetchError::Client)?;
        Ok(Self(transport))
    }
}

#[async_trait]
impl FetchKeys for HttpFetch {
    async fn get(&self, url: &str) -> Result<Bytes, FetchError> {
        if !is_safe_url(url) {
            return Err(FetchError::Address);
        }
        let request = Request::get(url)
            .header(header::ACCEPT, "application/json")
            .body(Bytes::new())
            .map_err(|_| FetchError::Address)?;
        let answer = self.0.send(request).await.map_err(FetchError::Transport)?;
        match answer.status() {
            StatusCode::OK => Ok(answer.into_body()),
            other => Err(FetchError::Status(other)),
        }
    }
}

/// An address that keys may come from: whoever can change them on the way can be anybody.
pub(crate) fn is_safe_url(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let secret = url.scheme() == "https" || (url.scheme() == "http" && loopback);
    plain && secret
}
