// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Open enumerations: known values, and any other as it came.

use crate::open_enum::open_enum;

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
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Pending,
        Self::Cancelled,
        Self::TimeOut,
        Self::Failed,
        Self::InProgress,
        Self::Succeeded,
    ];
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
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Unknown,
        Self::RequestSample,
        Self::Block,
        Self::RunAntiVirusScan,
        Self::Offboard,
        Self::RegenerateId,
        Self::CollectInvestigationPackage,
        Self::Isolate,
        Self::Unisolate,
        Self::StopAndQuarantineFile,
        Self::RestrictCodeExecution,
        Self::UnrestrictCodeExecution,
        Self::LiveResponse,
        Self::Troubleshoot,
        Self::LogsCollection,
        Self::TokenRefresh,
        Self::EndpointConfigManagementCheckin,
        Self::EnableActiveDirectoryUser,
        Self::DisableActiveDirectoryUser,
        Self::ResetPasswordActiveDirectoryUser,
        Self::ImmuneActiveDirectoryCustomPlaybook,
    ];
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
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Unspecified,
        Self::PublicApi,
        Self::Portal,
        Self::Mcas,
        Self::Tvm,
        Self::CustomDetection,
        Self::BulkAction,
        Self::Isg,
        Self::Ndr,
        Self::EndpointConfigManagement,
        Self::IncidentTasks,
        Self::Mdi,
        Self::ActiveScan,
    ];
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
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[Self::Sha1, Self::Sha256, Self::Md5];
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
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Created,
        Self::Submitted,
        Self::Executing,
        Self::PendingResource,
        Self::Completed,
        Self::Failed,
    ];
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
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::PutFile,
        Self::GetFile,
        Self::RunScript,
        Self::RunPowerShell,
    ];
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
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::FileName,
        Self::Args,
        Self::Path,
        Self::ScriptName,
        Self::IsExternalSource,
        Self::FileUri,
        Self::ScriptHash,
        Self::ScriptSource,
    ];
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

/// An action, told apart more finely than a machine action's type, and with spellings of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FullActionType {
    /// `Unknown`.
    Unknown,
    /// `FullIsolation`.
    FullIsolation,
    /// `SelectiveIsolation`.
    SelectiveIsolation,
    /// `RunAntiVirusScan`.
    RunAntiVirusScan,
    /// `CollectInvestigationPackage`.
    CollectInvestigationPackage,
    /// `StopAndQuarantineFile`.
    StopAndQuarantineFile,
    /// `RestrictCodeExecution`.
    RestrictCodeExecution,
    /// `InitiateInvestigation`.
    InitiateInvestigation,
    /// `OffBoard`.
    OffBoard,
    /// `LiveResponse`.
    LiveResponse,
    /// `Troubleshoot`.
    Troubleshoot,
    /// `LogsCollection`.
    LogsCollection,
    /// `UnManagedDeviceIsolation`.
    UnManagedDeviceIsolation,
    /// `TokenRefresh`.
    TokenRefresh,
    /// `RegenerateId`.
    RegenerateId,
    /// `EnableActiveDirectoryUser`.
    EnableActiveDirectoryUser,
    /// `DisableActiveDirectoryUser`.
    DisableActiveDirectoryUser,
    /// `ResetPasswordActiveDirectoryUser`.
    ResetPasswordActiveDirectoryUser,
    /// `ImmuneActiveDirectoryCustomPlaybook`.
    ImmuneActiveDirectoryCustomPlaybook,
    /// `Unisolation`.
    Unisolation,
    /// `UnrestrictCodeExecution`.
    UnrestrictCodeExecution,
    /// `UnManagedDeviceUnisolation`.
    UnManagedDeviceUnisolation,
    /// `LiveResponsePortal`.
    LiveResponsePortal,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl FullActionType {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Unknown,
        Self::FullIsolation,
        Self::SelectiveIsolation,
        Self::RunAntiVirusScan,
        Self::CollectInvestigationPackage,
        Self::StopAndQuarantineFile,
        Self::RestrictCodeExecution,
        Self::InitiateInvestigation,
        Self::OffBoard,
        Self::LiveResponse,
        Self::Troubleshoot,
        Self::LogsCollection,
        Self::UnManagedDeviceIsolation,
        Self::TokenRefresh,
        Self::RegenerateId,
        Self::EnableActiveDirectoryUser,
        Self::DisableActiveDirectoryUser,
        Self::ResetPasswordActiveDirectoryUser,
        Self::ImmuneActiveDirectoryCustomPlaybook,
        Self::Unisolation,
        Self::UnrestrictCodeExecution,
        Self::UnManagedDeviceUnisolation,
        Self::LiveResponsePortal,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "Unknown",
            Self::FullIsolation => "FullIsolation",
            Self::SelectiveIsolation => "SelectiveIsolation",
            Self::RunAntiVirusScan => "RunAntiVirusScan",
            Self::CollectInvestigationPackage => "CollectInvestigationPackage",
            Self::StopAndQuarantineFile => "StopAndQuarantineFile",
            Self::RestrictCodeExecution => "RestrictCodeExecution",
            Self::InitiateInvestigation => "InitiateInvestigation",
            Self::OffBoard => "OffBoard",
            Self::LiveResponse => "LiveResponse",
            Self::Troubleshoot => "Troubleshoot",
            Self::LogsCollection => "LogsCollection",
            Self::UnManagedDeviceIsolation => "UnManagedDeviceIsolation",
            Self::TokenRefresh => "TokenRefresh",
            Self::RegenerateId => "RegenerateId",
            Self::EnableActiveDirectoryUser => "EnableActiveDirectoryUser",
            Self::DisableActiveDirectoryUser => "DisableActiveDirectoryUser",
            Self::ResetPasswordActiveDirectoryUser => "ResetPasswordActiveDirectoryUser",
            Self::ImmuneActiveDirectoryCustomPlaybook => "ImmuneActiveDirectoryCustomPlaybook",
            Self::Unisolation => "Unisolation",
            Self::UnrestrictCodeExecution => "UnrestrictCodeExecution",
            Self::UnManagedDeviceUnisolation => "UnManagedDeviceUnisolation",
            Self::LiveResponsePortal => "LiveResponsePortal",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const FULL_ACTION_TYPE_SPELLINGS: &[(&str, FullActionType)] = &[
    ("Unknown", FullActionType::Unknown),
    ("FullIsolation", FullActionType::FullIsolation),
    ("SelectiveIsolation", FullActionType::SelectiveIsolation),
    ("RunAntiVirusScan", FullActionType::RunAntiVirusScan),
    (
        "CollectInvestigationPackage",
        FullActionType::CollectInvestigationPackage,
    ),
    (
        "StopAndQuarantineFile",
        FullActionType::StopAndQuarantineFile,
    ),
    (
        "RestrictCodeExecution",
        FullActionType::RestrictCodeExecution,
    ),
    (
        "InitiateInvestigation",
        FullActionType::InitiateInvestigation,
    ),
    ("OffBoard", FullActionType::OffBoard),
    ("LiveResponse", FullActionType::LiveResponse),
    ("Troubleshoot", FullActionType::Troubleshoot),
    ("LogsCollection", FullActionType::LogsCollection),
    (
        "UnManagedDeviceIsolation",
        FullActionType::UnManagedDeviceIsolation,
    ),
    ("TokenRefresh", FullActionType::TokenRefresh),
    ("RegenerateId", FullActionType::RegenerateId),
    (
        "EnableActiveDirectoryUser",
        FullActionType::EnableActiveDirectoryUser,
    ),
    (
        "DisableActiveDirectoryUser",
        FullActionType::DisableActiveDirectoryUser,
    ),
    (
        "ResetPasswordActiveDirectoryUser",
        FullActionType::ResetPasswordActiveDirectoryUser,
    ),
    (
        "ImmuneActiveDirectoryCustomPlaybook",
        FullActionType::ImmuneActiveDirectoryCustomPlaybook,
    ),
    ("Unisolation", FullActionType::Unisolation),
    (
        "UnrestrictCodeExecution",
        FullActionType::UnrestrictCodeExecution,
    ),
    (
        "UnManagedDeviceUnisolation",
        FullActionType::UnManagedDeviceUnisolation,
    ),
    ("LiveResponsePortal", FullActionType::LiveResponsePortal),
];

open_enum!(FullActionType, FULL_ACTION_TYPE_SPELLINGS);
