//! Requests that the server makes itself: for another issuer's keys, and to webhooks.
//!
//! Only to `https`, or to loopback. Redirects are not followed, answers have a longest size, and
//! all of a request has one time limit: whoever is asked cannot hold the server up or fill it.

use std::time::Duration;

use quell_transport::{BuildError, HyperTransport, RootCertificates, TransportOptions};
use url::{Host, Url};

/// What carries requests that take no longer than `patience` in all, with answers of at most
/// `longest` bytes, to hosts that these authorities vouch for.
///
/// # Errors
/// [`BuildError`] when this system's authorities or proxy are no good.
pub(crate) fn carrier(
    patience: Duration,
    longest: usize,
    trusted: RootCertificates,
) -> Result<HyperTransport, BuildError> {
    let options = TransportOptions::default()
        .with_roots(trusted)
        .with_connect_timeout(patience)
        .with_first_byte_timeout(patience)
        .with_total_timeout(patience)
        .with_body_cap(longest);
    HyperTransport::new(&options)
}

/// Whether requests to this URL may leave: what they carry is nobody else's business, and what
/// comes back nobody else's to change. A user and a fragment are not sent, so they mean nothing.
pub(crate) fn may_be_called(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    plain && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback_may_be_called() {
        for (url, may) in [
            ("https://siem.example/hook?to=a", true),
            ("http://127.0.0.1:9", true),
            ("http://[::1]:9/x", true),
            ("http://localhost", true),
            ("http://siem.example", false),
            ("http://192.0.2.1", false),
            ("http://localhost.example", false),
            ("https://user@siem.example", false),
            ("https://:secret@siem.example", false),
            ("https://siem.example/#part", false),
            ("ftp://127.0.0.1", false),
            ("file:///etc/passwd", false),
            ("unix:/x", false),
        ] {
            assert_eq!(may_be_called(&url.parse().unwrap()), may, "{url}");
        }
    }
}
