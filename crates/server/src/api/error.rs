//! Refusals, in the service's envelope.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, header};
use quell_model::{ErrorCode, ErrorEnvelope, MachineId, OperationInfo, RequestFault, ServiceError};

use super::body::BodyFault;
use crate::core::{Denied, Misfit, RolePermission};
use crate::exchange;
use crate::issuer::Unauthorized;
use crate::odata::QueryError;
use crate::store::StoreError;

/// How long a client waits before it asks again what the store could not do, in seconds.
const STORE_PAUSE: u64 = 5;

/// A refusal.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: ErrorCode,
    message: String,
    kind: Kind,
}

/// What an answer carries beside its envelope.
#[derive(Debug)]
enum Kind {
    Plain,
    /// The OData layer's errors have `details` and no `target`.
    OData,
    Unauthorized {
        had_token: bool,
    },
    RetryAfter(u64),
    /// The methods that the resource has, as the header `Allow` lists them.
    Allow(String),
}

impl ApiError {
    /// A refusal with the code's documented status.
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let status = code
            .info()
            .and_then(|info| StatusCode::from_u16(info.status).ok())
            .unwrap_or(StatusCode::BAD_REQUEST);
        Self {
            status,
            code,
            message: message.into(),
            kind: Kind::Plain,
        }
    }

    fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    fn with(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// There is no such machine.
    pub(super) fn no_machine(name: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!("Machine {} was not found", excerpt(name)),
        )
    }

    /// The machine was shut out, and gets no orders.
    pub(super) fn revoked(machine: &MachineId) -> Self {
        Self::new(
            ErrorCode::DisallowedOperation,
            format!("Machine {machine} is revoked."),
        )
    }

    /// The person's roles do not permit it on these machines.
    pub(super) fn no_power(permission: RolePermission, on: &str) -> Self {
        Self::new(
            ErrorCode::Forbidden,
            format!("The user does not have the role permission '{permission}' on {on}."),
        )
    }

    /// There is no such action.
    pub(super) fn no_action(name: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!("Machine action {} was not found", excerpt(name)),
        )
    }

    /// The machine has said nothing of the action, or it is gone.
    pub(super) fn no_result(id: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!(
                "The machine has not said what became of action {}.",
                excerpt(id)
            ),
        )
    }

    /// There is no such file.
    pub(super) fn no_file(name: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!("File {} was not found", excerpt(name)),
        )
    }

    /// The hash is none, or of the wrong kind.
    pub(super) fn bad_hash(text: &str) -> Self {
        Self::new(
            ErrorCode::InvalidHashValue,
            format!("Hash value {} is invalid.", excerpt(text)),
        )
    }

    /// There is no such indicator.
    pub(super) fn no_indicator(name: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!("Indicator {} was not found", excerpt(name)),
        )
    }

    /// A parameter of the URL is absent.
    pub(super) fn missing(name: &str) -> Self {
        Self::new(
            ErrorCode::MissingRequiredParameter,
            format!("Parameter {name} is missing."),
        )
    }

    /// A parameter or a property has a value that it cannot have.
    pub(super) fn invalid_input(name: &str, value: &str) -> Self {
        Self::new(
            ErrorCode::InvalidInput,
            format!("Invalid input {name}: {}.", excerpt(value)),
        )
    }

    /// The text is no address.
    pub(super) fn bad_address(text: &str) -> Self {
        Self::new(
            ErrorCode::InvalidIpAddress,
            format!("IP address {} is invalid.", excerpt(text)),
        )
    }

    /// No agent does this.
    pub(super) fn disabled(operation: &OperationInfo) -> Self {
        Self::new(
            ErrorCode::DisabledFeature,
            format!(
                "{} is disabled: machines of this server stop and quarantine files, and do nothing else.",
                operation.name
            ),
        )
    }

    /// Nothing is at this path.
    pub(super) fn no_route() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such resource.")
    }

    /// Something is at this path, but not by this method.
    pub(super) fn other_method(method: &Method, allowed: &[Method]) -> Self {
        let allowed: Vec<_> = allowed.iter().map(Method::as_str).collect();
        Self::new(
            ErrorCode::BadRequest,
            format!(
                "The resource does not support the method {}.",
                excerpt(method.as_str())
            ),
        )
        .with_status(StatusCode::METHOD_NOT_ALLOWED)
        .with(Kind::Allow(allowed.join(", ")))
    }

    /// Too many calls.
    pub(super) fn too_many(message: String, retry_after_seconds: u64) -> Self {
        Self::new(ErrorCode::TooManyRequests, message).with(Kind::RetryAfter(retry_after_seconds))
    }

    /// A fault of ours.
    pub(super) fn internal() -> Self {
        Self::new(ErrorCode::InternalServerError, "")
    }
}

/// A piece of the caller's text that may be shown in a message.
fn excerpt(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(100)
        .collect()
}

impl From<RequestFault> for ApiError {
    fn from(fault: RequestFault) -> Self {
        Self::new(fault.code(), fault.to_string())
    }
}

impl From<BodyFault> for ApiError {
    fn from(fault: BodyFault) -> Self {
        let status = match fault {
            BodyFault::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            BodyFault::TooSlow => StatusCode::REQUEST_TIMEOUT,
            BodyFault::NotJson | BodyFault::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            BodyFault::Broken => StatusCode::BAD_REQUEST,
        };
        Self::new(ErrorCode::InvalidRequestBody, fault.to_string()).with_status(status)
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        Self::new(ErrorCode::Unnamed, error.message()).with(Kind::OData)
    }
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> Self {
        Self::new(ErrorCode::Forbidden, denied.to_string())
    }
}

impl From<Misfit> for ApiError {
    fn from(misfit: Misfit) -> Self {
        match misfit {
            Misfit::Hash(text) => Self::bad_hash(&text),
            Misfit::Address(text) => Self::bad_address(&text),
            Misfit::Domain(text) => Self::new(
                ErrorCode::InvalidDomainName,
                format!("Domain name {} is invalid.", excerpt(&text)),
            ),
            Misfit::Url(text) => Self::new(
                ErrorCode::InvalidUrl,
                format!("URL {} is invalid.", excerpt(&text)),
            ),
            Misfit::Property { name, value } => Self::invalid_input(name, &value),
        }
    }
}

impl From<Unauthorized> for ApiError {
    fn from(error: Unauthorized) -> Self {
        match error {
            Unauthorized::Unavailable(error) => error.into(),
            Unauthorized::NoKeys => {
                StoreError::Unavailable("an issuer does not give its keys".to_owned()).into()
            }
            Unauthorized::NoToken => Self::new(ErrorCode::Unauthorized, error.to_string())
                .with(Kind::Unauthorized { had_token: false }),
            Unauthorized::BadToken | Unauthorized::Flawed(_) => {
                Self::new(ErrorCode::Unauthorized, error.to_string())
                    .with(Kind::Unauthorized { had_token: true })
            }
        }
    }
}

impl From<StoreError> for ApiError {
    /// The caller learns whether it may simply ask again, and nothing about the store.
    fn from(error: StoreError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
        if let StoreError::Unknown(_) = error {
            // No `Retry-After`: who asks again by himself might have it done twice.
            return Self::new(
                ErrorCode::InternalServerError,
                "It is not known whether this was done. Look before you ask for it again.",
            );
        }
        Self::new(
            ErrorCode::ServiceUnavailable,
            "The service cannot answer now. Nothing was changed.",
        )
        .with(Kind::RetryAfter(STORE_PAUSE))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let target = exchange::request_id();
        exchange::note(|told| told.refusal = Some(self.code.to_string()));
        tracing::info!(%target, status = self.status.as_u16(), code = %self.code, "refused");
        let mut error = ServiceError::new();
        error.code = self.code;
        error.message = self.message;
        match self.kind {
            Kind::OData => error.details = Some(Vec::new()),
            _ => error.target = Some(target.to_string()),
        }
        let mut response = (self.status, Json(ErrorEnvelope::new(error))).into_response();
        let headers = response.headers_mut();
        match self.kind {
            Kind::Unauthorized { had_token } => {
                let challenge = match had_token {
                    true => r#"Bearer error="invalid_token""#,
                    false => "Bearer",
                };
                headers.insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static(challenge),
                );
            }
            Kind::RetryAfter(seconds) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Kind::Allow(methods) => {
                if let Ok(methods) = HeaderValue::from_str(&methods) {
                    headers.insert(header::ALLOW, methods);
                }
            }
            Kind::Plain | Kind::OData => {}
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn answered(error: StoreError) -> (StatusCode, bool, String) {
        let response = ApiError::from(error).into_response();
        let status = response.status();
        let retried = response.headers().contains_key(header::RETRY_AFTER);
        let body = to_bytes(response.into_body(), 4096).await.unwrap();
        (status, retried, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn what_was_perhaps_done_is_not_said_to_be_undone() {
        let (status, retried, body) = answered(StoreError::Unknown("lost".to_owned())).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!retried, "nobody is told to ask again");
        assert!(body.contains("not known whether"), "{body}");
        assert!(!body.contains("Nothing was changed"), "{body}");
        assert!(!body.contains("lost"), "{body}");
    }

    #[tokio::test]
    async fn what_was_not_done_is_said_to_be_undone_and_may_be_asked_again() {
        let (status, retried, body) = answered(StoreError::Unavailable("full".to_owned())).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(retried);
        assert!(body.contains("Nothing was changed"), "{body}");
    }
}
