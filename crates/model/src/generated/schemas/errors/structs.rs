// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What answers consist of. Each keeps the properties that this version does not know.

use crate::*;

/// How the service refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorEnvelope {
    /// `error`: What is wrong.
    pub error: ServiceError,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl ErrorEnvelope {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(error: ServiceError) -> Self {
        Self {
            error,
            extra: Extra::new(),
        }
    }
}

/// Why the service refuses. The OData layer's own refusals have an empty code, details, and no target.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceError {
    /// `code`: The reason, for programs.
    pub code: ErrorCode,
    /// `message`: The reason, for people; may change at any time and may hold HTML.
    pub message: String,
    /// `target`: The service's name for this exchange; usually, not always, a GUID.
    pub target: Option<String>,
    /// `details`: Of the OData layer; empty in everything recorded.
    pub details: Option<Vec<serde_json::Value>>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl ServiceError {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            code: ErrorCode::from(""),
            message: String::new(),
            target: None,
            details: None,
            extra: Extra::new(),
        }
    }
}

impl Default for ServiceError {
    fn default() -> Self {
        Self::new()
    }
}

/// How the token endpoint refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenError {
    /// `error`: The reason, for programs.
    pub error: TokenErrorCode,
    /// `error_description`: The reason, for people.
    pub error_description: String,
    /// `error_codes`: The issuer's numbers for the reason.
    pub error_codes: Vec<i64>,
    /// `timestamp`: When; the issuer's own format, not RFC 3339.
    pub timestamp: Option<String>,
    /// `trace_id`: The issuer's name for this exchange.
    pub trace_id: Option<String>,
    /// `correlation_id`: The caller's name for this exchange, or the issuer's.
    pub correlation_id: Option<String>,
    /// `error_uri`: Where the reason is explained.
    pub error_uri: Option<String>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl TokenError {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(error: TokenErrorCode) -> Self {
        Self {
            error,
            error_description: String::new(),
            error_codes: Vec::new(),
            timestamp: None,
            trace_id: None,
            correlation_id: None,
            error_uri: None,
            extra: Extra::new(),
        }
    }
}
