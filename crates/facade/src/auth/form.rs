//! What is sent to a token endpoint, and how what comes back is cleaned of it.

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::error::one_line;

/// Shorter values are not taken out of texts: a secret of three letters would be
/// found everywhere, and is none.
const SHORTEST: usize = 4;

/// What stands in a secret's place.
const HIDDEN: &str = "[secret]";

/// A form for a token endpoint. It knows which of its values nobody is to see.
#[derive(Default)]
pub(crate) struct Form {
    encoded: String,
    secrets: Secrets,
}

impl Form {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn open(mut self, name: &str, value: &str) -> Self {
        // The serializer is not `Sync`, so that it cannot be kept across an `await`.
        self.encoded = Serializer::new(self.encoded)
            .append_pair(name, value)
            .finish();
        self
    }

    pub(crate) fn secret(mut self, name: &str, value: &SecretString) -> Self {
        self.secrets.0.push(value.clone());
        self.open(name, value.expose_secret())
    }

    /// The bytes to send, and what must not come back.
    pub(crate) fn finish(self) -> (Bytes, Secrets) {
        (Bytes::from(self.encoded), self.secrets)
    }
}

/// What was sent and is to be seen by nobody.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<SecretString>);

impl Secrets {
    pub(crate) fn of(secret: &SecretString) -> Self {
        Self(vec![secret.clone()])
    }

    /// What an endpoint says, on one line, without the secrets should it repeat them.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for secret in &self.0 {
            let secret = secret.expose_secret();
            if secret.len() < SHORTEST {
                continue;
            }
            clean = clean.replace(secret, HIDDEN);
            let encoded: String = byte_serialize(secret.as_bytes()).collect();
            if encoded != secret {
                clean = clean.replace(&encoded, HIDDEN);
            }
        }
        one_line(&clean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        Form::new()
            .open("client_id", "app id")
            .secret("client_secret", &SecretString::from("can ary&+"))
    }

    #[test]
    fn values_are_encoded() {
        assert_eq!(
            form().finish().0,
            "client_id=app+id&client_secret=can+ary%26%2B"
        );
    }

    #[test]
    fn secrets_are_taken_out_plain_and_encoded() {
        let secrets = form().finish().1;
        let text = "no: can ary&+\r\n(can+ary%26%2B) for app id";
        assert_eq!(secrets.scrub(text), "no: [secret] ([secret]) for app id");
    }

    #[test]
    fn what_stands_in_its_place_is_not_taken_for_it() {
        let secrets = Secrets::of(&SecretString::from("secret"));
        assert_eq!(secrets.scrub("a secret"), "a [secret]");
    }

    #[test]
    fn what_is_too_short_for_a_secret_ruins_no_text() {
        let secrets = Secrets::of(&SecretString::from("a"));
        assert_eq!(secrets.scrub("a tenant"), "a tenant");
    }
}
