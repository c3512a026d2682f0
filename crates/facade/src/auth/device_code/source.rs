use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use quell_model::TokenErrorCode;
use quell_transport::{Endpoint, SharedTransport};
use tokio::time::Instant;

use super::authorization::Authorization;
use super::polling::{Next, Polling};
use super::{DeviceCode, Prompt, RefreshToken, TokenCache, TokenCacheKey};
use crate::BuildError;
use crate::auth::client_credentials::exchange_with;
use crate::auth::exchange::{Exchange, Issued};
use crate::auth::form::{Form, Secrets};
use crate::auth::{AccessToken, Application, TokenEndpoint, TokenError, TokenRequest, TokenSource};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Gets tokens for a person: without asking them if possible.
pub(crate) struct DeviceSource {
    application: Application,
    codes: Exchange,
    tokens: Exchange,
    prompt: Prompt,
    memory: Memory,
}

/// The refresh token in hand, and where it is kept.
struct Memory {
    held: Mutex<Option<RefreshToken>>,
    cache: Option<Arc<dyn TokenCache>>,
    key: TokenCacheKey,
}

impl DeviceSource {
    pub(crate) fn new(
        authority: &Endpoint,
        person: DeviceCode,
        transport: &SharedTransport,
    ) -> Result<Self, BuildError> {
        let DeviceCode {
            application,
            prompt,
            cache,
        } = person;
        application.check()?;
        let exchange = |path| exchange_with(authority, &application, path, transport.clone());
        let key = TokenCacheKey::new(
            authority.to_string(),
            application.tenant().to_owned(),
            application.id().to_owned(),
        );
        Ok(Self {
            codes: exchange("oauth2/v2.0/devicecode")?,
            tokens: exchange(TokenEndpoint::V2.path())?,
            prompt,
            memory: Memory {
                held: Mutex::new(None),
                cache,
                key,
            },
            application,
        })
    }

    /// `None` if the person must sign in.
    async fn without_asking(&self, scope: &str) -> Result<Option<Issued>, TokenError> {
        let mut over = None;
        // The one in hand, and one that another process has kept since.
        for _ in 0..2 {
            let Some(refresh) = self.memory.recall(over.as_ref()).await else {
                break;
            };
            if let Some(issued) = self.renew(&refresh, scope).await? {
                return Ok(Some(issued));
            }
            self.memory.let_go();
            over = Some(refresh);
        }
        if over.is_some() {
            self.memory.keep(None).await;
        }
        Ok(None)
    }

    /// `None` if the refresh token is over.
    async fn renew(
        &self,
        refresh: &RefreshToken,
        scope: &str,
    ) -> Result<Option<Issued>, TokenError> {
        let form = Form::new()
            .open("grant_type", "refresh_token")
            .open("client_id", self.application.id())
            .secret("refresh_token", refresh.secret())
            .open("scope", scope);
        match self.tokens.ask(form).await {
            Ok(issued) => Ok(Some(issued)),
            Err(TokenError::Refused(refusal)) if refusal.code().is_some_and(ends_the_sign_in) => {
                tracing::debug!("the sign-in is over");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn sign_in(&self, scope: &str) -> Result<Issued, TokenError> {
        let begun = Instant::now();
        let form = Form::new()
            .open("client_id", self.application.id())
            .open("scope", scope);
        let code = self.codes.ask_for(form, Authorization::read).await?;
        (self.prompt)(&code.prompt);

        let until = begun + code.prompt.expires_in;
        let mut polling = Polling::new(code.interval, until);
        let mut next = polling.first(Instant::now());
        loop {
            match next {
                Next::End(end) => return end,
                Next::AskAfter(wait) => tokio::time::sleep(wait).await,
            }
            let answer = self.tokens.ask(self.redeem(&code)).await;
            next = polling.after(answer, Instant::now());
        }
    }

    fn redeem(&self, code: &Authorization) -> Form {
        Form::new()
            .open("grant_type", DEVICE_CODE)
            .open("client_id", self.application.id())
            .secret("device_code", &code.device_code)
    }
}

/// Whether a refresh token is of no more use: it is over, or cannot be read.
const fn ends_the_sign_in(code: &TokenErrorCode) -> bool {
    use TokenErrorCode::{InteractionRequired, InvalidGrant, InvalidRequest};
    matches!(code, InvalidGrant | InteractionRequired | InvalidRequest)
}

#[async_trait]
impl TokenSource for DeviceSource {
    async fn token(&self, asked: &TokenRequest<'_>) -> Result<AccessToken, TokenError> {
        // Without `offline_access` there is no refresh token.
        let scope = format!("{} offline_access", asked.scope());
        let issued = match self.without_asking(&scope).await? {
            Some(issued) => issued,
            None => self.sign_in(&scope).await?,
        };
        if let Some(refresh) = issued.refresh {
            self.memory
                .keep(Some(RefreshToken::from_secret(refresh)))
                .await;
        }
        Ok(issued.access)
    }

    /// The code's own life bounds it; this only catches what never ends.
    fn patience(&self) -> Duration {
        2 * Authorization::LONGEST_LIFE
    }
}

impl Memory {
    /// The token in hand, or else the cache's, unless it is the one that is over.
    async fn recall(&self, over: Option<&RefreshToken>) -> Option<RefreshToken> {
        let held = self.held().clone();
        match (held, &self.cache) {
            (None, Some(cache)) => {
                let kept = cache.load(&self.key).await.unwrap_or_else(|error| {
                    self.report(&*error, None);
                    None
                });
                let kept = kept.filter(|kept| self.is_usable(kept))?;
                over.is_none_or(|over| over.expose() != kept.expose())
                    .then_some(kept)
            }
            (held, _) => held,
        }
    }

    fn is_usable(&self, kept: &RefreshToken) -> bool {
        let usable = kept.is_well_formed();
        if !usable {
            tracing::warn!(key = %self.key, "what the token cache has kept is no refresh token");
        }
        usable
    }

    fn let_go(&self) {
        *self.held() = None;
    }

    async fn keep(&self, refresh: Option<RefreshToken>) {
        self.held().clone_from(&refresh);
        if let Some(cache) = &self.cache {
            let stored = cache.store(&self.key, refresh.as_ref()).await;
            if let Err(error) = stored {
                self.report(&*error, refresh.as_ref());
            }
        }
    }

    fn report(&self, error: &(dyn std::error::Error + Send + Sync), token: Option<&RefreshToken>) {
        let secrets = token.map(|token| Secrets::of(token.secret()));
        let error = secrets.unwrap_or_default().scrub(&error.to_string());
        tracing::warn!(error, key = %self.key, "the token cache failed");
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<RefreshToken>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for DeviceSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceSource")
            .field("application", &self.application)
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}
