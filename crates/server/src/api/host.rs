//! Which host was called.
//!
//! Answers name the server in `@odata.context` and `nextLink`: by its public URL, or without one by
//! the host that the client called. What stands there comes from the client, so it is checked first.

use http::uri::Authority;
use http::{header, request::Parts};
use quell_model::ErrorCode;

use super::ApiError;
use super::answer::Origin;

/// The hosts that this server answers for.
#[derive(Clone, Debug)]
pub(crate) struct Hosts {
    scheme: &'static str,
    own: String,
    loopback_alone: bool,
    public: Option<String>,
}

impl Hosts {
    /// `own` is the host of the server's base URL. A server that listens on loopback alone answers
    /// to loopback's names and to its own, so that no web page can reach it under a name that it
    /// points there itself.
    pub(crate) fn new(scheme: &'static str, own: String, loopback_alone: bool) -> Self {
        Self {
            scheme,
            own,
            loopback_alone,
            public: None,
        }
    }

    /// Answers name this URL, whatever the client called.
    pub(crate) fn with_public(mut self, url: &str) -> Self {
        self.public = Some(url.to_owned());
        self
    }

    /// The origin that the answer names.
    pub(super) fn origin(&self, parts: &Parts) -> Result<Origin, ApiError> {
        let authority = called(parts)
            .ok_or_else(|| ApiError::new(ErrorCode::BadRequest, "The Host header is invalid."))?;
        if self.loopback_alone && !self.is_served(authority.host()) {
            return Err(ApiError::new(
                ErrorCode::BadRequest,
                "The host is not served here.",
            ));
        }
        Ok(match &self.public {
            Some(url) => Origin::of(url),
            None => Origin::new(self.scheme, authority.as_str()),
        })
    }

    fn is_served(&self, host: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = bare
            .parse::<std::net::IpAddr>()
            .map_or(bare.eq_ignore_ascii_case("localhost"), |ip| {
                ip.is_loopback()
            });
        is_loopback || host.eq_ignore_ascii_case(&self.own)
    }
}

/// HTTP/2 names the host in the target, HTTP/1.1 in a header of which there must be exactly one.
fn called(parts: &Parts) -> Option<Authority> {
    if let Some(authority) = parts.uri.authority() {
        return without_user(authority.clone());
    }
    let mut given = parts.headers.get_all(header::HOST).iter();
    let (Some(only), None) = (given.next(), given.next()) else {
        return None;
    };
    let authority = Authority::try_from(only.as_bytes()).ok()?;
    without_user(authority)
}

fn without_user(authority: Authority) -> Option<Authority> {
    let plain = !authority.as_str().contains('@')
        && !authority.host().is_empty()
        && authority.as_str().len() <= 255;
    plain.then_some(authority)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn origin(hosts: &Hosts, host: &[&str]) -> Option<String> {
        let mut request = Request::builder().uri("/api/machines");
        for host in host {
            request = request.header(header::HOST, *host);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        hosts.origin(&parts).ok().map(|origin| origin.to_string())
    }

    #[test]
    fn called_host_is_the_origin() {
        let hosts = Hosts::new("https", "quell.example".to_owned(), false);
        assert_eq!(
            origin(&hosts, &["other.example:8443"]).as_deref(),
            Some("https://other.example:8443")
        );
    }

    #[test]
    fn public_url_is_the_origin_whatever_was_called() {
        let hosts = Hosts::new("https", "quell.example".to_owned(), false)
            .with_public("https://quell.example:8443");
        for called in ["evil.example", "quell.example:8443", "192.0.2.1"] {
            let origin = origin(&hosts, &[called]);
            assert_eq!(origin.as_deref(), Some("https://quell.example:8443"));
        }
        assert_eq!(origin(&hosts, &[]), None);
    }

    #[test]
    fn host_absent_twice_or_broken_is_refused() {
        let hosts = Hosts::new("https", "quell.example".to_owned(), false);
        for bad in [
            &[][..],
            &["a.example", "b.example"],
            &["user@a.example"],
            &["a.example/path"],
            &["\"><script>"],
        ] {
            assert_eq!(origin(&hosts, bad), None, "{bad:?}");
        }
    }

    #[test]
    fn loopback_server_answers_to_no_foreign_name() {
        let hosts = Hosts::new("http", "lab.internal".to_owned(), true);
        for good in ["127.0.0.1:80", "localhost:1", "[::1]:8080", "lab.internal"] {
            assert!(origin(&hosts, &[good]).is_some(), "{good}");
        }
        for bad in ["evil.example", "10.0.0.1", "localhost.evil.example"] {
            assert_eq!(origin(&hosts, &[bad]), None, "{bad}");
        }
    }
}
