use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use azure_core::error::ErrorKind;

use super::{AccessToken, Credential, TokenError, TokenRequest, TokenSource};

/// A credential of the crate `azure_identity` (the Azure CLI's, a chain of several), or any
/// other [`TokenCredential`], **for Microsoft's API**.
///
/// Such a credential asks over its own HTTP stack and keeps its tokens itself; its errors are
/// passed on as they are.
///
/// ```
/// use std::sync::Arc;
/// use azure_core::credentials::TokenCredential;
/// use quell::{AzureIdentity, Client};
///
/// fn builder(credential: Arc<dyn TokenCredential>) -> quell::ClientBuilder {
///     Client::builder().credential(AzureIdentity::new(credential))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct AzureIdentity(Arc<dyn TokenCredential>);

impl AzureIdentity {
    /// Takes a credential, such as the result of `AzureCliCredential::new(None)?`.
    #[must_use]
    pub fn new(credential: Arc<dyn TokenCredential>) -> Self {
        Self(credential)
    }
}

/// The credential within; no [`TokenSource`] itself, so that it cannot be given to another service.
#[derive(Debug)]
struct Source(Arc<dyn TokenCredential>);

#[async_trait]
impl TokenSource for Source {
    async fn token(&self, request: &TokenRequest<'_>) -> Result<AccessToken, TokenError> {
        let scope = request.scope();
        let token = self.0.get_token(&[&scope], None).await.map_err(failure)?;
        let access = AccessToken::new(token.token.secret()).map_err(TokenError::permanent)?;
        let end = SystemTime::from(token.expires_on);
        let life = end.duration_since(SystemTime::now());
        Ok(access.expires_in(life.unwrap_or(Duration::ZERO)))
    }
}

/// A refusal is definite; what happened on the way may pass.
fn failure(error: azure_core::Error) -> TokenError {
    match error.kind() {
        ErrorKind::Io | ErrorKind::Connection => TokenError::passing(error),
        ErrorKind::HttpResponse { status, .. } if is_passing(u16::from(*status)) => {
            TokenError::passing(error)
        }
        _ => TokenError::permanent(error),
    }
}

const fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..)
}

impl From<AzureIdentity> for Credential {
    fn from(identity: AzureIdentity) -> Self {
        Self::of_source(Source(identity.0))
    }
}

#[cfg(test)]
mod tests {
    use azure_core::credentials::{AccessToken as AzureToken, TokenRequestOptions};

    use super::*;

    /// Gives a token for an hour, or fails in this way.
    #[derive(Debug)]
    struct Fake(Option<ErrorKind>);

    #[async_trait]
    impl TokenCredential for Fake {
        async fn get_token(
            &self,
            scopes: &[&str],
            _: Option<TokenRequestOptions<'_>>,
        ) -> azure_core::Result<AzureToken> {
            assert_eq!(scopes, ["https://audience.example/.default"]);
            match self.0.clone() {
                Some(kind) => Err(azure_core::Error::with_message(kind, "on command")),
                None => {
                    let end = SystemTime::now() + Duration::from_secs(3600);
                    Ok(AzureToken::new("canary", end.into()))
                }
            }
        }
    }

    async fn ask(failing: Option<ErrorKind>) -> Result<AccessToken, TokenError> {
        let source = Source(Arc::new(Fake(failing)));
        source
            .token(&TokenRequest::new("https://audience.example"))
            .await
    }

    #[tokio::test]
    async fn the_token_and_its_end_are_passed_on() {
        let token = ask(None).await.unwrap();
        assert_eq!(token.header(), "Bearer canary");
        let life = token.life().unwrap();
        assert!(life > Duration::from_secs(3500) && life <= Duration::from_secs(3600));
    }

    #[tokio::test]
    async fn what_happened_on_the_way_may_pass_and_a_refusal_does_not() {
        let passes = |error: TokenError| error.may_pass();
        assert!(passes(ask(Some(ErrorKind::Io)).await.unwrap_err()));
        assert!(!passes(ask(Some(ErrorKind::Credential)).await.unwrap_err()));
        for (status, may_pass) in [(503, true), (429, true), (408, true), (400, false)] {
            let answer = ErrorKind::HttpResponse {
                status: status.into(),
                error_code: None,
                raw_response: None,
            };
            let error = ask(Some(answer)).await.unwrap_err();
            assert_eq!(passes(error), may_pass, "{status}");
        }
    }
}
