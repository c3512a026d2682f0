// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Operations: method, path, permissions, limits, idempotency.

use super::limits;
use crate::operation::{AnyOf, Idempotency, Method, OperationInfo, QueryOption};

/// Every operation that needs a token.
pub static OPERATIONS: &[&OperationInfo] = &[
    &STOP_AND_QUARANTINE_FILE,
    #[cfg(feature = "extension")]
    &RESTORE_FILE,
    &ISOLATE,
    &UNISOLATE,
    &RESTRICT_CODE_EXECUTION,
    &UNRESTRICT_CODE_EXECUTION,
    &RUN_ANTI_VIRUS_SCAN,
    &COLLECT_INVESTIGATION_PACKAGE,
    #[cfg(feature = "high-risk")]
    &OFFBOARD,
    #[cfg(feature = "high-risk")]
    &RUN_LIVE_RESPONSE,
    &LIST_MACHINE_ACTIONS,
    &GET_MACHINE_ACTION,
    #[cfg(feature = "extension")]
    &GET_ACTION_RESULT,
    &CANCEL_MACHINE_ACTION,
    &GET_PACKAGE_URI,
    #[cfg(feature = "high-risk")]
    &GET_LIVE_RESPONSE_RESULT,
    &LIST_MACHINES,
    &GET_MACHINE,
    &FIND_MACHINES_BY_IP,
    &FIND_MACHINES_BY_TAG,
    &LIST_ACTIONS_OF_MACHINE,
    &LIST_LATEST_ACTIONS_OF_MACHINE,
    &LIST_AVAILABLE_MACHINE_ACTIONS,
    &GET_FILE,
    &LIST_FILE_MACHINES,
    &LIST_FILE_ALERTS,
    &GET_FILE_STATS,
    &SUBMIT_INDICATOR,
    &LIST_INDICATORS,
    &DELETE_INDICATOR,
];

/// StopAndQuarantineFile: Stop the execution of a file on a machine and take the file away.
pub static STOP_AND_QUARANTINE_FILE: OperationInfo = OperationInfo {
    name: "StopAndQuarantineFile",
    summary: "Stop the execution of a file on a machine and take the file away.",
    method: Method::Post,
    path: "/api/machines/{machineId}/StopAndQuarantineFile",
    success: 201u16,
    idempotency: Idempotency::NotIdempotent,
    application: &[
        AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"]),
        AnyOf(&["Machine.StopAndQuarantine"]),
    ],
    delegated: &[AnyOf(&["Machine.StopAndQuarantine"])],
    role: Some("Active remediation actions"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: true,
    documentation: Some(
        "https://learn.microsoft.com/defender-endpoint/api/stop-and-quarantine-file",
    ),
};

/// RestoreFile: Put back a file that was quarantined; an extension of quell's own server.
#[cfg(feature = "extension")]
pub static RESTORE_FILE: OperationInfo = OperationInfo {
    name: "RestoreFile",
    summary: "Put back a file that was quarantined; an extension of quell's own server.",
    method: Method::Post,
    path: "/quell/v1/machines/{machineId}/restore",
    success: 201u16,
    idempotency: Idempotency::NotIdempotent,
    application: &[AnyOf(&["Quell.Machine.Restore"])],
    delegated: &[AnyOf(&["Quell.Machine.Restore"])],
    role: None,
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: true,
    documentation: None,
};

/// Isolate: Cut a machine off from the network.
pub static ISOLATE: OperationInfo = OperationInfo {
    name: "Isolate",
    summary: "Cut a machine off from the network.",
    method: Method::Post,
    path: "/api/machines/{machineId}/isolate",
    success: 201u16,
    idempotency: Idempotency::NotIdempotent,
    application: &[AnyOf(&["Machine.Isolate"])],
    delegated: &[AnyOf(&["Machine.Isolate"])],
    role: Some("Active remediation actions"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: true,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/isolate-machine"),
};

/// Unisolate: Let an isolated machine back into the network.
pub static UNISOLATE: OperationInfo = OperationInfo {
    name: "Unisolate",
    summary: "Let an isolated machine back into the network.",
    method: Method::Post,
    path: "/api/machines/{machineId}/unisolate",
    success: 201u16,
    idempotency: Idempotency::NotIdempotent,
    application: &[AnyOf(&["Machine.Isolate"])],
    delegated: &[AnyOf(&["Machine.Isolate"])],
    role: Some("Active remediation actions"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: true,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/unisolate-machine"),
};

/// RestrictCodeExecution: Let a machine run nothing but programs that Microsoft signed.
pub static RESTRICT_CODE_EXECUTION: OperationInfo = OperationInfo {
    name: "RestrictCodeExecution",
    summary: "Let a machine run nothing but programs that Microsoft signed.",
    method: Method::Post,
    path: "/api/machines/{machineId}/restrictCodeExecution",
    success: 201u16,
    idempotency: Idempotency::NotIdempotent,
    application: &[AnyOf(&["Machine.RestrictExecution"])],
    delegated: &[AnyOf(&["Machine.RestrictExecution"])],
    role: Some("Active remediation actions"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: true,
    documentation: Some(
        "https://learn.microsoft.com/defender-endpoint/api/restrict-code-execution",
    ),
};

/// UnrestrictCodeExecution: Let a restricted machine run any program again.
pub static UNRESTRICT_CODE_EXECUTION: OperationInfo = OperationInfo {
    name: "UnrestrictCodeExecution",
    summary: "Let a restricted machine run any program again.",
    method: Method::Post,
    path: "/api/machines/{machineId}/unrestrictCodeExecution",
    success: 201u16,
    idempotency: Idempotency::NotIdempotent,
    application: &[AnyOf(&["Machine.RestrictExecution"])],
    delegated: &[AnyOf(&["Machine.RestrictExecution"])],
    role: Some("Active remediation actions"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: true,
    documentation: Some(
        "https://learn.microsoft.com/defender-endpoint/api/unrestrict-code-execution",
    ),
};

/// RunAntiVirusScan: Have a machine scan itself.
pub static RUN_ANTI_VIRUS_SCAN: OperationInfo = OperationInfo {
    name: "RunAntiVirusScan",
    summary: "Have a machine scan itself.",
    method: Method::Post,
    path: "/api/machines/{machineId}/runAntiVirusScan",
    success: 201u16,
    idempotency: Idempotency::NotIdempotent,
    application: &[AnyOf(&["Machine.Scan"])],
    delegated: &[AnyOf(&["Machine.Scan"])],
    role: Some("Active remediation actions"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: true,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/run-av-scan"),
};

/// CollectInvestigationPackage: Have a machine collect what an investigation needs.
pub static COLLECT_INVESTIGATION_PACKAGE: OperationInfo = OperationInfo {
    name: "CollectInvestigationPackage",
    summary: "Have a machine collect what an investigation needs.",
    method: Method::Post,
    path: "/api/machines/{machineId}/collectInvestigationPackage",
    success: 201u16,
    idempotency: Idempotency::NotIdempotent,
    application: &[AnyOf(&["Machine.CollectForensics"])],
    delegated: &[AnyOf(&["Machine.CollectForensics"])],
    role: Some("Alerts investigation"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: true,
    documentation: Some(
        "https://learn.microsoft.com/defender-endpoint/api/collect-investigation-package",
    ),
};

/// Offboard: Take a machine out of the service; it is then neither seen nor protected by it.
#[cfg(feature = "high-risk")]
pub static OFFBOARD: OperationInfo = OperationInfo {
    name: "Offboard",
    summary: "Take a machine out of the service; it is then neither seen nor protected by it.",
    method: Method::Post,
    path: "/api/machines/{machineId}/offboard",
    success: 201u16,
    idempotency: Idempotency::NotIdempotent,
    application: &[AnyOf(&["Machine.Offboard"])],
    delegated: &[AnyOf(&["Machine.Offboard"])],
    role: Some("Active remediation actions"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: true,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/offboard-machine-api"),
};

/// RunLiveResponse: Run commands on a machine.
#[cfg(feature = "high-risk")]
pub static RUN_LIVE_RESPONSE: OperationInfo = OperationInfo {
    name: "RunLiveResponse",
    summary: "Run commands on a machine.",
    method: Method::Post,
    path: "/api/machines/{machineId}/runliveresponse",
    success: 201u16,
    idempotency: Idempotency::NotIdempotent,
    application: &[AnyOf(&["Machine.LiveResponse"])],
    delegated: &[AnyOf(&["Machine.LiveResponse"])],
    role: None,
    rate: &limits::LIVE_RESPONSE,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: true,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/run-live-response"),
};

/// ListMachineActions: List machine actions.
pub static LIST_MACHINE_ACTIONS: OperationInfo = OperationInfo {
    name: "ListMachineActions",
    summary: "List machine actions.",
    method: Method::Get,
    path: "/api/machineactions",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"])],
    delegated: &[AnyOf(&["Machine.Read", "Machine.ReadWrite"])],
    role: Some("View Data"),
    rate: &limits::STANDARD,
    entity: Some("MachineAction"),
    options: &[
        QueryOption::Filter,
        QueryOption::Top,
        QueryOption::Skip,
        QueryOption::OrderBy,
        QueryOption::Select,
        QueryOption::Count,
    ],
    filter: &[
        "id",
        "status",
        "machineId",
        "type",
        "requestor",
        "creationDateTimeUtc",
    ],
    cancelable: false,
    documentation: Some(
        "https://learn.microsoft.com/defender-endpoint/api/get-machineactions-collection",
    ),
};

/// GetMachineAction: Get one machine action.
pub static GET_MACHINE_ACTION: OperationInfo = OperationInfo {
    name: "GetMachineAction",
    summary: "Get one machine action.",
    method: Method::Get,
    path: "/api/machineactions/{actionId}",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"])],
    delegated: &[AnyOf(&["Machine.Read", "Machine.ReadWrite"])],
    role: Some("View Data"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: Some(
        "https://learn.microsoft.com/defender-endpoint/api/get-machineaction-object",
    ),
};

/// GetActionResult: Get what a machine said of an action that has ended; an extension of quell's own server.
#[cfg(feature = "extension")]
pub static GET_ACTION_RESULT: OperationInfo = OperationInfo {
    name: "GetActionResult",
    summary: "Get what a machine said of an action that has ended; an extension of quell's own server.",
    method: Method::Get,
    path: "/quell/v1/machineactions/{actionId}/result",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"])],
    delegated: &[AnyOf(&["Machine.Read", "Machine.ReadWrite"])],
    role: Some("View Data"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: None,
};

/// CancelMachineAction: Cancel an action that has not ended.
pub static CANCEL_MACHINE_ACTION: OperationInfo = OperationInfo {
    name: "CancelMachineAction",
    summary: "Cancel an action that has not ended.",
    method: Method::Post,
    path: "/api/machineactions/{actionId}/cancel",
    success: 200u16,
    idempotency: Idempotency::Idempotent,
    application: &[AnyOf(&[
        "Machine.Isolate",
        "Machine.CollectForensics",
        "Machine.Scan",
        "Machine.RestrictExecution",
        "Machine.StopAndQuarantine",
        "Machine.Offboard",
        "Machine.LiveResponse",
    ])],
    delegated: &[AnyOf(&[
        "Machine.Isolate",
        "Machine.CollectForensics",
        "Machine.Scan",
        "Machine.RestrictExecution",
        "Machine.StopAndQuarantine",
        "Machine.Offboard",
        "Machine.LiveResponse",
    ])],
    role: Some("Active remediation actions"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/cancel-machine-action"),
};

/// GetPackageUri: Get where a collected investigation package can be downloaded; refused until it is complete.
pub static GET_PACKAGE_URI: OperationInfo = OperationInfo {
    name: "GetPackageUri",
    summary: "Get where a collected investigation package can be downloaded; refused until it is complete.",
    method: Method::Get,
    path: "/api/machineactions/{actionId}/getPackageUri",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"])],
    delegated: &[AnyOf(&["Machine.CollectForensics"])],
    role: Some("Alerts investigation"),
    rate: &limits::PACKAGE_URI,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/get-package-sas-uri"),
};

/// GetLiveResponseResult: Get where the result of one command of a live response can be downloaded.
#[cfg(feature = "high-risk")]
pub static GET_LIVE_RESPONSE_RESULT: OperationInfo = OperationInfo {
    name: "GetLiveResponseResult",
    summary: "Get where the result of one command of a live response can be downloaded.",
    method: Method::Get,
    path: "/api/machineactions/{actionId}/GetLiveResponseResultDownloadLink(index={index})",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"])],
    delegated: &[AnyOf(&["Machine.LiveResponse"])],
    role: None,
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: Some(
        "https://learn.microsoft.com/defender-endpoint/api/get-live-response-result",
    ),
};

/// ListMachines: List machines seen within the retention period.
pub static LIST_MACHINES: OperationInfo = OperationInfo {
    name: "ListMachines",
    summary: "List machines seen within the retention period.",
    method: Method::Get,
    path: "/api/machines",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"])],
    delegated: &[AnyOf(&["Machine.Read", "Machine.ReadWrite"])],
    role: Some("View Data"),
    rate: &limits::STANDARD,
    entity: Some("Machine"),
    options: &[
        QueryOption::Filter,
        QueryOption::Top,
        QueryOption::Skip,
        QueryOption::OrderBy,
        QueryOption::Select,
        QueryOption::Count,
    ],
    filter: &[
        "computerDnsName",
        "id",
        "version",
        "deviceValue",
        "aadDeviceId",
        "machineTags",
        "lastSeen",
        "exposureLevel",
        "onboardingStatus",
        "lastIpAddress",
        "healthStatus",
        "osPlatform",
        "riskScore",
        "rbacGroupId",
    ],
    cancelable: false,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/get-machines"),
};

/// GetMachine: Get one machine by its id or by its DNS name.
pub static GET_MACHINE: OperationInfo = OperationInfo {
    name: "GetMachine",
    summary: "Get one machine by its id or by its DNS name.",
    method: Method::Get,
    path: "/api/machines/{machineId}",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"])],
    delegated: &[AnyOf(&["Machine.Read", "Machine.ReadWrite"])],
    role: Some("View Data"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/get-machine-by-id"),
};

/// FindMachinesByIp: List the machines that had an address within a quarter of an hour of a moment.
pub static FIND_MACHINES_BY_IP: OperationInfo = OperationInfo {
    name: "FindMachinesByIp",
    summary: "List the machines that had an address within a quarter of an hour of a moment.",
    method: Method::Get,
    path: "/api/machines/findbyip(ip='{ip}',timestamp={timestamp})",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"])],
    delegated: &[AnyOf(&["Machine.Read", "Machine.ReadWrite"])],
    role: Some("View Data"),
    rate: &limits::STANDARD,
    entity: Some("Machine"),
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/find-machines-by-ip"),
};

/// FindMachinesByTag: List the machines that have a tag.
pub static FIND_MACHINES_BY_TAG: OperationInfo = OperationInfo {
    name: "FindMachinesByTag",
    summary: "List the machines that have a tag.",
    method: Method::Get,
    path: "/api/machines/findbytag",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"])],
    delegated: &[AnyOf(&["Machine.Read", "Machine.ReadWrite"])],
    role: Some("View Data"),
    rate: &limits::STANDARD,
    entity: Some("Machine"),
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/find-machines-by-tag"),
};

/// ListActionsOfMachine: List the actions of one machine. Not documented.
pub static LIST_ACTIONS_OF_MACHINE: OperationInfo = OperationInfo {
    name: "ListActionsOfMachine",
    summary: "List the actions of one machine. Not documented.",
    method: Method::Get,
    path: "/api/machines/{machineId}/machineActions",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"])],
    delegated: &[AnyOf(&["Machine.Read", "Machine.ReadWrite"])],
    role: None,
    rate: &limits::STANDARD,
    entity: Some("MachineAction"),
    options: &[QueryOption::Filter, QueryOption::Top],
    filter: &[
        "id",
        "status",
        "machineId",
        "type",
        "requestor",
        "creationDateTimeUtc",
    ],
    cancelable: false,
    documentation: None,
};

/// ListLatestActionsOfMachine: List the latest actions of one machine. Not documented.
pub static LIST_LATEST_ACTIONS_OF_MACHINE: OperationInfo = OperationInfo {
    name: "ListLatestActionsOfMachine",
    summary: "List the latest actions of one machine. Not documented.",
    method: Method::Get,
    path: "/api/machines/{machineId}/latestMachineActions",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"])],
    delegated: &[AnyOf(&["Machine.Read", "Machine.ReadWrite"])],
    role: None,
    rate: &limits::STANDARD,
    entity: Some("MachineAction"),
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: None,
};

/// ListAvailableMachineActions: List what can be asked of one machine. Not documented.
pub static LIST_AVAILABLE_MACHINE_ACTIONS: OperationInfo = OperationInfo {
    name: "ListAvailableMachineActions",
    summary: "List what can be asked of one machine. Not documented.",
    method: Method::Get,
    path: "/api/machines/{machineId}/availableMachineActions",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"])],
    delegated: &[AnyOf(&["Machine.Read", "Machine.ReadWrite"])],
    role: None,
    rate: &limits::STANDARD,
    entity: Some("ActionAvailabilityStatus"),
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: None,
};

/// GetFile: Get what is known of a file, by its SHA-1 or its SHA-256.
pub static GET_FILE: OperationInfo = OperationInfo {
    name: "GetFile",
    summary: "Get what is known of a file, by its SHA-1 or its SHA-256.",
    method: Method::Get,
    path: "/api/files/{fileId}",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["File.Read.All"])],
    delegated: &[AnyOf(&["File.Read.All"])],
    role: Some("View Data"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/get-file-information"),
};

/// ListFileMachines: List the machines on which a file was seen; by SHA-1 alone, empty for an unknown file.
pub static LIST_FILE_MACHINES: OperationInfo = OperationInfo {
    name: "ListFileMachines",
    summary: "List the machines on which a file was seen; by SHA-1 alone, empty for an unknown file.",
    method: Method::Get,
    path: "/api/files/{fileId}/machines",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Machine.Read.All", "Machine.ReadWrite.All"])],
    delegated: &[AnyOf(&["Machine.Read", "Machine.ReadWrite"])],
    role: Some("View Data"),
    rate: &limits::STANDARD,
    entity: Some("Machine"),
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: Some(
        "https://learn.microsoft.com/defender-endpoint/api/get-file-related-machines",
    ),
};

/// ListFileAlerts: List the alerts about a file; by SHA-1 alone, empty for an unknown file.
pub static LIST_FILE_ALERTS: OperationInfo = OperationInfo {
    name: "ListFileAlerts",
    summary: "List the alerts about a file; by SHA-1 alone, empty for an unknown file.",
    method: Method::Get,
    path: "/api/files/{fileId}/alerts",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Alert.Read.All", "Alert.ReadWrite.All"])],
    delegated: &[AnyOf(&["Alert.Read", "Alert.ReadWrite"])],
    role: Some("View Data"),
    rate: &limits::STANDARD,
    entity: Some("Alert"),
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: Some(
        "https://learn.microsoft.com/defender-endpoint/api/get-file-related-alerts",
    ),
};

/// GetFileStats: Get on how many machines a file was seen, and when.
pub static GET_FILE_STATS: OperationInfo = OperationInfo {
    name: "GetFileStats",
    summary: "Get on how many machines a file was seen, and when.",
    method: Method::Get,
    path: "/api/files/{fileId}/stats",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["File.Read.All"])],
    delegated: &[AnyOf(&["File.Read.All"])],
    role: Some("View Data"),
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/get-file-statistics"),
};

/// SubmitIndicator: Make an indicator, or change the one of the same value.
pub static SUBMIT_INDICATOR: OperationInfo = OperationInfo {
    name: "SubmitIndicator",
    summary: "Make an indicator, or change the one of the same value.",
    method: Method::Post,
    path: "/api/indicators",
    success: 200u16,
    idempotency: Idempotency::Idempotent,
    application: &[AnyOf(&["Ti.ReadWrite", "Ti.ReadWrite.All"])],
    delegated: &[AnyOf(&["Ti.ReadWrite"])],
    role: None,
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: Some("https://learn.microsoft.com/defender-endpoint/api/post-ti-indicator"),
};

/// ListIndicators: List the indicators that are active.
pub static LIST_INDICATORS: OperationInfo = OperationInfo {
    name: "ListIndicators",
    summary: "List the indicators that are active.",
    method: Method::Get,
    path: "/api/indicators",
    success: 200u16,
    idempotency: Idempotency::Safe,
    application: &[AnyOf(&["Ti.ReadWrite", "Ti.ReadWrite.All"])],
    delegated: &[AnyOf(&["Ti.ReadWrite"])],
    role: None,
    rate: &limits::STANDARD,
    entity: Some("Indicator"),
    options: &[QueryOption::Filter, QueryOption::Top, QueryOption::Skip],
    filter: &[
        "application",
        "createdByDisplayName",
        "expirationTime",
        "generateAlert",
        "title",
        "rbacGroupNames",
        "rbacGroupIds",
        "indicatorValue",
        "indicatorType",
        "creationTimeDateTimeUtc",
        "createdBy",
        "action",
        "severity",
    ],
    cancelable: false,
    documentation: Some(
        "https://learn.microsoft.com/defender-endpoint/api/get-ti-indicators-collection",
    ),
};

/// DeleteIndicator: Delete an indicator.
pub static DELETE_INDICATOR: OperationInfo = OperationInfo {
    name: "DeleteIndicator",
    summary: "Delete an indicator.",
    method: Method::Delete,
    path: "/api/indicators/{indicatorId}",
    success: 204u16,
    idempotency: Idempotency::Idempotent,
    application: &[AnyOf(&["Ti.ReadWrite", "Ti.ReadWrite.All"])],
    delegated: &[AnyOf(&["Ti.ReadWrite"])],
    role: None,
    rate: &limits::STANDARD,
    entity: None,
    options: &[],
    filter: &[],
    cancelable: false,
    documentation: Some(
        "https://learn.microsoft.com/defender-endpoint/api/delete-ti-indicator-by-id",
    ),
};
