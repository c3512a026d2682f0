//! The other way in which a client shows its secret: the header of RFC 6749, section 2.3.1.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};

use super::fault::TokenFault;
use super::form::MAX_VALUE;

/// An application's id and secret, as the header gave them.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Basic {
    pub(super) client_id: String,
    pub(super) client_secret: String,
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Basic")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl Basic {
    /// What the header says; `None` without one. Another scheme is passed over, as a form that has
    /// the secret needs no header.
    pub(super) fn read(headers: &HeaderMap) -> Result<Option<Self>, TokenFault> {
        let mut given = headers.get_all(header::AUTHORIZATION).iter();
        let Some(first) = given.next() else {
            return Ok(None);
        };
        if given.next().is_some() {
            return Err(TokenFault::Twice);
        }
        let text = first.to_str().map_err(|_| TokenFault::Basic)?;
        let (scheme, credentials) = text.split_once(' ').unwrap_or((text, ""));
        match scheme.eq_ignore_ascii_case("Basic") {
            true => Self::decode(credentials.trim()).map(Some),
            false => Ok(None),
        }
    }

    fn decode(credentials: &str) -> Result<Self, TokenFault> {
        let bytes = STANDARD
            .decode(credentials)
            .map_err(|_| TokenFault::Basic)?;
        let text = String::from_utf8(bytes).map_err(|_| TokenFault::Basic)?;
        let (id, secret) = text.split_once(':').ok_or(TokenFault::Basic)?;
        let read = Self {
            client_id: form_decoded(id).ok_or(TokenFault::Basic)?,
            client_secret: form_decoded(secret).ok_or(TokenFault::Basic)?,
        };
        match read.client_id.len().max(read.client_secret.len()) > MAX_VALUE {
            true => Err(TokenFault::TooLong),
            false => Ok(read),
        }
    }
}

/// One value of a form, with `+` for a blank and `%` before two digits; none for an empty one.
fn form_decoded(text: &str) -> Option<String> {
    // A bare `&` or `=` stands for itself here: it parts nothing.
    let whole = text.replace('&', "%26").replace('=', "%3D");
    let (value, _) = url::form_urlencoded::parse(whole.as_bytes()).next()?;
    Some(value.into_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(value: &str) -> Result<Option<Basic>, TokenFault> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        Basic::read(&headers)
    }

    fn basic(credentials: &str) -> Result<Option<Basic>, TokenFault> {
        read(&format!("basic {}", STANDARD.encode(credentials)))
    }

    #[test]
    fn id_and_secret_are_each_form_encoded() {
        for (credentials, id, secret) in [
            ("c:s", "c", "s"),
            ("a%3Ab:s%2B%26+x", "a:b", "s+& x"),
            ("c:s:t=u&v~", "c", "s:t=u&v~"),
        ] {
            let read = basic(credentials).unwrap().unwrap();
            assert_eq!((&*read.client_id, &*read.client_secret), (id, secret));
        }
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        for bad in ["", "c", "c:", ":s"] {
            assert_eq!(basic(bad), Err(TokenFault::Basic), "{bad}");
        }
        assert_eq!(read("Basic !"), Err(TokenFault::Basic));
        let long = format!("c:{}", "s".repeat(MAX_VALUE + 1));
        assert_eq!(basic(&long), Err(TokenFault::TooLong));
    }

    #[test]
    fn no_header_and_another_scheme_say_nothing() {
        assert_eq!(Basic::read(&HeaderMap::new()), Ok(None));
        assert_eq!(read("Bearer x"), Ok(None));
    }

    #[test]
    fn secret_is_not_shown() {
        let shown = format!("{:?}", basic("c:hunter2").unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
