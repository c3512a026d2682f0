use std::fmt;
use std::time::Duration;

use http::HeaderValue;

const SCHEME: &str = "Bearer ";

/// A bearer token, and how long it lives. It never shows itself.
#[derive(Clone)]
pub struct AccessToken {
    header: HeaderValue,
    life: Option<Duration>,
}

/// The text cannot be a bearer token.
///
/// The text itself is not repeated here: it may be a token with a line break at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token must be printable ASCII without blanks, and not empty")]
pub struct MalformedToken;

impl AccessToken {
    /// A token that lives until the service refuses it.
    ///
    /// # Errors
    ///
    /// [`MalformedToken`] if the text cannot stand in an `Authorization` header.
    pub fn new(token: impl AsRef<str>) -> Result<Self, MalformedToken> {
        let token = token.as_ref();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(MalformedToken);
        }
        let mut header =
            HeaderValue::from_str(&format!("{SCHEME}{token}")).map_err(|_| MalformedToken)?;
        header.set_sensitive(true);
        Ok(Self { header, life: None })
    }

    /// Says how long the token lives, counted from before it was asked for.
    #[must_use]
    pub const fn expires_in(mut self, life: Duration) -> Self {
        self.life = Some(life);
        self
    }

    pub(crate) const fn header(&self) -> &HeaderValue {
        &self.header
    }

    /// The token itself, to take it out of texts.
    pub(crate) fn secret(&self) -> &str {
        self.header
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix(SCHEME))
            .unwrap_or_default()
    }

    pub(crate) const fn life(&self) -> Option<Duration> {
        self.life
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("life", &self.life)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_the_header_is_refused() {
        for text in ["", " ", "a b", "a\r\nX-Evil: 1", "a\n", "tökén"] {
            assert_eq!(
                AccessToken::new(text).map(|_| ()),
                Err(MalformedToken),
                "{text:?}"
            );
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let token = AccessToken::new("canary")
            .unwrap()
            .expires_in(Duration::from_secs(9));
        assert_eq!(format!("{token:?}"), "AccessToken { life: Some(9s), .. }");
        assert!(!format!("{:?}", token.header()).contains("canary"));
        assert_eq!(token.header(), "Bearer canary");
        assert_eq!(token.secret(), "canary");
    }
}
