// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Operations: method, path, permissions, limits, idempotency.

use super::limits;
use crate::operation::{AnyOf, Idempotency, Method, OperationInfo, QueryOption};

/// Every operation that needs a token.
pub static OPERATIONS: &[&OperationInfo] = &[
    &STOP_AND_QUARANTINE_FILE,
    &LIST_MACHINE_ACTIONS,
    &GET_MACHINE_ACTION,
    &CANCEL_MACHINE_ACTION,
    &LIST_MACHINES,
    &GET_MACHINE,
    &GET_FILE,
    &LIST_FILE_MACHINES,
    &LIST_INDICATORS,
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
