//! Where requests go, and where they never go.

mod next_link;
mod policy;
mod target;

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};
use url::{Host, Url};

pub use next_link::NextLinkError;
pub use policy::{ForeignHost, HostPolicy};
pub use target::TargetError;

/// A service's base URL: `https`, or plain `http` if the host is loopback.
///
/// The path, if there is one, goes before the path of every request.
///
/// ```
/// use quell_transport::Endpoint;
///
/// let endpoint: Endpoint = "https://gateway.example/defender/".parse()?;
/// let uri = endpoint.join("/api/machineactions", Some("$top=5"))?;
/// assert_eq!(uri, "https://gateway.example/defender/api/machineactions?$top=5");
///
/// assert!("http://gateway.example".parse::<Endpoint>().is_err());
/// assert!("http://127.0.0.1:8080".parse::<Endpoint>().is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    base: Url,
    scheme: Scheme,
    authority: Authority,
}

/// Why a text is no [`Endpoint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Not an absolute URL.
    #[error("not an absolute URL: {0}")]
    NotAUrl(#[from] url::ParseError),
    /// Neither `https` nor `http`.
    #[error("the scheme must be https")]
    Scheme,
    /// Plain `http` to another host than loopback: a token would travel in clear text.
    #[error("plain http is allowed to loopback only; use https")]
    ClearText,
    /// A user name or password within the URL.
    #[error("the URL must not contain a user name or password")]
    UserInformation,
    /// A query or fragment, which a base cannot have.
    #[error("the URL must not have a query or fragment")]
    QueryOrFragment,
    /// The host cannot stand in a request.
    #[error("the URL's host is not usable in a request")]
    Host,
    /// The base's own path cannot be part of a request's path.
    #[error("the URL's path is not usable: {0}")]
    Path(#[from] TargetError),
}

impl Endpoint {
    /// Accepts a base URL, or says why not.
    ///
    /// # Errors
    ///
    /// Unless the URL is https (or http to loopback), without user information,
    /// query and fragment.
    pub fn new(mut base: Url) -> Result<Self, EndpointError> {
        let scheme = match base.scheme() {
            "https" => Scheme::HTTPS,
            "http" if is_loopback(base.host().as_ref()) => Scheme::HTTP,
            "http" => return Err(EndpointError::ClearText),
            _ => return Err(EndpointError::Scheme),
        };
        if has_user_information(&base) {
            return Err(EndpointError::UserInformation);
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(EndpointError::QueryOrFragment);
        }
        let prefix = base.path().trim_end_matches('/').to_owned();
        base.set_path(&prefix);
        target::check_path(base.path())?;
        let authority = Authority::try_from(base.authority()).map_err(|_| EndpointError::Host)?;
        Ok(Self {
            base,
            scheme,
            authority,
        })
    }

    /// The base URL.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.base
    }

    /// The URI of `path` and `query` at this endpoint.
    ///
    /// Both arrive percent-encoded; nothing is encoded or normalised here, so
    /// that what was meant as one path segment cannot become two.
    ///
    /// # Errors
    ///
    /// If the path does not begin with `/`, contains a `.` or `..` segment
    /// (encoded or not), or either part contains what RFC 3986 does not allow in it.
    pub fn join(&self, path: &str, query: Option<&str>) -> Result<Uri, TargetError> {
        target::check_path(path)?;
        let mut target = format!("{}{path}", self.prefix());
        if let Some(query) = query {
            target::check_query(query)?;
            target.push('?');
            target.push_str(query);
        }
        self.at(target)
    }

    /// The same path and query at this endpoint's host: one request, asked of another host of
    /// the same service. This endpoint's own path is not put before it.
    ///
    /// ```
    /// use quell_transport::Endpoint;
    ///
    /// let europe: Endpoint = "https://api-eu.securitycenter.microsoft.com".parse()?;
    /// let uri = "https://api.securitycenter.microsoft.com/api/machines?$top=5".parse()?;
    /// assert_eq!(europe.instead_of(&uri)?, "https://api-eu.securitycenter.microsoft.com/api/machines?$top=5");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the URI is no path at a host, but an asterisk or a host alone.
    pub fn instead_of(&self, uri: &Uri) -> Result<Uri, TargetError> {
        let target = uri.path_and_query().ok_or(TargetError::Relative)?;
        self.uri(target.clone())
    }

    /// The path before every request's path, without its trailing slash.
    fn prefix(&self) -> &str {
        self.base.path().trim_end_matches('/')
    }

    /// The URI of a complete path and query at this endpoint's host.
    fn at(&self, target: String) -> Result<Uri, TargetError> {
        self.uri(PathAndQuery::try_from(target).map_err(|_| TargetError::Unusable)?)
    }

    fn uri(&self, target: PathAndQuery) -> Result<Uri, TargetError> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(target);
        Uri::from_parts(parts).map_err(|_| TargetError::Unusable)
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(Url::parse(text)?)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)
    }
}

fn has_user_information(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Loopback addresses, and `localhost`, which the carriers take for loopback
/// without asking a resolver (RFC 6761 §6.3).
fn is_loopback(host: Option<&Host<&str>>) -> bool {
    match host {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => *name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(text: &str) -> Endpoint {
        text.parse().unwrap()
    }

    #[test]
    fn https_goes_anywhere_and_http_to_loopback() {
        for text in [
            "https://api.securitycenter.microsoft.com",
            "https://10.0.0.7:8443/",
            "http://127.0.0.1:80",
            "http://127.9.9.9/",
            "http://[::1]:1/",
            "http://LOCALHOST:1/",
        ] {
            assert!(text.parse::<Endpoint>().is_ok(), "{text}");
        }
    }

    #[test]
    fn what_would_leak_a_token_is_refused() {
        let refused = [
            ("http://api.example", EndpointError::ClearText),
            ("http://localhost.example", EndpointError::ClearText),
            ("http://127.0.0.1.example", EndpointError::ClearText),
            ("http://[::ffff:127.0.0.1]/", EndpointError::ClearText),
            ("http://0.0.0.0/", EndpointError::ClearText),
            ("ftp://api.example", EndpointError::Scheme),
            ("file:///etc/passwd", EndpointError::Scheme),
            ("https://kim@api.example", EndpointError::UserInformation),
            ("https://:pw@api.example", EndpointError::UserInformation),
            ("https://api.example?x=1", EndpointError::QueryOrFragment),
            ("https://api.example/#x", EndpointError::QueryOrFragment),
            ("https://api{x}.example", EndpointError::Host),
        ];
        for (text, expected) in refused {
            assert_eq!(text.parse::<Endpoint>(), Err(expected), "{text}");
        }
        assert!(matches!(
            "/api".parse::<Endpoint>(),
            Err(EndpointError::NotAUrl(_))
        ));
        assert!(matches!(
            "https://".parse::<Endpoint>(),
            Err(EndpointError::NotAUrl(_))
        ));
    }

    #[test]
    fn a_trailing_slash_makes_no_difference() {
        assert_eq!(
            endpoint("https://h.example/a/"),
            endpoint("https://h.example/a")
        );
        for base in ["https://h.example", "https://h.example/"] {
            assert_eq!(
                endpoint(base).join("/api", None).unwrap(),
                "https://h.example/api"
            );
        }
    }

    #[test]
    fn joining_changes_no_byte() {
        let uri = endpoint("http://[::1]:8080/x")
            .join("/api/files/a%2Fb//c", Some("$filter=id%20eq%20'1'&b=/?"))
            .unwrap();
        assert_eq!(
            uri.to_string(),
            "http://[::1]:8080/x/api/files/a%2Fb//c?$filter=id%20eq%20'1'&b=/?"
        );
    }

    #[test]
    fn a_path_cannot_change_the_host() {
        let uri = endpoint("https://h.example")
            .join("//evil.example/@evil", None)
            .unwrap();
        assert_eq!(uri.authority().unwrap(), "h.example");
    }
}
