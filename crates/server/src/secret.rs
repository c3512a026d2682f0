//! Secrets, and how they are kept.
//!
//! A server keeps no secret that it only has to recognise: it keeps a salted SHA-256 of it. A slow
//! hash protects what people choose; these secrets have 256 random bits, which no number of guesses
//! reaches, and a slow hash would only let strangers burn the server's time at its token endpoint.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

/// The operating system gives no random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random numbers")]
pub struct NoRandomness;

/// A secret in the clear, shown once to whoever asked for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// 256 random bits in 43 characters.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn generate() -> Result<Self, NoRandomness> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random::<32>()?)))
    }

    /// The text. Whoever calls this shows a secret.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a secret is compared with.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretHash {
    /// Random, one for each secret.
    pub salt: Vec<u8>,
    /// HMAC-SHA256 of the secret, keyed with the salt.
    pub digest: Vec<u8>,
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

impl SecretHash {
    /// The hash of a secret under a fresh salt.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn of(secret: &str) -> Result<Self, NoRandomness> {
        let salt = random::<16>()?.to_vec();
        let digest = keyed(&salt, secret);
        Ok(Self { salt, digest })
    }

    /// A hash that no secret has: compared with when there is no application, so that the answer
    /// takes as long.
    #[must_use]
    pub fn of_nobody() -> Self {
        Self {
            salt: vec![0; 16],
            digest: vec![0; 32],
        }
    }

    /// Compares in a time that does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, secret: &str) -> bool {
        keyed(&self.salt, secret).ct_eq(&self.digest).into()
    }
}

fn keyed(salt: &[u8], secret: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, salt);
    hmac::sign(&key, secret.as_bytes()).as_ref().to_vec()
}

/// A secret that two share, to prove to one another what each of them says.
#[derive(Clone, PartialEq, Eq)]
pub struct Shared(Vec<u8>);

impl Shared {
    /// This secret.
    #[must_use]
    pub fn new(secret: impl AsRef<[u8]>) -> Self {
        Self(secret.as_ref().to_vec())
    }

    /// HMAC-SHA256 of a message, in hexadecimal digits.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        crate::core::audit::hex::encode(hmac::sign(&key, message).as_ref())
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared(…)")
    }
}

/// The SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

/// Random bytes of the operating system.
///
/// # Errors
/// [`NoRandomness`].
pub fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_knows_its_secret_and_no_other() {
        let secret = Secret::generate().unwrap();
        let hash = SecretHash::of(secret.expose()).unwrap();
        assert!(hash.matches(secret.expose()));
        assert!(!hash.matches(""));
        assert!(!hash.matches(&secret.expose().to_uppercase()));
        assert!(!SecretHash::of_nobody().matches(secret.expose()));
    }

    #[test]
    fn same_secret_has_another_hash_each_time() {
        let one = SecretHash::of("s").unwrap();
        let other = SecretHash::of("s").unwrap();
        assert!(one != other && other.matches("s"));
    }

    #[test]
    fn secret_is_not_shown() {
        let secret = Secret::generate().unwrap();
        let hash = SecretHash::of(secret.expose()).unwrap();
        let shown = format!("{secret:?} {hash:?}");
        assert!(!shown.contains(secret.expose()));
        assert_eq!(shown, "Secret(…) SecretHash(…)");
        assert_eq!(secret.expose().len(), 43);
    }
}
