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

/// How far a machine action got.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ActionStatus {
    /// `Pending`: The machine has not picked it up.
    Pending,
    /// `Cancelled`: It was cancelled; the command may all the same have finished.
    Cancelled,
    /// `TimeOut`: The machine did not pick it up in time.
    TimeOut,
    /// `Failed`: The machine reported that it failed.
    Failed,
    /// `InProgress`: The machine is at it.
    InProgress,
    /// `Succeeded`: The machine reported that it is done.
    Succeeded,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl ActionStatus {
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "Pending",
            Self::Cancelled => "Cancelled",
            Self::TimeOut => "TimeOut",
            Self::Failed => "Failed",
            Self::InProgress => "InProgress",
            Self::Succeeded => "Succeeded",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const ACTION_STATUS_SPELLINGS: &[(&str, ActionStatus)] = &[
    ("Pending", ActionStatus::Pending),
    ("Cancelled", ActionStatus::Cancelled),
    ("TimeOut", ActionStatus::TimeOut),
    ("Failed", ActionStatus::Failed),
    ("InProgress", ActionStatus::InProgress),
    ("Succeeded", ActionStatus::Succeeded),
    ("Canceled", ActionStatus::Cancelled),
];

open_enum!(ActionStatus, ACTION_STATUS_SPELLINGS);

/// What a machine action does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ActionType {
    /// `Unknown`.
    Unknown,
    /// `RequestSample`.
    RequestSample,
    /// `Block`.
    Block,
    /// `RunAntiVirusScan`.
    RunAntiVirusScan,
    /// `Offboard`.
    Offboard,
    /// `RegenerateId`.
    RegenerateId,
    /// `CollectInvestigationPackage`.
    CollectInvestigationPackage,
    /// `Isolate`.
    Isolate,
    /// `Unisolate`.
    Unisolate,
    /// `StopAndQuarantineFile`.
    StopAndQuarantineFile,
    /// `RestrictCodeExecution`.
    RestrictCodeExecution,
    /// `UnrestrictCodeExecution`.
    UnrestrictCodeExecution,
    /// `LiveResponse`.
    LiveResponse,
    /// `Troubleshoot`.
    Troubleshoot,
    /// `LogsCollection`.
    LogsCollection,
    /// `TokenRefresh`.
    TokenRefresh,
    /// `EndpointConfigManagementCheckin`.
    EndpointConfigManagementCheckin,
    /// `EnableActiveDirectoryUser`.
    EnableActiveDirectoryUser,
    /// `DisableActiveDirectoryUser`.
    DisableActiveDirectoryUser,
    /// `ResetPasswordActiveDirectoryUser`.
    ResetPasswordActiveDirectoryUser,
    /// `ImmuneActiveDirectoryCustomPlaybook`.
    ImmuneActiveDirectoryCustomPlaybook,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl ActionType {
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "Unknown",
            Self::RequestSample => "RequestSample",
            Self::Block => "Block",
            Self::RunAntiVirusScan => "RunAntiVirusScan",
            Self::Offboard => "Offboard",
            Self::RegenerateId => "RegenerateId",
            Self::CollectInvestigationPackage => "CollectInvestigationPackage",
            Self::Isolate => "Isolate",
            Self::Unisolate => "Unisolate",
            Self::StopAndQuarantineFile => "StopAndQuarantineFile",
            Self::RestrictCodeExecution => "RestrictCodeExecution",
            Self::UnrestrictCodeExecution => "UnrestrictCodeExecution",
            Self::LiveResponse => "LiveResponse",
            Self::Troubleshoot => "Troubleshoot",
            Self::LogsCollection => "LogsCollection",
            Self::TokenRefresh => "TokenRefresh",
            Self::EndpointConfigManagementCheckin => "EndpointConfigManagementCheckin",
            Self::EnableActiveDirectoryUser => "EnableActiveDirectoryUser",
            Self::DisableActiveDirectoryUser => "DisableActiveDirectoryUser",
            Self::ResetPasswordActiveDirectoryUser => "ResetPasswordActiveDirectoryUser",
            Self::ImmuneActiveDirectoryCustomPlaybook => "ImmuneActiveDirectoryCustomPlaybook",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const ACTION_TYPE_SPELLINGS: &[(&str, ActionType)] = &[
    ("Unknown", ActionType::Unknown),
    ("RequestSample", ActionType::RequestSample),
    ("Block", ActionType::Block),
    ("RunAntiVirusScan", ActionType::RunAntiVirusScan),
    ("Offboard", ActionType::Offboard),
    ("RegenerateId", ActionType::RegenerateId),
    (
        "CollectInvestigationPackage",
        ActionType::CollectInvestigationPackage,
    ),
    ("Isolate", ActionType::Isolate),
    ("Unisolate", ActionType::Unisolate),
    ("StopAndQuarantineFile", ActionType::StopAndQuarantineFile),
    ("RestrictCodeExecution", ActionType::RestrictCodeExecution),
    (
        "UnrestrictCodeExecution",
        ActionType::UnrestrictCodeExecution,
    ),
    ("LiveResponse", ActionType::LiveResponse),
    ("Troubleshoot", ActionType::Troubleshoot),
    ("LogsCollection", ActionType::LogsCollection),
    ("TokenRefresh", ActionType::TokenRefresh),
    (
        "EndpointConfigManagementCheckin",
        ActionType::EndpointConfigManagementCheckin,
    ),
    (
        "EnableActiveDirectoryUser",
        ActionType::EnableActiveDirectoryUser,
    ),
    (
        "DisableActiveDirectoryUser",
        ActionType::DisableActiveDirectoryUser,
    ),
    (
        "ResetPasswordActiveDirectoryUser",
        ActionType::ResetPasswordActiveDirectoryUser,
    ),
    (
        "ImmuneActiveDirectoryCustomPlaybook",
        ActionType::ImmuneActiveDirectoryCustomPlaybook,
    ),
    ("Live Response", ActionType::LiveResponse),
];

open_enum!(ActionType, ACTION_TYPE_SPELLINGS);

/// By which way an action was asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestSource {
    /// `Unspecified`.
    Unspecified,
    /// `PublicApi`.
    PublicApi,
    /// `Portal`.
    Portal,
    /// `MCAS`.
    Mcas,
    /// `TVM`.
    Tvm,
    /// `CustomDetection`.
    CustomDetection,
    /// `BulkAction`.
    BulkAction,
    /// `ISG`.
    Isg,
    /// `NDR`.
    Ndr,
    /// `EndpointConfigManagement`.
    EndpointConfigManagement,
    /// `IncidentTasks`.
    IncidentTasks,
    /// `MDI`.
    Mdi,
    /// `ActiveScan`.
    ActiveScan,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl RequestSource {
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unspecified => "Unspecified",
            Self::PublicApi => "PublicApi",
            Self::Portal => "Portal",
            Self::Mcas => "MCAS",
            Self::Tvm => "TVM",
            Self::CustomDetection => "CustomDetection",
            Self::BulkAction => "BulkAction",
            Self::Isg => "ISG",
            Self::Ndr => "NDR",
            Self::EndpointConfigManagement => "EndpointConfigManagement",
            Self::IncidentTasks => "IncidentTasks",
            Self::Mdi => "MDI",
            Self::ActiveScan => "ActiveScan",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const REQUEST_SOURCE_SPELLINGS: &[(&str, RequestSource)] = &[
    ("Unspecified", RequestSource::Unspecified),
    ("PublicApi", RequestSource::PublicApi),
    ("Portal", RequestSource::Portal),
    ("MCAS", RequestSource::Mcas),
    ("TVM", RequestSource::Tvm),
    ("CustomDetection", RequestSource::CustomDetection),
    ("BulkAction", RequestSource::BulkAction),
    ("ISG", RequestSource::Isg),
    ("NDR", RequestSource::Ndr),
    (
        "EndpointConfigManagement",
        RequestSource::EndpointConfigManagement,
    ),
    ("IncidentTasks", RequestSource::IncidentTasks),
    ("MDI", RequestSource::Mdi),
    ("ActiveScan", RequestSource::ActiveScan),
];

open_enum!(RequestSource, REQUEST_SOURCE_SPELLINGS);

/// Which hash names a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileIdentifierType {
    /// `Sha1`.
    Sha1,
    /// `Sha256`.
    Sha256,
    /// `Md5`.
    Md5,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl FileIdentifierType {
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Sha1 => "Sha1",
            Self::Sha256 => "Sha256",
            Self::Md5 => "Md5",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const FILE_IDENTIFIER_TYPE_SPELLINGS: &[(&str, FileIdentifierType)] = &[
    ("Sha1", FileIdentifierType::Sha1),
    ("Sha256", FileIdentifierType::Sha256),
    ("Md5", FileIdentifierType::Md5),
];

open_enum!(FileIdentifierType, FILE_IDENTIFIER_TYPE_SPELLINGS);

/// How far a live response command got.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommandStatus {
    /// `Created`.
    Created,
    /// `Submitted`.
    Submitted,
    /// `Executing`.
    Executing,
    /// `PendingResource`.
    PendingResource,
    /// `Completed`.
    Completed,
    /// `Failed`.
    Failed,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl CommandStatus {
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Created => "Created",
            Self::Submitted => "Submitted",
            Self::Executing => "Executing",
            Self::PendingResource => "PendingResource",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const COMMAND_STATUS_SPELLINGS: &[(&str, CommandStatus)] = &[
    ("Created", CommandStatus::Created),
    ("Submitted", CommandStatus::Submitted),
    ("Executing", CommandStatus::Executing),
    ("PendingResource", CommandStatus::PendingResource),
    ("Completed", CommandStatus::Completed),
    ("Failed", CommandStatus::Failed),
];

open_enum!(CommandStatus, COMMAND_STATUS_SPELLINGS);

/// What a live response command does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommandType {
    /// `PutFile`.
    PutFile,
    /// `GetFile`.
    GetFile,
    /// `RunScript`.
    RunScript,
    /// `RunPowerShell`.
    RunPowerShell,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl CommandType {
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::PutFile => "PutFile",
            Self::GetFile => "GetFile",
            Self::RunScript => "RunScript",
            Self::RunPowerShell => "RunPowerShell",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const COMMAND_TYPE_SPELLINGS: &[(&str, CommandType)] = &[
    ("PutFile", CommandType::PutFile),
    ("GetFile", CommandType::GetFile),
    ("RunScript", CommandType::RunScript),
    ("RunPowerShell", CommandType::RunPowerShell),
];

open_enum!(CommandType, COMMAND_TYPE_SPELLINGS);

/// The name of a live response command's parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommandParameterKey {
    /// `FileName`.
    FileName,
    /// `Args`.
    Args,
    /// `Path`.
    Path,
    /// `ScriptName`.
    ScriptName,
    /// `IsExternalSource`.
    IsExternalSource,
    /// `FileUri`.
    FileUri,
    /// `ScriptHash`.
    ScriptHash,
    /// `ScriptSource`.
    ScriptSource,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl CommandParameterKey {
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::FileName => "FileName",
            Self::Args => "Args",
            Self::Path => "Path",
            Self::ScriptName => "ScriptName",
            Self::IsExternalSource => "IsExternalSource",
            Self::FileUri => "FileUri",
            Self::ScriptHash => "ScriptHash",
            Self::ScriptSource => "ScriptSource",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const COMMAND_PARAMETER_KEY_SPELLINGS: &[(&str, CommandParameterKey)] = &[
    ("FileName", CommandParameterKey::FileName),
    ("Args", CommandParameterKey::Args),
    ("Path", CommandParameterKey::Path),
    ("ScriptName", CommandParameterKey::ScriptName),
    ("IsExternalSource", CommandParameterKey::IsExternalSource),
    ("FileUri", CommandParameterKey::FileUri),
    ("ScriptHash", CommandParameterKey::ScriptHash),
    ("ScriptSource", CommandParameterKey::ScriptSource),
];

open_enum!(CommandParameterKey, COMMAND_PARAMETER_KEY_SPELLINGS);

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

/// What the service thinks of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeterminationType {
    /// `Unknown`.
    Unknown,
    /// `Malware`.
    Malware,
    /// `Unwanted`.
    Unwanted,
    /// `Clean`.
    Clean,
    /// `Pua`.
    Pua,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl DeterminationType {
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "Unknown",
            Self::Malware => "Malware",
            Self::Unwanted => "Unwanted",
            Self::Clean => "Clean",
            Self::Pua => "Pua",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const DETERMINATION_TYPE_SPELLINGS: &[(&str, DeterminationType)] = &[
    ("Unknown", DeterminationType::Unknown),
    ("Malware", DeterminationType::Malware),
    ("Unwanted", DeterminationType::Unwanted),
    ("Clean", DeterminationType::Clean),
    ("Pua", DeterminationType::Pua),
];

open_enum!(DeterminationType, DETERMINATION_TYPE_SPELLINGS);

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
