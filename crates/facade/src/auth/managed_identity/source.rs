use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use quell_transport::SharedTransport;
use secrecy::{ExposeSecret, SecretString};

use super::endpoint::Question;
use super::{IdentityHost, ManagedIdentity, ManagedIdentityError, challenge};
use crate::auth::exchange::{issued, unavailable};
use crate::auth::form::Secrets;
use crate::auth::{AccessToken, RefusalReason, TokenError, TokenRequest, TokenSource};

const METADATA: HeaderName = HeaderName::from_static("metadata");
const IDENTITY: HeaderName = HeaderName::from_static("x-identity-header");

/// A metadata service that is being updated (410) is back within 70 seconds, Microsoft says;
/// its own libraries ask every ten.
const UPDATE: (Duration, u32) = (Duration::from_secs(10), 7);

/// Asks the platform for tokens.
pub(crate) struct ManagedSource {
    host: IdentityHost,
    question: Question,
    transport: SharedTransport,
}

impl ManagedSource {
    pub(crate) fn new(
        identity: ManagedIdentity,
        transport: SharedTransport,
    ) -> Result<Self, ManagedIdentityError> {
        let ManagedIdentity { host, assigned } = identity;
        if let IdentityHost::AppService { header, .. } = &host {
            sensitive("", header).ok_or(ManagedIdentityError::Header)?;
        }
        Ok(Self {
            question: Question::new(&host, assigned.as_ref())?,
            host,
            transport,
        })
    }

    async fn ask(
        &self,
        asked: &TokenRequest<'_>,
        proof: Option<(HeaderName, HeaderValue)>,
    ) -> Result<Response<Bytes>, TokenError> {
        let uri = self.question.about(asked.audience());
        let mut request = Request::get(uri.map_err(TokenError::permanent)?)
            .header(header::ACCEPT, "application/json")
            .header(METADATA, "true")
            .body(Bytes::new())
            .map_err(TokenError::permanent)?;
        request.headers_mut().extend(proof);
        let answer = self.transport.send(request).await;
        answer.map_err(TokenError::Transport)
    }

    /// The metadata service's answer, after its update if there is one.
    async fn ask_imds(&self, asked: &TokenRequest<'_>) -> Result<Response<Bytes>, TokenError> {
        let (pause, pauses) = UPDATE;
        for _ in 0..pauses {
            let answer = self.ask(asked, None).await?;
            if answer.status() != StatusCode::GONE {
                return Ok(answer);
            }
            tracing::debug!("the metadata service is being updated");
            tokio::time::sleep(pause).await;
        }
        self.ask(asked, None).await
    }

    /// Arc's agent asks back: for the content of a file that only some may read.
    async fn challenged(
        &self,
        asked: &TokenRequest<'_>,
        keys: &std::path::Path,
    ) -> Result<AccessToken, TokenError> {
        let answer = self.ask(asked, None).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return read(&answer, &Secrets::default());
        }
        let key = challenge::key(answer.headers(), keys).await?;
        let proof = sensitive("Basic ", &key).ok_or(TokenError::Unreadable {
            reason: "the agent's key is not printable ASCII",
        })?;
        let answer = self
            .ask(asked, Some((header::AUTHORIZATION, proof)))
            .await?;
        read(&answer, &Secrets::of(&key))
    }
}

#[async_trait]
impl TokenSource for ManagedSource {
    async fn token(&self, asked: &TokenRequest<'_>) -> Result<AccessToken, TokenError> {
        match &self.host {
            IdentityHost::Imds { .. } => read(&self.ask_imds(asked).await?, &Secrets::default()),
            IdentityHost::AppService { header, .. } => {
                let proof = sensitive("", header).map(|value| (IDENTITY, value));
                read(&self.ask(asked, proof).await?, &Secrets::of(header))
            }
            IdentityHost::Arc { keys, .. } => self.challenged(asked, keys).await,
        }
    }
}

fn read(answer: &Response<Bytes>, secrets: &Secrets) -> Result<AccessToken, TokenError> {
    // The metadata service is being started or updated.
    if matches!(answer.status(), StatusCode::NOT_FOUND | StatusCode::GONE) {
        return Err(unavailable(answer));
    }
    match issued(answer, secrets) {
        Ok(issued) => Ok(issued.access),
        Err(TokenError::Refused(refusal))
            if refusal.description().contains("Identity not found") =>
        {
            let refusal = refusal.because(RefusalReason::NoSuchIdentity);
            Err(TokenError::Refused(Box::new(refusal)))
        }
        Err(error) => Err(error),
    }
}

fn sensitive(scheme: &str, secret: &SecretString) -> Option<HeaderValue> {
    let secret = secret.expose_secret();
    if secret.is_empty() {
        return None;
    }
    let mut value = HeaderValue::from_str(&format!("{scheme}{secret}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl fmt::Debug for ManagedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ManagedSource").field(&self.host).finish()
    }
}
