//! How a request for a token is refused: in the shape and with the numbers that clients of
//! Microsoft's issuer know.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use quell_model::{Timestamp, TokenError, TokenErrorCode};
use uuid::Uuid;

use crate::exchange;
use crate::store::StoreError;

/// How long a client waits before it asks again what the store could not do, in seconds.
const STORE_PAUSE: u64 = 5;

/// Why no token is issued.
#[derive(Debug, thiserror::Error)]
pub(super) enum TokenFault {
    #[error("The request body must contain the following parameter: '{0}'.")]
    Missing(&'static str),
    #[error("A parameter is given more than once.")]
    Twice,
    #[error(
        "The client shows its secret in the header Authorization and in the form; use one of them."
    )]
    TwoSecrets,
    #[error("The client_id in the form is not the one in the header Authorization.")]
    TwoClients,
    #[error(
        "The header Authorization must be 'Basic' and the base64 of the id, a colon and the secret, both form-encoded."
    )]
    Basic,
    #[error("The request is too long.")]
    TooLong,
    #[error("The request body must be a form (application/x-www-form-urlencoded).")]
    NotAForm,
    #[error(
        "The grant type '{0}' is not supported; use 'client_credentials', 'authorization_code', 'refresh_token' or a device code."
    )]
    GrantType(String),
    #[error(
        "The scope '{0}' is not valid. A client asks for itself with one scope: the resource followed by '/.default'."
    )]
    Scope(String),
    #[error(
        "The resource '{0}' is not known to this tenant; use 'https://api.securitycenter.microsoft.com'."
    )]
    Resource(String),
    #[error("The scope '{0}' is none that this application may ask a person for.")]
    PersonScope(String),
    #[error("The redirect URI is not registered with this application.")]
    RedirectUri,
    #[error("The response mode is 'query', 'fragment' or 'form_post'.")]
    ResponseMode,
    #[error("The code or the refresh token is not known, was used, or has expired.")]
    Grant,
    #[error("The person has not signed in yet.")]
    Pending,
    #[error("The person has not signed in yet, and was asked about too soon.")]
    TooSoon,
    #[error("The person refused.")]
    Denied,
    #[error("The code has expired.")]
    ExpiredCode,
    #[error("The request body must contain 'client_secret' or 'client_assertion'.")]
    Unproven,
    #[error("The tenant was not found.")]
    Tenant,
    #[error("The client is not known, or its secret is wrong.")]
    Client,
    #[error("There are too many requests for tokens. Keep a token until it expires.")]
    TooMany(u64),
    #[error("The issuer cannot answer now.")]
    Unavailable(#[source] StoreError),
    #[error("The issuer cannot sign now.")]
    Signing(#[source] super::KeyError),
}

#[cfg(test)]
impl PartialEq for TokenFault {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl TokenFault {
    /// Status, code and number.
    fn kind(&self) -> (StatusCode, TokenErrorCode, i64) {
        use TokenErrorCode as Code;
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Self::Missing(_) => (bad, Code::InvalidRequest, 900_144),
            Self::Twice
            | Self::TwoSecrets
            | Self::TwoClients
            | Self::Basic
            | Self::TooLong
            | Self::NotAForm => (bad, Code::InvalidRequest, 900_023),
            Self::GrantType(_) => (bad, Code::UnsupportedGrantType, 70_003),
            Self::Scope(_) => (bad, Code::InvalidScope, 70_011),
            Self::Resource(_) => (bad, Code::from("invalid_resource"), 500_011),
            Self::PersonScope(_) => (bad, Code::InvalidScope, 70_011),
            Self::RedirectUri => (bad, Code::InvalidRequest, 50_011),
            Self::ResponseMode => (bad, Code::InvalidRequest, 900_023),
            Self::Grant => (bad, Code::InvalidGrant, 70_000),
            Self::Pending => (bad, Code::AuthorizationPending, 70_016),
            Self::TooSoon => (bad, Code::SlowDown, 70_016),
            Self::Denied => (bad, Code::AccessDenied, 70_018),
            Self::ExpiredCode => (bad, Code::ExpiredToken, 70_020),
            Self::Unproven => (StatusCode::UNAUTHORIZED, Code::InvalidClient, 7_000_218),
            Self::Tenant => (bad, Code::InvalidRequest, 90_002),
            Self::Client => (StatusCode::UNAUTHORIZED, Code::InvalidClient, 7_000_215),
            Self::TooMany(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                Code::from("temporarily_unavailable"),
                90_055,
            ),
            Self::Unavailable(_) | Self::Signing(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                Code::from("temporarily_unavailable"),
                90_033,
            ),
        }
    }

    /// The answer. `correlation` is the caller's own id for the exchange.
    pub(super) fn into_response(self, correlation: Option<Uuid>, now: Timestamp) -> Response {
        let (status, code, number) = self.kind();
        let trace = exchange::request_id();
        exchange::note(|told| told.refusal = Some(code.to_string()));
        if status.is_server_error() {
            tracing::error!(%trace, error = &self as &dyn std::error::Error, "no token issued");
        }
        let retry_after = match &self {
            Self::TooMany(seconds) => Some(*seconds),
            _ => status.is_server_error().then_some(STORE_PAUSE),
        };
        let correlation = correlation.unwrap_or_else(Uuid::new_v4);
        let mut body = TokenError::new(code);
        body.error_description = format!(
            "AADSTS{number}: {self} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {now}"
        );
        body.error_codes = vec![number];
        body.timestamp = Some(now.to_string());
        body.trace_id = Some(trace.to_string());
        body.correlation_id = Some(correlation.to_string());
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            // RFC 6749, section 5.2: whoever used the header is told of its scheme.
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(r#"Basic realm="quell""#),
            );
        }
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
