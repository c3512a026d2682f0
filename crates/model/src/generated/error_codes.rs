// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Error codes: status, and what a client can do.

use crate::error_code::{ErrorCodeInfo, Retry};
use crate::open_enum::open_enum;

/// Why the service refuses, for programs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// (empty), status 400: the OData layer refuses the query; it has no code of its own.
    Unnamed,
    /// `BadRequest`, status 400: the request is wrong in general.
    BadRequest,
    /// `ODataError`, status 400: the OData query is wrong.
    ODataError,
    /// `InvalidInput`, status 400: a value is wrong.
    InvalidInput,
    /// `InvalidRequestBody`, status 400: the body is not the JSON object that the operation takes.
    InvalidRequestBody,
    /// `InvalidHashValue`, status 400: the hash is not a SHA-1.
    InvalidHashValue,
    /// `InvalidDomainName`, status 400: the domain name is wrong.
    InvalidDomainName,
    /// `InvalidIpAddress`, status 400: the IP address is wrong.
    InvalidIpAddress,
    /// `InvalidUrl`, status 400: the URL is wrong.
    InvalidUrl,
    /// `MaximumBatchSizeExceeded`, status 400: the batch is too large.
    MaximumBatchSizeExceeded,
    /// `MissingRequiredParameter`, status 400: a required parameter is absent; keys are case-sensitive and never translated.
    MissingRequiredParameter,
    /// `OsPlatformNotSupported`, status 400: the machine's operating system cannot do it.
    OsPlatformNotSupported,
    /// `ClientVersionNotSupported`, status 400: the machine's agent is too old.
    ClientVersionNotSupported,
    /// `ActiveRequestAlreadyExists`, status 400: the like action is already active on the machine; not in the documentation's table.
    ActiveRequestAlreadyExists,
    /// `Unauthorized`, status 401: the token is absent, wrong or expired.
    Unauthorized,
    /// `Forbidden`, status 403: the token is good, a permission is missing.
    Forbidden,
    /// `DisabledFeature`, status 403: the tenant does not have the feature.
    DisabledFeature,
    /// `DisallowedOperation`, status 403: the operation is not allowed, and why.
    DisallowedOperation,
    /// `NotFound`, status 404: there is nothing here.
    NotFound,
    /// `ResourceNotFound`, status 404: the machine, action or file is unknown; a fresh action may be so for some seconds.
    ResourceNotFound,
    /// `TooManyRequests`, status 429: a limit was reached, by count or by the service's load; Retry-After says how long.
    TooManyRequests,
    /// `InternalServerError`, status 500: the service failed.
    InternalServerError,
    /// `ServiceUnavailable`, status 503: quell's own, in no source: the server's disk is full or its database locked; Retry-After says how long.
    ServiceUnavailable,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl ErrorCode {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Unnamed,
        Self::BadRequest,
        Self::ODataError,
        Self::InvalidInput,
        Self::InvalidRequestBody,
        Self::InvalidHashValue,
        Self::InvalidDomainName,
        Self::InvalidIpAddress,
        Self::InvalidUrl,
        Self::MaximumBatchSizeExceeded,
        Self::MissingRequiredParameter,
        Self::OsPlatformNotSupported,
        Self::ClientVersionNotSupported,
        Self::ActiveRequestAlreadyExists,
        Self::Unauthorized,
        Self::Forbidden,
        Self::DisabledFeature,
        Self::DisallowedOperation,
        Self::NotFound,
        Self::ResourceNotFound,
        Self::TooManyRequests,
        Self::InternalServerError,
        Self::ServiceUnavailable,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unnamed => "",
            Self::BadRequest => "BadRequest",
            Self::ODataError => "ODataError",
            Self::InvalidInput => "InvalidInput",
            Self::InvalidRequestBody => "InvalidRequestBody",
            Self::InvalidHashValue => "InvalidHashValue",
            Self::InvalidDomainName => "InvalidDomainName",
            Self::InvalidIpAddress => "InvalidIpAddress",
            Self::InvalidUrl => "InvalidUrl",
            Self::MaximumBatchSizeExceeded => "MaximumBatchSizeExceeded",
            Self::MissingRequiredParameter => "MissingRequiredParameter",
            Self::OsPlatformNotSupported => "OsPlatformNotSupported",
            Self::ClientVersionNotSupported => "ClientVersionNotSupported",
            Self::ActiveRequestAlreadyExists => "ActiveRequestAlreadyExists",
            Self::Unauthorized => "Unauthorized",
            Self::Forbidden => "Forbidden",
            Self::DisabledFeature => "DisabledFeature",
            Self::DisallowedOperation => "DisallowedOperation",
            Self::NotFound => "NotFound",
            Self::ResourceNotFound => "ResourceNotFound",
            Self::TooManyRequests => "TooManyRequests",
            Self::InternalServerError => "InternalServerError",
            Self::ServiceUnavailable => "ServiceUnavailable",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const ERROR_CODE_SPELLINGS: &[(&str, ErrorCode)] = &[
    ("", ErrorCode::Unnamed),
    ("BadRequest", ErrorCode::BadRequest),
    ("ODataError", ErrorCode::ODataError),
    ("InvalidInput", ErrorCode::InvalidInput),
    ("InvalidRequestBody", ErrorCode::InvalidRequestBody),
    ("InvalidHashValue", ErrorCode::InvalidHashValue),
    ("InvalidDomainName", ErrorCode::InvalidDomainName),
    ("InvalidIpAddress", ErrorCode::InvalidIpAddress),
    ("InvalidUrl", ErrorCode::InvalidUrl),
    (
        "MaximumBatchSizeExceeded",
        ErrorCode::MaximumBatchSizeExceeded,
    ),
    (
        "MissingRequiredParameter",
        ErrorCode::MissingRequiredParameter,
    ),
    ("OsPlatformNotSupported", ErrorCode::OsPlatformNotSupported),
    (
        "ClientVersionNotSupported",
        ErrorCode::ClientVersionNotSupported,
    ),
    (
        "ActiveRequestAlreadyExists",
        ErrorCode::ActiveRequestAlreadyExists,
    ),
    ("Unauthorized", ErrorCode::Unauthorized),
    ("Forbidden", ErrorCode::Forbidden),
    ("DisabledFeature", ErrorCode::DisabledFeature),
    ("DisallowedOperation", ErrorCode::DisallowedOperation),
    ("NotFound", ErrorCode::NotFound),
    ("ResourceNotFound", ErrorCode::ResourceNotFound),
    ("TooManyRequests", ErrorCode::TooManyRequests),
    ("InternalServerError", ErrorCode::InternalServerError),
    ("ServiceUnavailable", ErrorCode::ServiceUnavailable),
    ("429", ErrorCode::TooManyRequests),
];

open_enum!(ErrorCode, ERROR_CODE_SPELLINGS);

/// Every code that is known.
pub static ERROR_CODES: &[ErrorCodeInfo] = &[
    ErrorCodeInfo {
        code: ErrorCode::Unnamed,
        status: 400u16,
        retry: Retry::Never,
        message: "The query specified in the URI is not valid. {}",
        meaning: "the OData layer refuses the query; it has no code of its own",
    },
    ErrorCodeInfo {
        code: ErrorCode::BadRequest,
        status: 400u16,
        retry: Retry::Never,
        message: "{}",
        meaning: "the request is wrong in general",
    },
    ErrorCodeInfo {
        code: ErrorCode::ODataError,
        status: 400u16,
        retry: Retry::Never,
        message: "{}",
        meaning: "the OData query is wrong",
    },
    ErrorCodeInfo {
        code: ErrorCode::InvalidInput,
        status: 400u16,
        retry: Retry::Never,
        message: "Invalid input {}.",
        meaning: "a value is wrong",
    },
    ErrorCodeInfo {
        code: ErrorCode::InvalidRequestBody,
        status: 400u16,
        retry: Retry::Never,
        message: "Request body is incorrect",
        meaning: "the body is not the JSON object that the operation takes",
    },
    ErrorCodeInfo {
        code: ErrorCode::InvalidHashValue,
        status: 400u16,
        retry: Retry::Never,
        message: "Hash value {} is invalid.",
        meaning: "the hash is not a SHA-1",
    },
    ErrorCodeInfo {
        code: ErrorCode::InvalidDomainName,
        status: 400u16,
        retry: Retry::Never,
        message: "Domain name {} is invalid.",
        meaning: "the domain name is wrong",
    },
    ErrorCodeInfo {
        code: ErrorCode::InvalidIpAddress,
        status: 400u16,
        retry: Retry::Never,
        message: "IP address {} is invalid.",
        meaning: "the IP address is wrong",
    },
    ErrorCodeInfo {
        code: ErrorCode::InvalidUrl,
        status: 400u16,
        retry: Retry::Never,
        message: "URL {} is invalid.",
        meaning: "the URL is wrong",
    },
    ErrorCodeInfo {
        code: ErrorCode::MaximumBatchSizeExceeded,
        status: 400u16,
        retry: Retry::Never,
        message: "Maximum batch size exceeded. Received: {}, allowed: {}.",
        meaning: "the batch is too large",
    },
    ErrorCodeInfo {
        code: ErrorCode::MissingRequiredParameter,
        status: 400u16,
        retry: Retry::Never,
        message: "Parameter {} is missing.",
        meaning: "a required parameter is absent; keys are case-sensitive and never translated",
    },
    ErrorCodeInfo {
        code: ErrorCode::OsPlatformNotSupported,
        status: 400u16,
        retry: Retry::Never,
        message: "OS Platform {} isn't supported for this action.",
        meaning: "the machine's operating system cannot do it",
    },
    ErrorCodeInfo {
        code: ErrorCode::ClientVersionNotSupported,
        status: 400u16,
        retry: Retry::Never,
        message: "{} is supported on client version {} and above.",
        meaning: "the machine's agent is too old",
    },
    ErrorCodeInfo {
        code: ErrorCode::ActiveRequestAlreadyExists,
        status: 400u16,
        retry: Retry::WhenEnded,
        message: "Action is already in progress",
        meaning: "the like action is already active on the machine; not in the documentation's table",
    },
    ErrorCodeInfo {
        code: ErrorCode::Unauthorized,
        status: 401u16,
        retry: Retry::FreshToken,
        message: "{}",
        meaning: "the token is absent, wrong or expired",
    },
    ErrorCodeInfo {
        code: ErrorCode::Forbidden,
        status: 403u16,
        retry: Retry::Never,
        message: "The application does not have any of the required application permissions ({}) to access the resource.",
        meaning: "the token is good, a permission is missing",
    },
    ErrorCodeInfo {
        code: ErrorCode::DisabledFeature,
        status: 403u16,
        retry: Retry::Never,
        message: "{}",
        meaning: "the tenant does not have the feature",
    },
    ErrorCodeInfo {
        code: ErrorCode::DisallowedOperation,
        status: 403u16,
        retry: Retry::Never,
        message: "{}",
        meaning: "the operation is not allowed, and why",
    },
    ErrorCodeInfo {
        code: ErrorCode::NotFound,
        status: 404u16,
        retry: Retry::Never,
        message: "{}",
        meaning: "there is nothing here",
    },
    ErrorCodeInfo {
        code: ErrorCode::ResourceNotFound,
        status: 404u16,
        retry: Retry::Never,
        message: "{} was not found",
        meaning: "the machine, action or file is unknown; a fresh action may be so for some seconds",
    },
    ErrorCodeInfo {
        code: ErrorCode::TooManyRequests,
        status: 429u16,
        retry: Retry::Later,
        message: "API calls quota exceeded! maximum allowed {} per {}",
        meaning: "a limit was reached, by count or by the service's load; Retry-After says how long",
    },
    ErrorCodeInfo {
        code: ErrorCode::InternalServerError,
        status: 500u16,
        retry: Retry::Later,
        message: "",
        meaning: "the service failed",
    },
    ErrorCodeInfo {
        code: ErrorCode::ServiceUnavailable,
        status: 503u16,
        retry: Retry::Later,
        message: "The service cannot answer now. Nothing was changed.",
        meaning: "quell's own, in no source: the server's disk is full or its database locked; Retry-After says how long",
    },
];
