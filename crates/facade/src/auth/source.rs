use std::fmt::Debug;

use async_trait::async_trait;

use super::{AccessToken, TokenError};

/// Gets tokens: from an authority, a vault, a helper process, a file.
///
/// # Contract
///
/// - A call gets a **new** token. Keeping it, renewing it before it expires, asking
///   once for many waiting callers: the client does all that.
/// - The token is for [`TokenRequest::audience`] and goes to the service that the
///   source was given for, never elsewhere. A source that talks to an authority
///   knows itself which one; none is passed in, so none can be mixed up.
/// - Neither error nor `Debug` shows a secret.
///
/// # Cancellation
///
/// Dropping the future gives the request up; the next caller starts anew.
#[async_trait]
pub trait TokenSource: Debug + Send + Sync + 'static {
    /// Gets a new token.
    ///
    /// # Errors
    ///
    /// [`TokenError`]; [`may_pass`](TokenError::may_pass) decides whether it is asked again.
    async fn token(&self, request: &TokenRequest<'_>) -> Result<AccessToken, TokenError>;
}

/// What a token is needed for.
#[derive(Clone, Copy, Debug)]
pub struct TokenRequest<'a> {
    audience: &'a str,
}

impl<'a> TokenRequest<'a> {
    pub(crate) const fn new(audience: &'a str) -> Self {
        Self { audience }
    }

    /// The resource that the token is for: OAuth2 v1's `resource`.
    #[must_use]
    pub const fn audience(&self) -> &'a str {
        self.audience
    }

    /// All permissions that were granted for the audience: OAuth2 v2's `scope`.
    #[must_use]
    pub fn scope(&self) -> String {
        format!("{}/.default", self.audience)
    }
}
