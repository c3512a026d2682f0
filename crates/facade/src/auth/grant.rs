//! The client credentials grant (RFC 6749 §4.4) with a secret.

use std::fmt;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri, header};
use quell_model::{TokenError as Refusal, TokenResponse};
use quell_transport::{Endpoint, SharedTransport};
use secrecy::ExposeSecret;
use url::form_urlencoded;

use super::{AccessToken, ClientSecret, TokenEndpoint, TokenError, TokenRequest, TokenSource};
use crate::BuildError;
use crate::error::one_line;
use crate::push_back::retry_after;

/// A secret, and the one authority that it is sent to.
pub(crate) struct Grant {
    uri: Uri,
    secret: ClientSecret,
    transport: SharedTransport,
}

impl Grant {
    pub(crate) fn new(
        authority: &Endpoint,
        secret: ClientSecret,
        transport: SharedTransport,
    ) -> Result<Self, BuildError> {
        secret.check()?;
        let path = format!("/{}/{}", secret.tenant(), secret.endpoint().path());
        let uri = authority
            .join(&path, None)
            .map_err(|_| BuildError::InvalidTenant)?;
        Ok(Self {
            uri,
            secret,
            transport,
        })
    }

    fn request(&self, asked: &TokenRequest<'_>) -> Result<Request<Bytes>, TokenError> {
        Request::post(self.uri.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(Bytes::from(self.form(asked)))
            .map_err(TokenError::permanent)
    }

    fn form(&self, asked: &TokenRequest<'_>) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials")
            .append_pair("client_id", self.secret.application())
            .append_pair("client_secret", self.secret.secret().expose_secret());
        match self.secret.endpoint() {
            TokenEndpoint::V1 => form.append_pair("resource", asked.audience()),
            TokenEndpoint::V2 => form.append_pair("scope", &asked.scope()),
        };
        form.finish()
    }

    fn read(&self, answer: &Response<Bytes>) -> Result<AccessToken, TokenError> {
        match answer.status() {
            status if status.is_success() => token(answer.body()),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Err(unavailable(answer)),
            status if status.is_server_error() => Err(unavailable(answer)),
            status => Err(self.refused(status, answer.body())),
        }
    }

    fn refused(&self, status: StatusCode, body: &[u8]) -> TokenError {
        let (code, description) = match serde_json::from_slice::<Refusal>(body) {
            Ok(refusal) => (refusal.error.to_string(), refusal.error_description),
            Err(_) => (String::new(), "the answer does not say why".to_owned()),
        };
        TokenError::Refused {
            status: status.as_u16(),
            code: self.scrubbed(&code),
            description: self.scrubbed(&description),
        }
    }

    /// What an endpoint says on one line, without our secret should it repeat that.
    fn scrubbed(&self, text: &str) -> String {
        let secret = self.secret.secret().expose_secret();
        let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        one_line(
            &text
                .replace(secret, "[secret]")
                .replace(&encoded, "[secret]"),
        )
    }
}

#[async_trait]
impl TokenSource for Grant {
    async fn token(&self, asked: &TokenRequest<'_>) -> Result<AccessToken, TokenError> {
        let request = self.request(asked)?;
        let answer = self
            .transport
            .send(request)
            .await
            .map_err(TokenError::Transport)?;
        self.read(&answer)
    }
}

fn token(body: &[u8]) -> Result<AccessToken, TokenError> {
    let unreadable = |reason| TokenError::Unreadable { reason };
    // The parser's own error might repeat a piece of a token.
    let answer: TokenResponse =
        serde_json::from_slice(body).map_err(|_| unreadable("it is not the JSON of a token"))?;
    if !answer.token_type.eq_ignore_ascii_case("Bearer") {
        return Err(unreadable("it is not a bearer token"));
    }
    let token = AccessToken::new(answer.access_token.expose())
        .map_err(|_| unreadable("the token is not printable ASCII"))?;
    Ok(match u64::try_from(answer.expires_in) {
        // Absent, or nonsense: the service's 401 will tell when it is over.
        Err(_) | Ok(0) => token,
        Ok(seconds) => token.expires_in(Duration::from_secs(seconds)),
    })
}

fn unavailable(answer: &Response<Bytes>) -> TokenError {
    TokenError::Unavailable {
        status: answer.status().as_u16(),
        retry_after: retry_after(answer.headers(), SystemTime::now()),
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant")
            .field("uri", &self.uri)
            .field("secret", &self.secret)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
