//! One question to a token endpoint, and its answer.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, Uri, header};
use quell_model::{SecretText, TokenResponse};
use quell_transport::{SharedTransport, TransportErrorKind};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::form::{Form, Secrets};
use super::{AccessToken, Refusal, TokenError};
use crate::push_back::retry_after;

/// No answer is waited for longer, whatever the transport's own limits are.
const LONGEST: Duration = Duration::from_secs(60);

/// No more of an answer is read, in bytes: what is longer is cut, and then no JSON any more.
const LONGEST_BODY: usize = 1024 * 1024;

/// The one token endpoint that an identity's proof is sent to.
#[derive(Clone)]
pub(crate) struct Exchange {
    uri: Uri,
    transport: SharedTransport,
}

/// What a token endpoint issues.
pub(crate) struct Issued {
    pub(crate) access: AccessToken,
    pub(crate) refresh: Option<SecretString>,
}

impl Exchange {
    pub(crate) const fn new(uri: Uri, transport: SharedTransport) -> Self {
        Self { uri, transport }
    }

    /// The address, which an assertion names as its audience.
    #[cfg(feature = "certificate")]
    pub(crate) const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Asks for a token.
    pub(crate) async fn ask(&self, form: Form) -> Result<Issued, TokenError> {
        let (answer, secrets) = self.send(form).await?;
        issued(&answer, &secrets)
    }

    /// Asks for something else than a token.
    pub(crate) async fn ask_for<T>(
        &self,
        form: Form,
        read: impl FnOnce(&[u8]) -> Result<T, TokenError>,
    ) -> Result<T, TokenError> {
        let (answer, secrets) = self.send(form).await?;
        read(accepted(&answer, &secrets)?)
    }

    async fn send(&self, form: Form) -> Result<(Response<Bytes>, Secrets), TokenError> {
        let (body, secrets) = form.finish();
        let request = Request::post(self.uri.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(body)
            .map_err(TokenError::permanent)?;
        let sending = self.transport.send(request);
        let answer = tokio::time::timeout(LONGEST, sending)
            .await
            .unwrap_or(Err(TransportErrorKind::Timeout.into()));
        Ok((answer.map_err(TokenError::Transport)?, secrets))
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Exchange").field(&self.uri).finish()
    }
}

/// The token in an answer, or why there is none.
pub(crate) fn issued(answer: &Response<Bytes>, secrets: &Secrets) -> Result<Issued, TokenError> {
    read_token(accepted(answer, secrets)?, answer.headers())
}

/// The body of an answer that is no refusal.
fn accepted<'a>(answer: &'a Response<Bytes>, secrets: &Secrets) -> Result<&'a [u8], TokenError> {
    let body = answer.body();
    let body = body.get(..LONGEST_BODY).unwrap_or(body);
    match answer.status() {
        status if status.is_success() => Ok(body),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Err(unavailable(answer)),
        status if status.is_server_error() => Err(unavailable(answer)),
        status => {
            let refusal = Refusal::read(status.as_u16(), body, secrets);
            if refusal.may_pass() {
                return Err(unavailable(answer));
            }
            Err(TokenError::Refused(Box::new(refusal)))
        }
    }
}

pub(crate) fn unavailable(answer: &Response<Bytes>) -> TokenError {
    TokenError::Unavailable {
        status: answer.status().as_u16(),
        retry_after: retry_after(answer.headers(), SystemTime::now()),
    }
}

fn read_token(body: &[u8], headers: &HeaderMap) -> Result<Issued, TokenError> {
    let unreadable = |reason| TokenError::Unreadable { reason };
    // The parser's own error might repeat a piece of a token.
    let mut answer = parse(body).ok_or_else(|| unreadable("it is not the JSON of a token"))?;
    if !answer.token_type.eq_ignore_ascii_case("Bearer") {
        return Err(unreadable("it is not a bearer token"));
    }
    let refresh = refresh_token(&mut answer);
    let token = AccessToken::new(answer.access_token.expose())
        .map_err(|_| unreadable("the token is not printable ASCII"))?;
    let access = match life(&answer, headers) {
        // Absent, or nonsense: the service's 401 will tell when it is over.
        None => token,
        Some(life) => token.expires_in(life),
    };
    Ok(Issued { access, refresh })
}

/// A life that is no number costs the knowledge of it, not the token.
fn parse(body: &[u8]) -> Option<TokenResponse> {
    if let Ok(answer) = serde_json::from_slice(body) {
        return Some(answer);
    }
    let mut said: Map<String, Value> = serde_json::from_slice(body).ok()?;
    said.remove("expires_in")?;
    serde_json::from_value(said.into()).ok()
}

/// How long the token lives, by the issuer's own clock: ours may be wrong.
///
/// Managed identities of some hosts tell the end alone, others hand out a token that they have
/// kept and count `expires_in` from its issue. The answer's `Date` then tells what the time is.
fn life(answer: &TokenResponse, headers: &HeaderMap) -> Option<Duration> {
    let since_issue = positive(answer.expires_in);
    let end = answer
        .expires_on
        .and_then(positive)
        .and_then(|end| UNIX_EPOCH.checked_add(end));
    let Some(end) = end else {
        return since_issue;
    };
    let now = match (date(headers), since_issue) {
        (Some(date), _) => date,
        (None, Some(_)) => return since_issue,
        (None, None) => SystemTime::now(),
    };
    let left = end.duration_since(now).ok();
    left.into_iter().chain(since_issue).min()
}

fn positive(seconds: i64) -> Option<Duration> {
    let seconds = u64::try_from(seconds).ok()?;
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

fn date(headers: &HeaderMap) -> Option<SystemTime> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok()
}

fn refresh_token(answer: &mut TokenResponse) -> Option<SecretString> {
    let text = answer.extra.remove("refresh_token")?;
    let text = SecretText::new(text.as_str()?);
    (!text.expose().is_empty()).then(|| SecretString::from(text.into_exposed()))
}

#[cfg(test)]
mod tests;
