//! Which proxy https requests go through, decided once and for every carrier alike.

use std::fmt;

use url::{Host, Url};

use super::Proxy;

/// Never reached through a proxy, whatever it is told.
const LOOPBACK: &str = "localhost,127.0.0.0/8,::1";

/// A proxy and the hosts that go without it.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyRoute {
    url: Url,
    bypass: String,
}

/// The proxy's address is unusable. Its text is kept back: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proxy address is not an http:// URL with a host")]
pub struct ProxyError;

impl ProxyRoute {
    /// The proxy, with its user name and password if it wants them.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The hosts that are reached without it, in the syntax of `NO_PROXY`: names,
    /// with their subdomains, and addresses or networks, with commas between. Loopback is always among them.
    #[must_use]
    pub fn bypass(&self) -> &str {
        &self.bypass
    }
}

impl fmt::Debug for ProxyRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The user information is a credential.
        let (scheme, host) = (self.url.scheme(), self.url.host_str().unwrap_or_default());
        write!(f, "ProxyRoute({scheme}://{host}")?;
        if let Some(port) = self.url.port() {
            write!(f, ":{port}")?;
        }
        write!(f, ", not for {})", self.bypass)
    }
}

/// The route that a proxy's setting stands for.
pub(super) fn route_in(
    proxy: &Proxy,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Option<ProxyRoute>, ProxyError> {
    let first = |names: &[&str]| {
        names
            .iter()
            .filter_map(|name| environment(name))
            .find(|value| !value.is_empty())
    };
    match proxy {
        Proxy::Direct => Ok(None),
        Proxy::Route(route) => Ok(Some(route.clone())),
        Proxy::Url(url) => Ok(Some(ProxyRoute {
            url: usable(url.clone())?,
            bypass: LOOPBACK.to_owned(),
        })),
        Proxy::FromEnvironment => {
            let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
            let Some(address) = first(&names) else {
                return Ok(None);
            };
            let exceptions = first(&["NO_PROXY", "no_proxy"]).unwrap_or_default();
            Ok(Some(ProxyRoute {
                url: usable(parse(&address)?)?,
                bypass: format!("{LOOPBACK},{exceptions}"),
            }))
        }
    }
}

/// By custom, `proxy.example:3128` means `http://proxy.example:3128`.
fn parse(address: &str) -> Result<Url, ProxyError> {
    let with_scheme = if address.contains("://") {
        address.to_owned()
    } else {
        format!("http://{address}")
    };
    Url::parse(&with_scheme).map_err(|_| ProxyError)
}

fn usable(url: Url) -> Result<Url, ProxyError> {
    let has_host = !matches!(url.host(), None | Some(Host::Domain("")));
    if url.scheme() == "http" && has_host {
        Ok(url)
    } else {
        Err(ProxyError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_environment(variables: &[(&str, &str)]) -> Result<Option<ProxyRoute>, ProxyError> {
        route_in(&Proxy::FromEnvironment, |name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    fn url(variables: &[(&str, &str)]) -> String {
        from_environment(variables)
            .unwrap()
            .unwrap()
            .url
            .to_string()
    }

    #[test]
    fn the_password_is_not_shown() {
        let variables = [("HTTPS_PROXY", "http://kim:canary@p.example:3128")];
        let route = from_environment(&variables).unwrap().unwrap();
        let shown = format!("{route:?} {:?}", Proxy::Route(route.clone()));
        assert!(shown.contains("http://p.example:3128"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }

    #[test]
    fn what_was_read_from_the_environment_is_data() {
        let variables = [
            ("HTTPS_PROXY", "http://p.example"),
            ("NO_PROXY", "b.example"),
        ];
        let route = from_environment(&variables).unwrap().unwrap();
        let again = route_in(&Proxy::Route(route.clone()), |_| {
            unreachable!("it is not read again")
        });
        assert_eq!(again, Ok(Some(route)));
        assert_eq!(
            route_in(&Proxy::Direct, |_| unreachable!("nor here")),
            Ok(None)
        );
    }

    #[test]
    fn no_variable_no_proxy() {
        assert_eq!(from_environment(&[]).unwrap(), None);
        assert_eq!(from_environment(&[("HTTPS_PROXY", "")]).unwrap(), None);
        assert_eq!(
            from_environment(&[("HTTP_PROXY", "http://p.example")]).unwrap(),
            None
        );
    }

    #[test]
    fn the_more_specific_variable_wins() {
        let both = [
            ("ALL_PROXY", "http://all.example"),
            ("https_proxy", "http://tls.example"),
        ];
        assert_eq!(url(&both), "http://tls.example/");
        assert_eq!(url(&both[..1]), "http://all.example/");
    }

    #[test]
    fn a_scheme_may_be_left_out() {
        let variables = [("HTTPS_PROXY", "kim:pw@proxy.example:3128")];
        assert_eq!(url(&variables), "http://kim:pw@proxy.example:3128/");
    }

    #[test]
    fn exceptions_are_added_to_loopback() {
        let variables = [
            ("HTTPS_PROXY", "http://p.example"),
            ("NO_PROXY", "intranet.example,10.0.0.0/8"),
        ];
        let rule = from_environment(&variables).unwrap().unwrap();
        assert_eq!(
            rule.bypass,
            "localhost,127.0.0.0/8,::1,intranet.example,10.0.0.0/8"
        );
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_refused_and_not_passed_by() {
        for address in ["socks5://p.example", "https://p.example", "http://", "::"] {
            let result = from_environment(&[("HTTPS_PROXY", address)]);
            assert!(result == Err(ProxyError), "{address}");
        }
    }
}
