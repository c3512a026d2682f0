//! Fetching what another issuer publishes.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, StatusCode, header};
use quell_transport::{HyperTransport, RootCertificates, Transport as _, TransportError};
use url::Url;

use crate::outgoing;

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
    pub(crate) fn new(trusted: RootCertificates) -> Result<Self, FetchError> {
        let carrier = outgoing::carrier(PATIENCE, LONGEST, trusted).map_err(FetchError::Client)?;
        Ok(Self(carrier))
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
    Url::parse(url).is_ok_and(|url| outgoing::may_be_called(&url))
}
