// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Open enumerations: known values, and any other as it came.

use crate::open_enum::open_enum;

/// What an indicator looks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IndicatorType {
    /// `FileSha1`.
    FileSha1,
    /// `FileSha256`.
    FileSha256,
    /// `FileMd5`.
    FileMd5,
    /// `CertificateThumbprint`.
    CertificateThumbprint,
    /// `IpAddress`.
    IpAddress,
    /// `DomainName`.
    DomainName,
    /// `Url`.
    Url,
    /// `ProcessMemorySimilarityHash`.
    ProcessMemorySimilarityHash,
    /// `WebCategory`.
    WebCategory,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl IndicatorType {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::FileSha1,
        Self::FileSha256,
        Self::FileMd5,
        Self::CertificateThumbprint,
        Self::IpAddress,
        Self::DomainName,
        Self::Url,
        Self::ProcessMemorySimilarityHash,
        Self::WebCategory,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::FileSha1 => "FileSha1",
            Self::FileSha256 => "FileSha256",
            Self::FileMd5 => "FileMd5",
            Self::CertificateThumbprint => "CertificateThumbprint",
            Self::IpAddress => "IpAddress",
            Self::DomainName => "DomainName",
            Self::Url => "Url",
            Self::ProcessMemorySimilarityHash => "ProcessMemorySimilarityHash",
            Self::WebCategory => "WebCategory",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const INDICATOR_TYPE_SPELLINGS: &[(&str, IndicatorType)] = &[
    ("FileSha1", IndicatorType::FileSha1),
    ("FileSha256", IndicatorType::FileSha256),
    ("FileMd5", IndicatorType::FileMd5),
    (
        "CertificateThumbprint",
        IndicatorType::CertificateThumbprint,
    ),
    ("IpAddress", IndicatorType::IpAddress),
    ("DomainName", IndicatorType::DomainName),
    ("Url", IndicatorType::Url),
    (
        "ProcessMemorySimilarityHash",
        IndicatorType::ProcessMemorySimilarityHash,
    ),
    ("WebCategory", IndicatorType::WebCategory),
];

open_enum!(IndicatorType, INDICATOR_TYPE_SPELLINGS);

/// What is done where an indicator turns up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IndicatorAction {
    /// `Alert`: Of before 2022; Audit took its place.
    Alert,
    /// `Warn`.
    Warn,
    /// `Block`.
    Block,
    /// `Audit`.
    Audit,
    /// `BlockAndRemediate`.
    BlockAndRemediate,
    /// `AlertAndBlock`: Of before 2022; Block and BlockAndRemediate took its place.
    AlertAndBlock,
    /// `Allowed`.
    Allowed,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl IndicatorAction {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Alert,
        Self::Warn,
        Self::Block,
        Self::Audit,
        Self::BlockAndRemediate,
        Self::AlertAndBlock,
        Self::Allowed,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Alert => "Alert",
            Self::Warn => "Warn",
            Self::Block => "Block",
            Self::Audit => "Audit",
            Self::BlockAndRemediate => "BlockAndRemediate",
            Self::AlertAndBlock => "AlertAndBlock",
            Self::Allowed => "Allowed",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const INDICATOR_ACTION_SPELLINGS: &[(&str, IndicatorAction)] = &[
    ("Alert", IndicatorAction::Alert),
    ("Warn", IndicatorAction::Warn),
    ("Block", IndicatorAction::Block),
    ("Audit", IndicatorAction::Audit),
    ("BlockAndRemediate", IndicatorAction::BlockAndRemediate),
    ("AlertAndBlock", IndicatorAction::AlertAndBlock),
    ("Allowed", IndicatorAction::Allowed),
];

open_enum!(IndicatorAction, INDICATOR_ACTION_SPELLINGS);

/// How bad it is when an indicator turns up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IndicatorSeverity {
    /// `Informational`.
    Informational,
    /// `Low`.
    Low,
    /// `Medium`.
    Medium,
    /// `High`.
    High,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl IndicatorSeverity {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[Self::Informational, Self::Low, Self::Medium, Self::High];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Informational => "Informational",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const INDICATOR_SEVERITY_SPELLINGS: &[(&str, IndicatorSeverity)] = &[
    ("Informational", IndicatorSeverity::Informational),
    ("Low", IndicatorSeverity::Low),
    ("Medium", IndicatorSeverity::Medium),
    ("High", IndicatorSeverity::High),
];

open_enum!(IndicatorSeverity, INDICATOR_SEVERITY_SPELLINGS);

/// What made an indicator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IndicatorSourceType {
    /// `User`.
    User,
    /// `AadApp`.
    AadApp,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl IndicatorSourceType {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[Self::User, Self::AadApp];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::User => "User",
            Self::AadApp => "AadApp",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const INDICATOR_SOURCE_TYPE_SPELLINGS: &[(&str, IndicatorSourceType)] = &[
    ("User", IndicatorSourceType::User),
    ("AadApp", IndicatorSourceType::AadApp),
];

open_enum!(IndicatorSourceType, INDICATOR_SOURCE_TYPE_SPELLINGS);
