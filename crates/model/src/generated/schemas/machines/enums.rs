// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Open enumerations: known values, and any other as it came.

use crate::open_enum::open_enum;

/// Whether a machine's agent reports.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HealthStatus {
    /// `Active`.
    Active,
    /// `Inactive`.
    Inactive,
    /// `ImpairedCommunication`.
    ImpairedCommunication,
    /// `NoSensorData`.
    NoSensorData,
    /// `NoSensorDataImpairedCommunication`.
    NoSensorDataImpairedCommunication,
    /// `Unknown`.
    Unknown,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl HealthStatus {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Active,
        Self::Inactive,
        Self::ImpairedCommunication,
        Self::NoSensorData,
        Self::NoSensorDataImpairedCommunication,
        Self::Unknown,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
            Self::ImpairedCommunication => "ImpairedCommunication",
            Self::NoSensorData => "NoSensorData",
            Self::NoSensorDataImpairedCommunication => "NoSensorDataImpairedCommunication",
            Self::Unknown => "Unknown",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const HEALTH_STATUS_SPELLINGS: &[(&str, HealthStatus)] = &[
    ("Active", HealthStatus::Active),
    ("Inactive", HealthStatus::Inactive),
    ("ImpairedCommunication", HealthStatus::ImpairedCommunication),
    ("NoSensorData", HealthStatus::NoSensorData),
    (
        "NoSensorDataImpairedCommunication",
        HealthStatus::NoSensorDataImpairedCommunication,
    ),
    ("Unknown", HealthStatus::Unknown),
];

open_enum!(HealthStatus, HEALTH_STATUS_SPELLINGS);

/// How much a machine matters to its owner.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviceValue {
    /// `Normal`.
    Normal,
    /// `Low`.
    Low,
    /// `High`.
    High,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl DeviceValue {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[Self::Normal, Self::Low, Self::High];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Normal => "Normal",
            Self::Low => "Low",
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

const DEVICE_VALUE_SPELLINGS: &[(&str, DeviceValue)] = &[
    ("Normal", DeviceValue::Normal),
    ("Low", DeviceValue::Low),
    ("High", DeviceValue::High),
];

open_enum!(DeviceValue, DEVICE_VALUE_SPELLINGS);

/// How much danger a machine is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RiskScore {
    /// `None`.
    None,
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

impl RiskScore {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::None,
        Self::Informational,
        Self::Low,
        Self::Medium,
        Self::High,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::None => "None",
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

const RISK_SCORE_SPELLINGS: &[(&str, RiskScore)] = &[
    ("None", RiskScore::None),
    ("Informational", RiskScore::Informational),
    ("Low", RiskScore::Low),
    ("Medium", RiskScore::Medium),
    ("High", RiskScore::High),
];

open_enum!(RiskScore, RISK_SCORE_SPELLINGS);

/// How much a machine can be attacked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExposureLevel {
    /// `None`.
    None,
    /// `Low`.
    Low,
    /// `Medium`.
    Medium,
    /// `High`.
    High,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl ExposureLevel {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[Self::None, Self::Low, Self::Medium, Self::High];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::None => "None",
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

const EXPOSURE_LEVEL_SPELLINGS: &[(&str, ExposureLevel)] = &[
    ("None", ExposureLevel::None),
    ("Low", ExposureLevel::Low),
    ("Medium", ExposureLevel::Medium),
    ("High", ExposureLevel::High),
];

open_enum!(ExposureLevel, EXPOSURE_LEVEL_SPELLINGS);

/// Whether a machine is managed by the service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnboardingStatus {
    /// `Onboarded`.
    Onboarded,
    /// `CanBeOnboarded`.
    CanBeOnboarded,
    /// `Unsupported`.
    Unsupported,
    /// `InsufficientInfo`.
    InsufficientInfo,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl OnboardingStatus {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Onboarded,
        Self::CanBeOnboarded,
        Self::Unsupported,
        Self::InsufficientInfo,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Onboarded => "Onboarded",
            Self::CanBeOnboarded => "CanBeOnboarded",
            Self::Unsupported => "Unsupported",
            Self::InsufficientInfo => "InsufficientInfo",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const ONBOARDING_STATUS_SPELLINGS: &[(&str, OnboardingStatus)] = &[
    ("Onboarded", OnboardingStatus::Onboarded),
    ("CanBeOnboarded", OnboardingStatus::CanBeOnboarded),
    ("Unsupported", OnboardingStatus::Unsupported),
    ("InsufficientInfo", OnboardingStatus::InsufficientInfo),
];

open_enum!(OnboardingStatus, ONBOARDING_STATUS_SPELLINGS);

/// What configures a machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ManagedBy {
    /// `Unknown`.
    Unknown,
    /// `Intune`.
    Intune,
    /// `SystemCenterConfigurationManager`.
    SystemCenterConfigurationManager,
    /// `MicrosoftDefenderForEndpoint`.
    MicrosoftDefenderForEndpoint,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl ManagedBy {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Unknown,
        Self::Intune,
        Self::SystemCenterConfigurationManager,
        Self::MicrosoftDefenderForEndpoint,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "Unknown",
            Self::Intune => "Intune",
            Self::SystemCenterConfigurationManager => "SystemCenterConfigurationManager",
            Self::MicrosoftDefenderForEndpoint => "MicrosoftDefenderForEndpoint",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const MANAGED_BY_SPELLINGS: &[(&str, ManagedBy)] = &[
    ("Unknown", ManagedBy::Unknown),
    ("Intune", ManagedBy::Intune),
    (
        "SystemCenterConfigurationManager",
        ManagedBy::SystemCenterConfigurationManager,
    ),
    (
        "MicrosoftDefenderForEndpoint",
        ManagedBy::MicrosoftDefenderForEndpoint,
    ),
];

open_enum!(ManagedBy, MANAGED_BY_SPELLINGS);

/// Whether a machine's configuration works.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ManagedByStatus {
    /// `Unknown`.
    Unknown,
    /// `Success`.
    Success,
    /// `Error`.
    Error,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl ManagedByStatus {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[Self::Unknown, Self::Success, Self::Error];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "Unknown",
            Self::Success => "Success",
            Self::Error => "Error",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const MANAGED_BY_STATUS_SPELLINGS: &[(&str, ManagedByStatus)] = &[
    ("Unknown", ManagedByStatus::Unknown),
    ("Success", ManagedByStatus::Success),
    ("Error", ManagedByStatus::Error),
];

open_enum!(ManagedByStatus, MANAGED_BY_STATUS_SPELLINGS);

/// Why a machine is left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExclusionReason {
    /// `Other`.
    Other,
    /// `InactiveDevice`.
    InactiveDevice,
    /// `DuplicateDevice`.
    DuplicateDevice,
    /// `DeviceDoesNotExist`.
    DeviceDoesNotExist,
    /// `DeviceOutOfScope`.
    DeviceOutOfScope,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl ExclusionReason {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Other,
        Self::InactiveDevice,
        Self::DuplicateDevice,
        Self::DeviceDoesNotExist,
        Self::DeviceOutOfScope,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other => "Other",
            Self::InactiveDevice => "InactiveDevice",
            Self::DuplicateDevice => "DuplicateDevice",
            Self::DeviceDoesNotExist => "DeviceDoesNotExist",
            Self::DeviceOutOfScope => "DeviceOutOfScope",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const EXCLUSION_REASON_SPELLINGS: &[(&str, ExclusionReason)] = &[
    ("Other", ExclusionReason::Other),
    ("InactiveDevice", ExclusionReason::InactiveDevice),
    ("DuplicateDevice", ExclusionReason::DuplicateDevice),
    ("DeviceDoesNotExist", ExclusionReason::DeviceDoesNotExist),
    ("DeviceOutOfScope", ExclusionReason::DeviceOutOfScope),
];

open_enum!(ExclusionReason, EXCLUSION_REASON_SPELLINGS);

/// The type of a network interface.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IpInterfaceType {
    /// `Unknown`.
    Unknown,
    /// `Other`.
    Other,
    /// `Ethernet`.
    Ethernet,
    /// `TokenRing`.
    TokenRing,
    /// `PPP`.
    Ppp,
    /// `SoftwareLoopback`.
    SoftwareLoopback,
    /// `ATM`.
    Atm,
    /// `IEEE80211`.
    Ieee80211,
    /// `Tunnel`.
    Tunnel,
    /// `IEEE1394`.
    Ieee1394,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl IpInterfaceType {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Unknown,
        Self::Other,
        Self::Ethernet,
        Self::TokenRing,
        Self::Ppp,
        Self::SoftwareLoopback,
        Self::Atm,
        Self::Ieee80211,
        Self::Tunnel,
        Self::Ieee1394,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "Unknown",
            Self::Other => "Other",
            Self::Ethernet => "Ethernet",
            Self::TokenRing => "TokenRing",
            Self::Ppp => "PPP",
            Self::SoftwareLoopback => "SoftwareLoopback",
            Self::Atm => "ATM",
            Self::Ieee80211 => "IEEE80211",
            Self::Tunnel => "Tunnel",
            Self::Ieee1394 => "IEEE1394",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const IP_INTERFACE_TYPE_SPELLINGS: &[(&str, IpInterfaceType)] = &[
    ("Unknown", IpInterfaceType::Unknown),
    ("Other", IpInterfaceType::Other),
    ("Ethernet", IpInterfaceType::Ethernet),
    ("TokenRing", IpInterfaceType::TokenRing),
    ("PPP", IpInterfaceType::Ppp),
    ("SoftwareLoopback", IpInterfaceType::SoftwareLoopback),
    ("ATM", IpInterfaceType::Atm),
    ("IEEE80211", IpInterfaceType::Ieee80211),
    ("Tunnel", IpInterfaceType::Tunnel),
    ("IEEE1394", IpInterfaceType::Ieee1394),
];

open_enum!(IpInterfaceType, IP_INTERFACE_TYPE_SPELLINGS);

/// Whether a network interface works.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IpOperationalStatus {
    /// `Up`.
    Up,
    /// `Down`.
    Down,
    /// `Testing`.
    Testing,
    /// `Unknown`.
    Unknown,
    /// `Dormant`.
    Dormant,
    /// `Present`.
    Present,
    /// `LowerLayerDown`.
    LowerLayerDown,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl IpOperationalStatus {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Up,
        Self::Down,
        Self::Testing,
        Self::Unknown,
        Self::Dormant,
        Self::Present,
        Self::LowerLayerDown,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Up => "Up",
            Self::Down => "Down",
            Self::Testing => "Testing",
            Self::Unknown => "Unknown",
            Self::Dormant => "Dormant",
            Self::Present => "Present",
            Self::LowerLayerDown => "LowerLayerDown",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const IP_OPERATIONAL_STATUS_SPELLINGS: &[(&str, IpOperationalStatus)] = &[
    ("Up", IpOperationalStatus::Up),
    ("Down", IpOperationalStatus::Down),
    ("Testing", IpOperationalStatus::Testing),
    ("Unknown", IpOperationalStatus::Unknown),
    ("Dormant", IpOperationalStatus::Dormant),
    ("Present", IpOperationalStatus::Present),
    ("LowerLayerDown", IpOperationalStatus::LowerLayerDown),
];

open_enum!(IpOperationalStatus, IP_OPERATIONAL_STATUS_SPELLINGS);

/// Whose cloud a virtual machine is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloudProvider {
    /// `Unknown`.
    Unknown,
    /// `Azure`.
    Azure,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl CloudProvider {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[Self::Unknown, Self::Azure];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "Unknown",
            Self::Azure => "Azure",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const CLOUD_PROVIDER_SPELLINGS: &[(&str, CloudProvider)] = &[
    ("Unknown", CloudProvider::Unknown),
    ("Azure", CloudProvider::Azure),
];

open_enum!(CloudProvider, CLOUD_PROVIDER_SPELLINGS);
