//! Which proxy https requests go through, decided once and for every carrier alike.

use url::{Host, Url};

use super::BuildError;
use crate::Proxy;

/// Never reached through a proxy, whatever it is told.
const LOOPBACK: &str = "localhost,127.0.0.0/8,::1";

/// A proxy and the hosts that go without it, in the syntax of `NO_PROXY`.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) struct ProxyRule {
    pub(super) url: Url,
    pub(super) bypass: String,
}

/// The rule in force; the environment is read here and nowhere else.
pub(super) fn rule(proxy: &Proxy) -> Result<Option<ProxyRule>, BuildError> {
    rule_in(proxy, |name| std::env::var(name).ok())
}

fn rule_in(
    proxy: &Proxy,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Option<ProxyRule>, BuildError> {
    let first = |names: &[&str]| {
        names
            .iter()
            .filter_map(|name| environment(name))
            .find(|value| !value.is_empty())
    };
    match proxy {
        Proxy::Direct => Ok(None),
        Proxy::Url(url) => Ok(Some(ProxyRule {
            url: usable(url.clone())?,
            bypass: LOOPBACK.to_owned(),
        })),
        Proxy::FromEnvironment => {
            let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
            let Some(address) = first(&names) else {
                return Ok(None);
            };
            let exceptions = first(&["NO_PROXY", "no_proxy"]).unwrap_or_default();
            Ok(Some(ProxyRule {
                url: usable(parse(&address)?)?,
                bypass: format!("{LOOPBACK},{exceptions}"),
            }))
        }
    }
}

/// By custom, `proxy.example:3128` means `http://proxy.example:3128`.
fn parse(address: &str) -> Result<Url, BuildError> {
    let with_scheme = if address.contains("://") {
        address.to_owned()
    } else {
        format!("http://{address}")
    };
    Url::parse(&with_scheme).map_err(|_| BuildError::Proxy)
}

fn usable(url: Url) -> Result<Url, BuildError> {
    let has_host = !matches!(url.host(), None | Some(Host::Domain("")));
    if url.scheme() == "http" && has_host {
        Ok(url)
    } else {
        Err(BuildError::Proxy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_environment(variables: &[(&str, &str)]) -> Result<Option<ProxyRule>, BuildError> {
        rule_in(&Proxy::FromEnvironment, |name| {
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
            assert!(matches!(result, Err(BuildError::Proxy)), "{address}");
        }
    }
}
