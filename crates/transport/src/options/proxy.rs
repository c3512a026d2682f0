//! The way out of a network that lets no one out directly.

use std::fmt;

use url::Url;

use super::ProxyRoute;
use super::route::{ProxyError, route_in};

/// The proxy that https requests go through, by a `CONNECT` tunnel.
///
/// The proxy sees the host's name and no more. Requests to loopback never use
/// one, and plain http goes to loopback only, so it never does either.
/// A carrier speaks `http://` proxies and refuses any other scheme when it is built,
/// rather than leave the network by another way than it was told.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Proxy {
    /// What `HTTPS_PROXY`, else `ALL_PROXY`, says (or the same in lower case),
    /// except for the hosts of `NO_PROXY`. Read once, when the carrier is built.
    #[default]
    FromEnvironment,
    /// This one, with `user:password@` before the host if it asks for them.
    Url(Url),
    /// This one, but not for these hosts: what [`read_env`](Self::read_env) found.
    Route(ProxyRoute),
    /// None.
    Direct,
}

impl Proxy {
    /// What the environment says now, as data that says the same for ever.
    ///
    /// # Errors
    ///
    /// If it names a proxy that is not an `http://` URL with a host.
    pub fn read_env() -> Result<Self, ProxyError> {
        let route = Self::FromEnvironment.route()?;
        Ok(route.map_or(Self::Direct, Self::Route))
    }

    /// The proxy and its exceptions, for a transport of anyone's make; `None` if
    /// there is no proxy. Reads the environment if and only if this is
    /// [`FromEnvironment`](Self::FromEnvironment).
    ///
    /// # Errors
    ///
    /// If the proxy is not an `http://` URL with a host.
    pub fn route(&self) -> Result<Option<ProxyRoute>, ProxyError> {
        route_in(self, |name| std::env::var(name).ok())
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FromEnvironment => f.write_str("FromEnvironment"),
            Self::Url(url) => {
                // The user information is a credential.
                write!(
                    f,
                    "Url({}://{}",
                    url.scheme(),
                    url.host_str().unwrap_or_default()
                )?;
                url.port().map_or(Ok(()), |port| write!(f, ":{port}"))?;
                f.write_str(")")
            }
            Self::Route(route) => route.fmt(f),
            Self::Direct => f.write_str("Direct"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_password() {
        let proxy = Proxy::Url("http://kim:canary@proxy.example:3128/".parse().unwrap());
        assert_eq!(format!("{proxy:?}"), "Url(http://proxy.example:3128)");
    }
}
