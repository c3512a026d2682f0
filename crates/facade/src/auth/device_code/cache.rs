use std::error::Error as StdError;
use std::fmt::{self, Debug};

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

/// No refresh token is longer, in bytes; Entra's have one or two thousand.
const LONGEST: usize = 64 * 1024;

/// Keeps a person's refresh token from one process to the next: a keyring, an encrypted file.
///
/// # Contract
///
/// - What is kept opens the API for months: keep it where only this person can read it.
/// - Different keys are different persons or services, and never mixed.
/// - Neither error nor `Debug` shows a token.
///
/// A cache that fails costs a sign-in, not a call: the failure is logged and the work goes on.
#[async_trait]
pub trait TokenCache: Debug + Send + Sync + 'static {
    /// What was kept under this key.
    ///
    /// # Errors
    ///
    /// Any; the person is then asked to sign in.
    async fn load(
        &self,
        key: &TokenCacheKey,
    ) -> Result<Option<RefreshToken>, Box<dyn StdError + Send + Sync>>;

    /// Keeps this from now on; `None` keeps nothing, because what was kept is of no use any more.
    ///
    /// # Errors
    ///
    /// Any; the next process then asks the person to sign in.
    async fn store(
        &self,
        key: &TokenCacheKey,
        token: Option<&RefreshToken>,
    ) -> Result<(), Box<dyn StdError + Send + Sync>>;
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenCacheKey {
    authority: String,
    tenant: String,
    application: String,
}

impl TokenCacheKey {
    pub(super) const fn new(authority: String, tenant: String, application: String) -> Self {
        Self {
            authority,
            tenant,
            application,
        }
    }

    /// Who issues tokens for it.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The tenant, as it was given.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The application's client id.
    #[must_use]
    pub fn application(&self) -> &str {
        &self.application
    }
}

/// All three on one line, fit for the name of an entry.
impl fmt::Display for TokenCacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.authority, self.tenant, self.application)
    }
}

/// What renews a person's token without the person. It never shows itself.
#[derive(Clone)]
pub struct RefreshToken(SecretString);

impl RefreshToken {
    /// Takes what was kept.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self(SecretString::from(token.into()))
    }

    /// The token itself, to keep it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether it can be one at all (RFC 6749 §A.17), of a length that one may have.
    pub(super) fn is_well_formed(&self) -> bool {
        let text = self.expose();
        let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        (1..=LONGEST).contains(&text.len()) && printable
    }

    pub(super) const fn from_secret(secret: SecretString) -> Self {
        Self(secret)
    }

    pub(super) const fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken([redacted])")
    }
}
