// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What answers consist of. Each keeps the properties that this version does not know.

use crate::*;

/// A bearer token, and how long it lives.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenResponse {
    /// `token_type`: Always Bearer.
    pub token_type: String,
    /// `expires_in`: Seconds from now until it expires. The first version writes it as a string.
    pub expires_in: i64,
    /// `ext_expires_in`: Seconds until it expires if the issuer is down.
    pub ext_expires_in: Option<i64>,
    /// `expires_on`: Unix seconds at which it expires; first version alone.
    pub expires_on: Option<i64>,
    /// `not_before`: Unix seconds from which it holds; first version alone.
    pub not_before: Option<i64>,
    /// `resource`: What it opens; first version alone.
    pub resource: Option<String>,
    /// `access_token`: The token.
    pub access_token: SecretText,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

/// Shows no secret, and of what no field holds only the names: it may be secret too.
impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenResponse")
            .field("token_type", &self.token_type)
            .field("expires_in", &self.expires_in)
            .field("ext_expires_in", &self.ext_expires_in)
            .field("expires_on", &self.expires_on)
            .field("not_before", &self.not_before)
            .field("resource", &self.resource)
            .field("access_token", &self.access_token)
            .field("extra", &self.extra.keys())
            .finish()
    }
}

impl TokenResponse {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(access_token: SecretText) -> Self {
        Self {
            token_type: "Bearer".to_owned(),
            expires_in: 0,
            ext_expires_in: None,
            expires_on: None,
            not_before: None,
            resource: None,
            access_token,
            extra: Extra::new(),
        }
    }
}
