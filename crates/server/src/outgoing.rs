//! Requests that the server makes itself, one at a time and within bounds.
//!
//! Only to `https`, or to loopback. Redirects are not followed, answers have a longest size, and
//! all of a request has one time limit: whoever is asked cannot hold the server up or fill it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls_pki_types::ServerName;
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Host, Position, Url};

/// How long a request may take in all.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutgoingError {
    /// The URL is neither `https` nor on loopback, or has no host.
    #[error("the URL must be https, or http on loopback")]
    Url,
    /// The system's certificate authorities, or this server's certificate, are no good.
    #[error("no trust")]
    Tls(#[source] rustls::Error),
    /// The host does not take the connection, or ended it.
    #[error("the host cannot be reached")]
    Connect(#[source] std::io::Error),
    /// What it says is no HTTP.
    #[error("the host does not speak HTTP")]
    Http(#[source] hyper::Error),
    /// The request cannot be written.
    #[error("the request cannot be written")]
    Request(#[source] http::Error),
    /// Its answer is too long, or broke off.
    #[error("the answer is too long or broke off")]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It takes too long.
    #[error("the host took longer than {} seconds", PATIENCE.as_secs())]
    TimedOut,
}

/// What makes requests. Trusts the system's certificate authorities.
#[derive(Clone)]
pub(crate) struct Outgoing {
    tls: TlsConnector,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing").finish_non_exhaustive()
    }
}

/// Whether requests to this URL may leave: what it carries is nobody else's business.
pub(crate) fn may_be_called(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Ipv4(address))) => address.is_loopback(),
        ("http", Some(Host::Ipv6(address))) => address.is_loopback(),
        ("http", Some(Host::Domain(name))) => name.eq_ignore_ascii_case("localhost"),
        _ => false,
    }
}

impl Outgoing {
    /// Reads the system's certificate authorities.
    ///
    /// # Errors
    /// [`OutgoingError::Tls`] when there are none.
    pub(crate) fn new() -> Result<Self, OutgoingError> {
        let provider = Arc::new(default_provider());
        let verifier = Verifier::new(Arc::clone(&provider)).map_err(OutgoingError::Tls)?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(OutgoingError::Tls)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config)),
        })
    }

    /// Sends a request to a URL, whose path the request takes over, and reads at most `longest`
    /// bytes of the answer.
    ///
    /// # Errors
    /// [`OutgoingError`]; whether the host got the request is then not known. A status that says no
    /// is an answer.
    pub(crate) async fn send(
        &self,
        url: &Url,
        request: Request<Bytes>,
        longest: usize,
    ) -> Result<Response<Bytes>, OutgoingError> {
        tokio::time::timeout(PATIENCE, self.send_patiently(url, request, longest))
            .await
            .map_err(|_| OutgoingError::TimedOut)?
    }

    async fn send_patiently(
        &self,
        url: &Url,
        request: Request<Bytes>,
        longest: usize,
    ) -> Result<Response<Bytes>, OutgoingError> {
        if !may_be_called(url) {
            return Err(OutgoingError::Url);
        }
        let request = addressed(url, request)?;
        let port = url.port_or_known_default().ok_or(OutgoingError::Url)?;
        let (stream, name) = match url.host().ok_or(OutgoingError::Url)? {
            Host::Domain(name) => {
                let server = ServerName::try_from(name.to_owned());
                (TcpStream::connect((name, port)).await, server.ok())
            }
            Host::Ipv4(ip) => (TcpStream::connect((ip, port)).await, Some(ip.into())),
            Host::Ipv6(ip) => (TcpStream::connect((ip, port)).await, Some(ip.into())),
        };
        let stream = stream.map_err(OutgoingError::Connect)?;
        if url.scheme() == "http" {
            return ask(stream, request, longest).await;
        }
        let name: ServerName<'static> = name.ok_or(OutgoingError::Url)?;
        let stream = self.tls.connect(name, stream).await;
        ask(stream.map_err(OutgoingError::Connect)?, request, longest).await
    }
}

fn addressed(url: &Url, request: Request<Bytes>) -> Result<Request<Full<Bytes>>, OutgoingError> {
    let (mut parts, body) = request.into_parts();
    let bad = |error: http::uri::InvalidUri| OutgoingError::Request(error.into());
    let path = &url[Position::BeforePath..Position::AfterQuery];
    parts.uri = path.parse::<Uri>().map_err(bad)?;
    let host = &url[Position::BeforeHost..Position::AfterPort];
    let host =
        http::HeaderValue::from_str(host).map_err(|error| OutgoingError::Request(error.into()))?;
    parts.headers.insert(header::HOST, host);
    Ok(Request::from_parts(parts, Full::new(body)))
}

async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
    longest: usize,
) -> Result<Response<Bytes>, OutgoingError> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(OutgoingError::Http)?;
    let asked = async {
        let answer = sender.send_request(request).await;
        let (parts, body) = answer.map_err(OutgoingError::Http)?.into_parts();
        let body = Limited::new(body, longest).collect().await;
        let body = body.map_err(OutgoingError::Answer)?.to_bytes();
        Ok(Response::from_parts(parts, body))
    };
    // The connection lives as long as the request: no task outlives a time limit.
    let connected = async {
        match connection.await {
            Ok(()) => std::future::pending().await,
            Err(error) => Err(OutgoingError::Http(error)),
        }
    };
    tokio::select! {
        answered = asked => answered,
        broken = connected => broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback_may_be_called() {
        for (url, may) in [
            ("https://siem.example/hook", true),
            ("http://127.0.0.1:9", true),
            ("http://[::1]:9/x", true),
            ("http://localhost", true),
            ("http://siem.example", false),
            ("http://192.0.2.1", false),
            ("http://localhost.example", false),
            ("ftp://127.0.0.1", false),
            ("unix:/x", false),
        ] {
            assert_eq!(may_be_called(&url.parse().unwrap()), may, "{url}");
        }
    }
}
