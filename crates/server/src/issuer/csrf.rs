//! That a form comes from a page which this browser was shown.
//!
//! The page carries a proof made with a secret that the browser keeps in a cookie: another site can
//! have the browser send a form, and cannot know what the proof must be.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, header};
use subtle::ConstantTimeEq as _;

use crate::secret::{NoRandomness, Secret};

/// The length of a secret in a cookie.
const LENGTH: usize = 43;

/// A browser's secret.
pub(super) struct Browser {
    secret: String,
    /// What makes the browser keep the secret.
    pub(super) cookie: String,
}

impl Browser {
    /// The browser that asks, with the secret that it has or a new one.
    pub(super) fn of(headers: &HeaderMap, is_https: bool) -> Result<Self, NoRandomness> {
        let secret = match Self::kept(headers, is_https) {
            Some(kept) => kept,
            None => Secret::generate()?.expose().to_owned(),
        };
        let secure = if is_https { "; Secure" } else { "" };
        let cookie = format!(
            "{}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}",
            name(is_https)
        );
        Ok(Self { secret, cookie })
    }

    /// The secret that the browser brings: of one cookie, of the right form.
    fn kept(headers: &HeaderMap, is_https: bool) -> Option<String> {
        let mut found = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .filter(|(known, _)| *known == name(is_https))
            .map(|(_, value)| value);
        let (Some(only), None) = (found.next(), found.next()) else {
            return None;
        };
        let is_ours = only.len() == LENGTH && URL_SAFE_NO_PAD.decode(only).is_ok();
        is_ours.then(|| only.to_owned())
    }

    /// The proof that a page carries which is about `what`.
    pub(super) fn proof(&self, what: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, what.as_bytes()).as_ref())
    }

    /// Whether a form that is about `what` comes from such a page.
    pub(super) fn accepts(&self, proof: Option<&str>, what: &str) -> bool {
        let expected = self.proof(what);
        proof.is_some_and(|proof| proof.as_bytes().ct_eq(expected.as_bytes()).into())
    }
}

/// The prefix has browsers take the cookie from this host alone, over TLS.
fn name(is_https: bool) -> &'static str {
    if is_https {
        "__Host-quell-sign-in"
    } else {
        "quell-sign-in"
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn bringing(cookies: &[&str]) -> HeaderMap {
        let value = |cookie: &&str| {
            let value = HeaderValue::from_str(cookie).unwrap();
            (header::COOKIE, value)
        };
        cookies.iter().map(value).collect()
    }

    #[test]
    fn proof_is_of_one_browser_and_one_thing() {
        let browser = Browser::of(&HeaderMap::new(), true).unwrap();
        let proof = browser.proof("this");
        let back = bringing(&[browser.cookie.split(';').next().unwrap()]);
        let again = Browser::of(&back, true).unwrap();
        assert!(again.accepts(Some(&proof), "this"));
        assert!(!again.accepts(Some(&proof), "that"));
        assert!(!again.accepts(None, "this"));
        let other = Browser::of(&HeaderMap::new(), true).unwrap();
        assert!(!other.accepts(Some(&proof), "this"));
    }

    #[test]
    fn cookie_is_for_this_host_alone() {
        let browser = Browser::of(&HeaderMap::new(), true).unwrap();
        assert!(browser.cookie.starts_with("__Host-quell-sign-in="));
        assert!(
            browser
                .cookie
                .ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure")
        );
        let plain = Browser::of(&HeaderMap::new(), false).unwrap();
        assert!(plain.cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"));
    }

    #[test]
    fn cookie_that_is_not_ours_is_not_kept() {
        let secret = "A".repeat(LENGTH);
        let good = format!("a=b; quell-sign-in={secret}; c=d");
        let kept = |cookies: &[&str]| Browser::of(&bringing(cookies), false).unwrap().secret;
        assert_eq!(kept(&[&good]), secret);
        let twice = format!("quell-sign-in={secret}");
        assert_ne!(kept(&[&good, &twice]), secret, "one of them is another's");
        assert_ne!(kept(&["quell-sign-in=x"]), "x");
    }
}
