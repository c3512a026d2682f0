use async_trait::async_trait;

use super::{AccessToken, MalformedToken, TokenError, TokenRequest, TokenSource};

/// One token that somebody else got. It is used until the service refuses it.
///
/// ```
/// use quell::StaticToken;
///
/// let token = StaticToken::new("eyJ0eXAi…".trim_end_matches('…'))?;
/// assert!(StaticToken::new("two words").is_err());
/// # Ok::<(), quell::MalformedToken>(())
/// ```
#[derive(Clone, Debug)]
pub struct StaticToken(AccessToken);

impl StaticToken {
    /// Holds this token.
    ///
    /// # Errors
    ///
    /// [`MalformedToken`] if the text cannot be a bearer token.
    pub fn new(token: impl AsRef<str>) -> Result<Self, MalformedToken> {
        AccessToken::new(token).map(Self)
    }
}

#[async_trait]
impl TokenSource for StaticToken {
    async fn token(&self, _request: &TokenRequest<'_>) -> Result<AccessToken, TokenError> {
        Ok(self.0.clone())
    }
}
