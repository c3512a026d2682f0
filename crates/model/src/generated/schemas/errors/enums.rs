// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Open enumerations: known values, and any other as it came.

use crate::open_enum::open_enum;

/// Why the token endpoint refuses (RFC 6749 §5.2 and the issuer's own).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenErrorCode {
    /// `invalid_request`.
    InvalidRequest,
    /// `invalid_client`.
    InvalidClient,
    /// `invalid_grant`.
    InvalidGrant,
    /// `unauthorized_client`.
    UnauthorizedClient,
    /// `unsupported_grant_type`.
    UnsupportedGrantType,
    /// `invalid_scope`.
    InvalidScope,
    /// `invalid_resource`.
    InvalidResource,
    /// `interaction_required`.
    InteractionRequired,
    /// `authorization_pending`.
    AuthorizationPending,
    /// `slow_down`.
    SlowDown,
    /// `expired_token`.
    ExpiredToken,
    /// `access_denied`.
    AccessDenied,
    /// `temporarily_unavailable`.
    TemporarilyUnavailable,
    /// `server_error`.
    ServerError,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl TokenErrorCode {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::InvalidRequest,
        Self::InvalidClient,
        Self::InvalidGrant,
        Self::UnauthorizedClient,
        Self::UnsupportedGrantType,
        Self::InvalidScope,
        Self::InvalidResource,
        Self::InteractionRequired,
        Self::AuthorizationPending,
        Self::SlowDown,
        Self::ExpiredToken,
        Self::AccessDenied,
        Self::TemporarilyUnavailable,
        Self::ServerError,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidResource => "invalid_resource",
            Self::InteractionRequired => "interaction_required",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::AccessDenied => "access_denied",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::ServerError => "server_error",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const TOKEN_ERROR_CODE_SPELLINGS: &[(&str, TokenErrorCode)] = &[
    ("invalid_request", TokenErrorCode::InvalidRequest),
    ("invalid_client", TokenErrorCode::InvalidClient),
    ("invalid_grant", TokenErrorCode::InvalidGrant),
    ("unauthorized_client", TokenErrorCode::UnauthorizedClient),
    (
        "unsupported_grant_type",
        TokenErrorCode::UnsupportedGrantType,
    ),
    ("invalid_scope", TokenErrorCode::InvalidScope),
    ("invalid_resource", TokenErrorCode::InvalidResource),
    ("interaction_required", TokenErrorCode::InteractionRequired),
    (
        "authorization_pending",
        TokenErrorCode::AuthorizationPending,
    ),
    ("slow_down", TokenErrorCode::SlowDown),
    ("expired_token", TokenErrorCode::ExpiredToken),
    ("access_denied", TokenErrorCode::AccessDenied),
    (
        "temporarily_unavailable",
        TokenErrorCode::TemporarilyUnavailable,
    ),
    ("server_error", TokenErrorCode::ServerError),
];

open_enum!(TokenErrorCode, TOKEN_ERROR_CODE_SPELLINGS);
