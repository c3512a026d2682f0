//! Where persons are sent back to after they signed in: to places that an operator wrote down, and
//! nowhere else.

use url::{Host, Url};

/// The longest address, in bytes.
const MAX_LENGTH: usize = 1024;

/// An address is none that persons may be sent back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a redirect URI is https, http on loopback, or an application's own scheme with a dot in it, without user, fragment or anything to be normalised"
)]
pub struct InvalidRedirectUri;

/// An address that persons may be sent back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RedirectUri {
    text: String,
    url: Url,
}

impl RedirectUri {
    /// Reads an address that is written as it is meant: what a browser would read otherwise than a
    /// comparison of texts is refused.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidRedirectUri> {
        if text.len() > MAX_LENGTH {
            return Err(InvalidRedirectUri);
        }
        let url = Url::parse(text).map_err(|_| InvalidRedirectUri)?;
        let is_as_written = url.as_str() == text || url.as_str() == format!("{text}/");
        let plain = url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && !text.contains('*');
        let place = match url.scheme() {
            "https" => has_plain_host(&url),
            "http" => is_loopback(&url),
            own => (own.contains('.') || own.starts_with("msal")) && !url.cannot_be_a_base(),
        };
        match is_as_written && plain && place {
            true => Ok(Self {
                text: text.to_owned(),
                url,
            }),
            false => Err(InvalidRedirectUri),
        }
    }

    /// Whether this, which a client asks for, is one that was registered: to the letter, but for
    /// the port of a loopback address, which a client is given when it starts (RFC 8252, 7.3).
    pub(crate) fn is_one_of(&self, registered: &[String]) -> bool {
        registered.iter().any(|known| {
            *known == self.text || Self::parse(known).is_ok_and(|known| self.is_like(&known))
        })
    }

    fn is_like(&self, known: &Self) -> bool {
        let (url, known) = (&self.url, &known.url);
        is_loopback(url)
            && url.scheme() == "http"
            && known.scheme() == "http"
            && url.host() == known.host()
            && url.path() == known.path()
            && url.query() == known.query()
    }

    /// As it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The address with an answer in its query.
    pub(super) fn with_query(&self, answer: &[(&str, &str)]) -> String {
        let mut url = self.url.clone();
        url.query_pairs_mut().extend_pairs(answer);
        url.into()
    }

    /// The address with an answer in its fragment.
    pub(super) fn with_fragment(&self, answer: &[(&str, &str)]) -> String {
        let mut fragment = url::form_urlencoded::Serializer::new(String::new());
        fragment.extend_pairs(answer);
        let mut url = self.url.clone();
        url.set_fragment(Some(&fragment.finish()));
        url.into()
    }

    /// What a page's policy calls the place.
    pub(super) fn policy_source(&self) -> String {
        match self.url.scheme() {
            "http" | "https" => self.url.origin().ascii_serialization(),
            own => format!("{own}:"),
        }
    }
}

/// Letters, digits, hyphens and dots: nothing that means something in a header.
fn has_plain_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(registered: &str, asked: &str) -> bool {
        RedirectUri::parse(asked).is_ok_and(|asked| asked.is_one_of(&[registered.to_owned()]))
    }

    #[test]
    fn what_may_be_registered() {
        for good in [
            "https://app.example/callback",
            "https://app.example",
            "https://app.example/callback?tenant=1",
            "http://localhost",
            "http://127.0.0.1/x",
            "http://[::1]:8000/x",
            "com.example.app:/auth",
            "msal8f7a2a1c://auth",
        ] {
            assert!(RedirectUri::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/callback",
            "app.example",
            "http://app.example/callback",
            "http://localhost.evil.example",
            "https://user@app.example/",
            "https://app.example/#fragment",
            "https://app.example/a/../b",
            "https://APP.example/",
            "https://*.example/",
            "https://app.example\\@evil.example/",
            "https://app.example;script-src/",
            "https://app.example/\tx",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "app:/auth",
        ] {
            assert!(RedirectUri::parse(bad).is_err(), "{bad}");
        }
        let long = format!("https://app.example/{}", "x".repeat(MAX_LENGTH));
        assert!(RedirectUri::parse(&long).is_err());
    }

    #[test]
    fn only_the_port_of_loopback_is_free() {
        for (registered, asked) in [
            ("https://app.example/cb", "https://app.example/cb"),
            ("http://localhost", "http://localhost:41234"),
            ("http://localhost", "http://localhost:41234/"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:5/cb"),
            ("http://[::1]/cb", "http://[::1]:5/cb"),
        ] {
            assert!(matches(registered, asked), "{asked}");
        }
        for (registered, asked) in [
            ("https://app.example/cb", "https://app.example/cb/"),
            ("https://app.example/cb", "https://app.example:444/cb"),
            ("https://app.example/cb", "https://app.example/CB"),
            ("https://app.example/cb", "https://app.example/cb?x=1"),
            ("https://app.example/cb", "https://app.example/cb#x"),
            ("https://app.example/cb", "https://app.example/x/../cb"),
            ("https://app.example/cb", "https://app.example/%63b"),
            ("https://app.example/cb", "https://app.example./cb"),
            ("https://app.example/cb", "https://evil.app.example/cb"),
            (
                "https://app.example/cb",
                "https://app.example.evil.example/cb",
            ),
            (
                "https://app.example/cb",
                "https://app.example@evil.example/cb",
            ),
            ("https://app.example/cb", "http://app.example/cb"),
            ("http://localhost", "http://127.0.0.1:5"),
            ("http://localhost", "http://localhost:5/x"),
            ("http://localhost", "https://localhost:5"),
            ("http://localhost", "http://localhost@evil.example"),
            ("http://localhost", "http://localhost:5@evil.example"),
        ] {
            assert!(!matches(registered, asked), "{asked}");
        }
    }

    #[test]
    fn answer_is_added_to_what_is_there() {
        let uri = RedirectUri::parse("https://app.example/cb?a=1").unwrap();
        let answer = [("code", "x&y"), ("state", "s#")];
        assert_eq!(
            uri.with_query(&answer),
            "https://app.example/cb?a=1&code=x%26y&state=s%23"
        );
        assert_eq!(
            uri.with_fragment(&answer),
            "https://app.example/cb?a=1#code=x%26y&state=s%23"
        );
        assert_eq!(uri.policy_source(), "https://app.example");
        let own = RedirectUri::parse("com.example.app:/auth").unwrap();
        assert_eq!(own.policy_source(), "com.example.app:");
    }
}
