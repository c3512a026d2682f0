//! The way out of a network that lets no one out directly.

use std::fmt;

use url::Url;

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
    /// None.
    Direct,
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
