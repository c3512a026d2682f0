use std::fmt::Debug;
use std::time::Duration;

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
/// A call runs in a task of its own: callers who give up leave it alone, and the next one
/// finds its answer. Its future is dropped after [`patience`](Self::patience), when the last
/// clone of the client is gone, or with the runtime; the next caller then starts anew.
#[async_trait]
pub trait TokenSource: Debug + Send + Sync + 'static {
    /// Gets a new token.
    ///
    /// # Errors
    ///
    /// [`TokenError`]; [`may_pass`](TokenError::may_pass) decides whether it is asked again.
    async fn token(&self, request: &TokenRequest<'_>) -> Result<AccessToken, TokenError>;

    /// How long one call may take before it is given up; two minutes unless a source that
    /// waits for a person says otherwise.
    fn patience(&self) -> Duration {
        Duration::from_secs(120)
    }
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
