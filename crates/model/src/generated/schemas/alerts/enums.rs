// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Open enumerations: known values, and any other as it came.

use crate::open_enum::open_enum;

/// How bad an alert is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlertSeverity {
    /// `UnSpecified`.
    UnSpecified,
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

impl AlertSeverity {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::UnSpecified,
        Self::Informational,
        Self::Low,
        Self::Medium,
        Self::High,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::UnSpecified => "UnSpecified",
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

const ALERT_SEVERITY_SPELLINGS: &[(&str, AlertSeverity)] = &[
    ("UnSpecified", AlertSeverity::UnSpecified),
    ("Informational", AlertSeverity::Informational),
    ("Low", AlertSeverity::Low),
    ("Medium", AlertSeverity::Medium),
    ("High", AlertSeverity::High),
];

open_enum!(AlertSeverity, ALERT_SEVERITY_SPELLINGS);

/// How far the handling of an alert got.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlertStatus {
    /// `Unknown`.
    Unknown,
    /// `New`.
    New,
    /// `InProgress`.
    InProgress,
    /// `Resolved`.
    Resolved,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl AlertStatus {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] =
        &[Self::Unknown, Self::New, Self::InProgress, Self::Resolved];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "Unknown",
            Self::New => "New",
            Self::InProgress => "InProgress",
            Self::Resolved => "Resolved",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const ALERT_STATUS_SPELLINGS: &[(&str, AlertStatus)] = &[
    ("Unknown", AlertStatus::Unknown),
    ("New", AlertStatus::New),
    ("InProgress", AlertStatus::InProgress),
    ("Resolved", AlertStatus::Resolved),
];

open_enum!(AlertStatus, ALERT_STATUS_SPELLINGS);

/// Whether an alert was right.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlertClassification {
    /// `TruePositive`.
    TruePositive,
    /// `InformationalExpectedActivity`.
    InformationalExpectedActivity,
    /// `FalsePositive`.
    FalsePositive,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl AlertClassification {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::TruePositive,
        Self::InformationalExpectedActivity,
        Self::FalsePositive,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::TruePositive => "TruePositive",
            Self::InformationalExpectedActivity => "InformationalExpectedActivity",
            Self::FalsePositive => "FalsePositive",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const ALERT_CLASSIFICATION_SPELLINGS: &[(&str, AlertClassification)] = &[
    ("TruePositive", AlertClassification::TruePositive),
    (
        "InformationalExpectedActivity",
        AlertClassification::InformationalExpectedActivity,
    ),
    ("FalsePositive", AlertClassification::FalsePositive),
    (
        "Informational, expected activity",
        AlertClassification::InformationalExpectedActivity,
    ),
];

open_enum!(AlertClassification, ALERT_CLASSIFICATION_SPELLINGS);

/// What an alert was about, once somebody knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlertDetermination {
    /// `MultiStagedAttack`.
    MultiStagedAttack,
    /// `MaliciousUserActivity`.
    MaliciousUserActivity,
    /// `CompromisedUser`.
    CompromisedUser,
    /// `Malware`.
    Malware,
    /// `Phishing`.
    Phishing,
    /// `UnwantedSoftware`.
    UnwantedSoftware,
    /// `SecurityTesting`.
    SecurityTesting,
    /// `LineOfBusinessApplication`.
    LineOfBusinessApplication,
    /// `ConfirmedUserActivity`.
    ConfirmedUserActivity,
    /// `Clean`.
    Clean,
    /// `InsufficientData`.
    InsufficientData,
    /// `Other`.
    Other,
    /// `Apt`: Of before August 2022.
    Apt,
    /// `SecurityPersonnel`: Of before August 2022.
    SecurityPersonnel,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl AlertDetermination {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::MultiStagedAttack,
        Self::MaliciousUserActivity,
        Self::CompromisedUser,
        Self::Malware,
        Self::Phishing,
        Self::UnwantedSoftware,
        Self::SecurityTesting,
        Self::LineOfBusinessApplication,
        Self::ConfirmedUserActivity,
        Self::Clean,
        Self::InsufficientData,
        Self::Other,
        Self::Apt,
        Self::SecurityPersonnel,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::MultiStagedAttack => "MultiStagedAttack",
            Self::MaliciousUserActivity => "MaliciousUserActivity",
            Self::CompromisedUser => "CompromisedUser",
            Self::Malware => "Malware",
            Self::Phishing => "Phishing",
            Self::UnwantedSoftware => "UnwantedSoftware",
            Self::SecurityTesting => "SecurityTesting",
            Self::LineOfBusinessApplication => "LineOfBusinessApplication",
            Self::ConfirmedUserActivity => "ConfirmedUserActivity",
            Self::Clean => "Clean",
            Self::InsufficientData => "InsufficientData",
            Self::Other => "Other",
            Self::Apt => "Apt",
            Self::SecurityPersonnel => "SecurityPersonnel",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const ALERT_DETERMINATION_SPELLINGS: &[(&str, AlertDetermination)] = &[
    ("MultiStagedAttack", AlertDetermination::MultiStagedAttack),
    (
        "MaliciousUserActivity",
        AlertDetermination::MaliciousUserActivity,
    ),
    ("CompromisedUser", AlertDetermination::CompromisedUser),
    ("Malware", AlertDetermination::Malware),
    ("Phishing", AlertDetermination::Phishing),
    ("UnwantedSoftware", AlertDetermination::UnwantedSoftware),
    ("SecurityTesting", AlertDetermination::SecurityTesting),
    (
        "LineOfBusinessApplication",
        AlertDetermination::LineOfBusinessApplication,
    ),
    (
        "ConfirmedUserActivity",
        AlertDetermination::ConfirmedUserActivity,
    ),
    ("Clean", AlertDetermination::Clean),
    ("InsufficientData", AlertDetermination::InsufficientData),
    ("Other", AlertDetermination::Other),
    ("Apt", AlertDetermination::Apt),
    ("SecurityPersonnel", AlertDetermination::SecurityPersonnel),
];

open_enum!(AlertDetermination, ALERT_DETERMINATION_SPELLINGS);

/// How far an automated investigation got.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvestigationState {
    /// `Unknown`.
    Unknown,
    /// `Terminated`.
    Terminated,
    /// `SuccessfullyRemediated`.
    SuccessfullyRemediated,
    /// `Benign`.
    Benign,
    /// `Failed`.
    Failed,
    /// `PartiallyRemediated`.
    PartiallyRemediated,
    /// `Running`.
    Running,
    /// `PendingApproval`.
    PendingApproval,
    /// `PendingResource`.
    PendingResource,
    /// `PartiallyInvestigated`.
    PartiallyInvestigated,
    /// `TerminatedByUser`.
    TerminatedByUser,
    /// `TerminatedBySystem`.
    TerminatedBySystem,
    /// `Queued`.
    Queued,
    /// `InnerFailure`.
    InnerFailure,
    /// `PreexistingAlert`.
    PreexistingAlert,
    /// `UnsupportedOs`.
    UnsupportedOs,
    /// `UnsupportedAlertType`.
    UnsupportedAlertType,
    /// `SuppressedAlert`.
    SuppressedAlert,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl InvestigationState {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Unknown,
        Self::Terminated,
        Self::SuccessfullyRemediated,
        Self::Benign,
        Self::Failed,
        Self::PartiallyRemediated,
        Self::Running,
        Self::PendingApproval,
        Self::PendingResource,
        Self::PartiallyInvestigated,
        Self::TerminatedByUser,
        Self::TerminatedBySystem,
        Self::Queued,
        Self::InnerFailure,
        Self::PreexistingAlert,
        Self::UnsupportedOs,
        Self::UnsupportedAlertType,
        Self::SuppressedAlert,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "Unknown",
            Self::Terminated => "Terminated",
            Self::SuccessfullyRemediated => "SuccessfullyRemediated",
            Self::Benign => "Benign",
            Self::Failed => "Failed",
            Self::PartiallyRemediated => "PartiallyRemediated",
            Self::Running => "Running",
            Self::PendingApproval => "PendingApproval",
            Self::PendingResource => "PendingResource",
            Self::PartiallyInvestigated => "PartiallyInvestigated",
            Self::TerminatedByUser => "TerminatedByUser",
            Self::TerminatedBySystem => "TerminatedBySystem",
            Self::Queued => "Queued",
            Self::InnerFailure => "InnerFailure",
            Self::PreexistingAlert => "PreexistingAlert",
            Self::UnsupportedOs => "UnsupportedOs",
            Self::UnsupportedAlertType => "UnsupportedAlertType",
            Self::SuppressedAlert => "SuppressedAlert",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const INVESTIGATION_STATE_SPELLINGS: &[(&str, InvestigationState)] = &[
    ("Unknown", InvestigationState::Unknown),
    ("Terminated", InvestigationState::Terminated),
    (
        "SuccessfullyRemediated",
        InvestigationState::SuccessfullyRemediated,
    ),
    ("Benign", InvestigationState::Benign),
    ("Failed", InvestigationState::Failed),
    (
        "PartiallyRemediated",
        InvestigationState::PartiallyRemediated,
    ),
    ("Running", InvestigationState::Running),
    ("PendingApproval", InvestigationState::PendingApproval),
    ("PendingResource", InvestigationState::PendingResource),
    (
        "PartiallyInvestigated",
        InvestigationState::PartiallyInvestigated,
    ),
    ("TerminatedByUser", InvestigationState::TerminatedByUser),
    ("TerminatedBySystem", InvestigationState::TerminatedBySystem),
    ("Queued", InvestigationState::Queued),
    ("InnerFailure", InvestigationState::InnerFailure),
    ("PreexistingAlert", InvestigationState::PreexistingAlert),
    ("UnsupportedOs", InvestigationState::UnsupportedOs),
    (
        "UnsupportedAlertType",
        InvestigationState::UnsupportedAlertType,
    ),
    ("SuppressedAlert", InvestigationState::SuppressedAlert),
];

open_enum!(InvestigationState, INVESTIGATION_STATE_SPELLINGS);
