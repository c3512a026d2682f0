//! Which hosts a request with credentials may reach.

use http::Uri;

use super::{Endpoint, NextLinkError, next_link};

/// The hosts that a set of credentials was declared for.
///
/// One is the service itself, to which links are rewritten; others (such as the
/// authority that issues the tokens) are reached only if they were named.
/// A host is scheme, name and port together: `https://h` and `https://h:8443` are two.
///
/// ```
/// use quell_transport::{Endpoint, HostPolicy};
///
/// let policy = HostPolicy::only("https://api-eu.securitycenter.microsoft.com".parse::<Endpoint>()?);
/// let next = policy.rewrite_next_link("https://api-us3.securitycenter.microsoft.com/api/machines?$skip=10000")?;
/// assert_eq!(next, "https://api-eu.securitycenter.microsoft.com/api/machines?$skip=10000");
///
/// assert!(policy.check(&next).is_ok());
/// assert!(policy.check(&"https://elsewhere.example/".parse()?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPolicy {
    service: Endpoint,
    others: Vec<Endpoint>,
}

/// A request was about to carry credentials to a host they were not declared for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("credentials are not meant for the host `{host}`")]
pub struct ForeignHost {
    host: String,
}

impl ForeignHost {
    /// The host that was refused; empty if the URI named none.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl HostPolicy {
    /// Credentials go to this service and to no other host.
    #[must_use]
    pub const fn only(service: Endpoint) -> Self {
        Self {
            service,
            others: Vec::new(),
        }
    }

    /// Credentials may go to this host as well.
    #[must_use]
    pub fn and(mut self, other: Endpoint) -> Self {
        self.others.push(other);
        self
    }

    /// The service, to which links are rewritten.
    #[must_use]
    pub const fn service(&self) -> &Endpoint {
        &self.service
    }

    /// Whether a request with credentials may go to this URI.
    ///
    /// # Errors
    ///
    /// If its scheme, host and port are not those of a declared host.
    pub fn check(&self, uri: &Uri) -> Result<(), ForeignHost> {
        let declared = std::iter::once(&self.service).chain(&self.others);
        if declared.into_iter().any(|endpoint| is_at(uri, endpoint)) {
            Ok(())
        } else {
            Err(ForeignHost {
                host: uri.host().unwrap_or_default().to_owned(),
            })
        }
    }

    /// The service's own URI for the path and query of a collection's next page.
    ///
    /// The service names other hosts in its links than the one that was called
    /// (a cluster's, seen in `@odata.context` and `@odata.nextLink`). Following
    /// such a link would leave the region and show the token to a host that
    /// an answer chose, hence the rewriting.
    ///
    /// # Errors
    ///
    /// If the link is not an absolute http(s) URL, contains user information, or
    /// has a path that cannot be sent.
    pub fn rewrite_next_link(&self, link: &str) -> Result<Uri, NextLinkError> {
        next_link::rewrite(link, &self.service)
    }
}

fn is_at(uri: &Uri, endpoint: &Endpoint) -> bool {
    let base = endpoint.url();
    let port = uri.port_u16().or_else(|| default_port(uri.scheme_str()));
    // A user name before the host makes the URI another one than was declared.
    let bare = uri
        .authority()
        .is_some_and(|authority| !authority.as_str().contains('@'));
    bare && uri.scheme_str() == Some(base.scheme())
        && uri
            .host()
            .zip(base.host_str())
            .is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
        && port == base.port_or_known_default()
}

fn default_port(scheme: Option<&str>) -> Option<u16> {
    match scheme {
        Some("https") => Some(443),
        Some("http") => Some(80),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> HostPolicy {
        HostPolicy::only("https://api.example".parse().unwrap())
            .and("https://login.example:8443".parse().unwrap())
    }

    fn permits(uri: &str) -> bool {
        policy().check(&uri.parse().unwrap()).is_ok()
    }

    #[test]
    fn declared_hosts_are_permitted_in_any_spelling() {
        assert!(permits("https://api.example/api/machines?x=1"));
        assert!(permits("https://api.example:443/"));
        assert!(permits("https://API.EXAMPLE/"));
        assert!(permits("https://login.example:8443/tenant/oauth2/token"));
    }

    #[test]
    fn all_others_are_foreign() {
        assert!(!permits("http://api.example/"));
        assert!(!permits("https://api.example:8443/"));
        assert!(!permits("https://login.example/"));
        assert!(!permits("https://api.example.evil.example/"));
        assert!(!permits("https://evil.example/https://api.example/"));
        assert!(!permits("https://api.example@evil.example/"));
        assert!(!permits("https://kim@api.example/"));
        assert!(!permits("/api/machines"));
    }

    #[test]
    fn a_refusal_names_the_host_and_nothing_secret() {
        let uri = "https://evil.example/x?code=canary".parse().unwrap();
        let refusal = policy().check(&uri).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "credentials are not meant for the host `evil.example`"
        );
    }
}
