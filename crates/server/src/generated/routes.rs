// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Which operation a request asks for, by its method and its path.

use crate::odata::call_arguments;
use quell_model::{OperationInfo, operations};

/// An operation, with the parameters of its path as they were sent: percent-encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// `POST /{tenant}/oauth2/token`: Issue an access token; the resource is named by `resource`.
    IssueToken {
        /// The parameter tenant.
        tenant: &'a str,
    },
    /// `GET /{tenant}/oauth2/token`: The same by GET with a form body, as some clients ask.
    IssueTokenByGet {
        /// The parameter tenant.
        tenant: &'a str,
    },
    /// `POST /{tenant}/oauth2/v2.0/token`: Issue an access token; the resource is named by `scope`.
    IssueTokenV2 {
        /// The parameter tenant.
        tenant: &'a str,
    },
    /// `GET /{tenant}/oauth2/v2.0/token`: The same by GET with a form body, as some clients ask.
    IssueTokenV2ByGet {
        /// The parameter tenant.
        tenant: &'a str,
    },
    /// `GET /api/openapi.json`: Get this description, as quell's own server answers; the service has none.
    GetDescription,
    /// `POST /api/machines/{machineId}/StopAndQuarantineFile`: Stop the execution of a file on a machine and take the file away.
    StopAndQuarantineFile {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `POST /quell/v1/machines/{machineId}/restore`: Put back a file that was quarantined; an extension of quell's own server.
    RestoreFile {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `POST /api/machines/{machineId}/isolate`: Cut a machine off from the network.
    Isolate {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `POST /api/machines/{machineId}/unisolate`: Let an isolated machine back into the network.
    Unisolate {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `POST /api/machines/{machineId}/restrictCodeExecution`: Let a machine run nothing but programs that Microsoft signed.
    RestrictCodeExecution {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `POST /api/machines/{machineId}/unrestrictCodeExecution`: Let a restricted machine run any program again.
    UnrestrictCodeExecution {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `POST /api/machines/{machineId}/runAntiVirusScan`: Have a machine scan itself.
    RunAntiVirusScan {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `POST /api/machines/{machineId}/collectInvestigationPackage`: Have a machine collect what an investigation needs.
    CollectInvestigationPackage {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `POST /api/machines/{machineId}/offboard`: Take a machine out of the service; it is then neither seen nor protected by it.
    Offboard {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `POST /api/machines/{machineId}/runliveresponse`: Run commands on a machine.
    RunLiveResponse {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `GET /api/machineactions`: List machine actions.
    ListMachineActions,
    /// `GET /api/machineactions/{actionId}`: Get one machine action.
    GetMachineAction {
        /// The parameter action_id.
        action_id: &'a str,
    },
    /// `GET /quell/v1/machineactions/{actionId}/result`: Get what a machine said of an action that has ended; an extension of quell's own server.
    GetActionResult {
        /// The parameter action_id.
        action_id: &'a str,
    },
    /// `POST /api/machineactions/{actionId}/cancel`: Cancel an action that has not ended.
    CancelMachineAction {
        /// The parameter action_id.
        action_id: &'a str,
    },
    /// `GET /api/machineactions/{actionId}/getPackageUri`: Get where a collected investigation package can be downloaded; refused until it is complete.
    GetPackageUri {
        /// The parameter action_id.
        action_id: &'a str,
    },
    /// `GET /api/machineactions/{actionId}/GetLiveResponseResultDownloadLink(index={index})`: Get where the result of one command of a live response can be downloaded.
    GetLiveResponseResult {
        /// The parameter action_id.
        action_id: &'a str,
        /// The parameter index.
        index: &'a str,
    },
    /// `GET /api/machines`: List machines seen within the retention period.
    ListMachines,
    /// `GET /api/machines/{machineId}`: Get one machine by its id or by its DNS name.
    GetMachine {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `GET /api/machines/findbyip(ip='{ip}',timestamp={timestamp})`: List the machines that had an address within a quarter of an hour of a moment.
    FindMachinesByIp {
        /// The parameter ip.
        ip: &'a str,
        /// The parameter timestamp.
        timestamp: &'a str,
    },
    /// `GET /api/machines/findbytag`: List the machines that have a tag.
    FindMachinesByTag,
    /// `GET /api/machines/{machineId}/machineActions`: List the actions of one machine. Not documented.
    ListActionsOfMachine {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `GET /api/machines/{machineId}/latestMachineActions`: List the latest actions of one machine. Not documented.
    ListLatestActionsOfMachine {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `GET /api/machines/{machineId}/availableMachineActions`: List what can be asked of one machine. Not documented.
    ListAvailableMachineActions {
        /// The parameter machine_id.
        machine_id: &'a str,
    },
    /// `GET /api/files/{fileId}`: Get what is known of a file, by its SHA-1 or its SHA-256.
    GetFile {
        /// The parameter file_id.
        file_id: &'a str,
    },
    /// `GET /api/files/{fileId}/machines`: List the machines on which a file was seen; by SHA-1 alone, empty for an unknown file.
    ListFileMachines {
        /// The parameter file_id.
        file_id: &'a str,
    },
    /// `GET /api/files/{fileId}/alerts`: List the alerts about a file; by SHA-1 alone, empty for an unknown file.
    ListFileAlerts {
        /// The parameter file_id.
        file_id: &'a str,
    },
    /// `GET /api/files/{fileId}/stats`: Get on how many machines a file was seen, and when.
    GetFileStats {
        /// The parameter file_id.
        file_id: &'a str,
    },
    /// `POST /api/indicators`: Make an indicator, or change the one of the same value.
    SubmitIndicator,
    /// `GET /api/indicators`: List the indicators that are active.
    ListIndicators,
    /// `DELETE /api/indicators/{indicatorId}`: Delete an indicator.
    DeleteIndicator {
        /// The parameter indicator_id.
        indicator_id: &'a str,
    },
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    /// This operation.
    Route(Route<'a>),
    /// Something, but not by this method.
    OtherMethod,
    /// Nothing.
    Nothing,
}

impl<'a> Route<'a> {
    /// Looks a path up. Its fixed segments are matched without regard to case, a slash at its
    /// end is passed over, and `/api/v1.0` is the same as `/api`.
    pub(crate) fn find(method: &str, path: &'a str) -> Found<'a> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments: Vec<&'a str> = path.split('/').collect();
        let found = match segments.as_slice() {
            [api, version, rest @ ..]
                if api.eq_ignore_ascii_case("api") && version.eq_ignore_ascii_case("v1.0") =>
            {
                let unversioned: Vec<&'a str> = [*api].iter().chain(rest).copied().collect();
                Self::at(&unversioned)
            }
            segments => Self::at(segments),
        };
        match found.iter().find(|(known, _)| *known == method) {
            Some((_, route)) => Found::Route(*route),
            None if found.is_empty() => Found::Nothing,
            None => Found::OtherMethod,
        }
    }
    /// Every operation at a path, with its method; one whose path says more comes first.
    fn at(segments: &[&'a str]) -> Vec<(&'static str, Self)> {
        let is = |segment: &str, fixed: &str| segment.eq_ignore_ascii_case(fixed);
        let mut found = Vec::new();
        if let [fixed0, fixed1] = *segments
            && is(fixed0, "api")
            && is(fixed1, "openapi.json")
        {
            found.push(("GET", Self::GetDescription));
        }
        if let [fixed0, fixed1] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machineactions")
        {
            found.push(("GET", Self::ListMachineActions));
        }
        if let [fixed0, fixed1] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
        {
            found.push(("GET", Self::ListMachines));
        }
        if let [fixed0, fixed1, fixed2] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && is(fixed2, "findbytag")
        {
            found.push(("GET", Self::FindMachinesByTag));
        }
        if let [fixed0, fixed1] = *segments
            && is(fixed0, "api")
            && is(fixed1, "indicators")
        {
            found.push(("POST", Self::SubmitIndicator));
        }
        if let [fixed0, fixed1] = *segments
            && is(fixed0, "api")
            && is(fixed1, "indicators")
        {
            found.push(("GET", Self::ListIndicators));
        }
        if let [fixed0, fixed1, fixed2] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && let Some([ip, timestamp]) = call_arguments(fixed2, "findbyip", ["ip", "timestamp"])
        {
            found.push(("GET", Self::FindMachinesByIp { ip, timestamp }));
        }
        if let [tenant, fixed1, fixed2] = *segments
            && is(fixed1, "oauth2")
            && is(fixed2, "token")
        {
            found.push(("POST", Self::IssueToken { tenant }));
        }
        if let [tenant, fixed1, fixed2] = *segments
            && is(fixed1, "oauth2")
            && is(fixed2, "token")
        {
            found.push(("GET", Self::IssueTokenByGet { tenant }));
        }
        if let [tenant, fixed1, fixed2, fixed3] = *segments
            && is(fixed1, "oauth2")
            && is(fixed2, "v2.0")
            && is(fixed3, "token")
        {
            found.push(("POST", Self::IssueTokenV2 { tenant }));
        }
        if let [tenant, fixed1, fixed2, fixed3] = *segments
            && is(fixed1, "oauth2")
            && is(fixed2, "v2.0")
            && is(fixed3, "token")
        {
            found.push(("GET", Self::IssueTokenV2ByGet { tenant }));
        }
        if let [fixed0, fixed1, machine_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && is(fixed3, "StopAndQuarantineFile")
        {
            found.push(("POST", Self::StopAndQuarantineFile { machine_id }));
        }
        if let [fixed0, fixed1, fixed2, machine_id, fixed4] = *segments
            && is(fixed0, "quell")
            && is(fixed1, "v1")
            && is(fixed2, "machines")
            && is(fixed4, "restore")
        {
            found.push(("POST", Self::RestoreFile { machine_id }));
        }
        if let [fixed0, fixed1, machine_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && is(fixed3, "isolate")
        {
            found.push(("POST", Self::Isolate { machine_id }));
        }
        if let [fixed0, fixed1, machine_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && is(fixed3, "unisolate")
        {
            found.push(("POST", Self::Unisolate { machine_id }));
        }
        if let [fixed0, fixed1, machine_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && is(fixed3, "restrictCodeExecution")
        {
            found.push(("POST", Self::RestrictCodeExecution { machine_id }));
        }
        if let [fixed0, fixed1, machine_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && is(fixed3, "unrestrictCodeExecution")
        {
            found.push(("POST", Self::UnrestrictCodeExecution { machine_id }));
        }
        if let [fixed0, fixed1, machine_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && is(fixed3, "runAntiVirusScan")
        {
            found.push(("POST", Self::RunAntiVirusScan { machine_id }));
        }
        if let [fixed0, fixed1, machine_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && is(fixed3, "collectInvestigationPackage")
        {
            found.push(("POST", Self::CollectInvestigationPackage { machine_id }));
        }
        if let [fixed0, fixed1, machine_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && is(fixed3, "offboard")
        {
            found.push(("POST", Self::Offboard { machine_id }));
        }
        if let [fixed0, fixed1, machine_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && is(fixed3, "runliveresponse")
        {
            found.push(("POST", Self::RunLiveResponse { machine_id }));
        }
        if let [fixed0, fixed1, action_id] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machineactions")
        {
            found.push(("GET", Self::GetMachineAction { action_id }));
        }
        if let [fixed0, fixed1, fixed2, action_id, fixed4] = *segments
            && is(fixed0, "quell")
            && is(fixed1, "v1")
            && is(fixed2, "machineactions")
            && is(fixed4, "result")
        {
            found.push(("GET", Self::GetActionResult { action_id }));
        }
        if let [fixed0, fixed1, action_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machineactions")
            && is(fixed3, "cancel")
        {
            found.push(("POST", Self::CancelMachineAction { action_id }));
        }
        if let [fixed0, fixed1, action_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machineactions")
            && is(fixed3, "getPackageUri")
        {
            found.push(("GET", Self::GetPackageUri { action_id }));
        }
        if let [fixed0, fixed1, machine_id] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
        {
            found.push(("GET", Self::GetMachine { machine_id }));
        }
        if let [fixed0, fixed1, machine_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && is(fixed3, "machineActions")
        {
            found.push(("GET", Self::ListActionsOfMachine { machine_id }));
        }
        if let [fixed0, fixed1, machine_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && is(fixed3, "latestMachineActions")
        {
            found.push(("GET", Self::ListLatestActionsOfMachine { machine_id }));
        }
        if let [fixed0, fixed1, machine_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
            && is(fixed3, "availableMachineActions")
        {
            found.push(("GET", Self::ListAvailableMachineActions { machine_id }));
        }
        if let [fixed0, fixed1, file_id] = *segments
            && is(fixed0, "api")
            && is(fixed1, "files")
        {
            found.push(("GET", Self::GetFile { file_id }));
        }
        if let [fixed0, fixed1, file_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "files")
            && is(fixed3, "machines")
        {
            found.push(("GET", Self::ListFileMachines { file_id }));
        }
        if let [fixed0, fixed1, file_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "files")
            && is(fixed3, "alerts")
        {
            found.push(("GET", Self::ListFileAlerts { file_id }));
        }
        if let [fixed0, fixed1, file_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "files")
            && is(fixed3, "stats")
        {
            found.push(("GET", Self::GetFileStats { file_id }));
        }
        if let [fixed0, fixed1, indicator_id] = *segments
            && is(fixed0, "api")
            && is(fixed1, "indicators")
        {
            found.push(("DELETE", Self::DeleteIndicator { indicator_id }));
        }
        if let [fixed0, fixed1, action_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machineactions")
            && let Some([index]) =
                call_arguments(fixed3, "GetLiveResponseResultDownloadLink", ["index"])
        {
            found.push(("GET", Self::GetLiveResponseResult { action_id, index }));
        }
        found
    }
    /// What is known of the operation; the token endpoint is none of the API's.
    pub(crate) fn info(self) -> Option<&'static OperationInfo> {
        match self {
            Self::IssueToken { .. } => None,
            Self::IssueTokenByGet { .. } => None,
            Self::IssueTokenV2 { .. } => None,
            Self::IssueTokenV2ByGet { .. } => None,
            Self::GetDescription => None,
            Self::StopAndQuarantineFile { .. } => Some(&operations::STOP_AND_QUARANTINE_FILE),
            Self::RestoreFile { .. } => Some(&operations::RESTORE_FILE),
            Self::Isolate { .. } => Some(&operations::ISOLATE),
            Self::Unisolate { .. } => Some(&operations::UNISOLATE),
            Self::RestrictCodeExecution { .. } => Some(&operations::RESTRICT_CODE_EXECUTION),
            Self::UnrestrictCodeExecution { .. } => Some(&operations::UNRESTRICT_CODE_EXECUTION),
            Self::RunAntiVirusScan { .. } => Some(&operations::RUN_ANTI_VIRUS_SCAN),
            Self::CollectInvestigationPackage { .. } => {
                Some(&operations::COLLECT_INVESTIGATION_PACKAGE)
            }
            Self::Offboard { .. } => Some(&operations::OFFBOARD),
            Self::RunLiveResponse { .. } => Some(&operations::RUN_LIVE_RESPONSE),
            Self::ListMachineActions => Some(&operations::LIST_MACHINE_ACTIONS),
            Self::GetMachineAction { .. } => Some(&operations::GET_MACHINE_ACTION),
            Self::GetActionResult { .. } => Some(&operations::GET_ACTION_RESULT),
            Self::CancelMachineAction { .. } => Some(&operations::CANCEL_MACHINE_ACTION),
            Self::GetPackageUri { .. } => Some(&operations::GET_PACKAGE_URI),
            Self::GetLiveResponseResult { .. } => Some(&operations::GET_LIVE_RESPONSE_RESULT),
            Self::ListMachines => Some(&operations::LIST_MACHINES),
            Self::GetMachine { .. } => Some(&operations::GET_MACHINE),
            Self::FindMachinesByIp { .. } => Some(&operations::FIND_MACHINES_BY_IP),
            Self::FindMachinesByTag => Some(&operations::FIND_MACHINES_BY_TAG),
            Self::ListActionsOfMachine { .. } => Some(&operations::LIST_ACTIONS_OF_MACHINE),
            Self::ListLatestActionsOfMachine { .. } => {
                Some(&operations::LIST_LATEST_ACTIONS_OF_MACHINE)
            }
            Self::ListAvailableMachineActions { .. } => {
                Some(&operations::LIST_AVAILABLE_MACHINE_ACTIONS)
            }
            Self::GetFile { .. } => Some(&operations::GET_FILE),
            Self::ListFileMachines { .. } => Some(&operations::LIST_FILE_MACHINES),
            Self::ListFileAlerts { .. } => Some(&operations::LIST_FILE_ALERTS),
            Self::GetFileStats { .. } => Some(&operations::GET_FILE_STATS),
            Self::SubmitIndicator => Some(&operations::SUBMIT_INDICATOR),
            Self::ListIndicators => Some(&operations::LIST_INDICATORS),
            Self::DeleteIndicator { .. } => Some(&operations::DELETE_INDICATOR),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    /// Every operation: method, path, and what it is.
    const SAMPLES: &[(&str, &str, Route<'_>)] = &[
        ("POST", "/X/oauth2/token", Route::IssueToken { tenant: "X" }),
        (
            "GET",
            "/X/oauth2/token",
            Route::IssueTokenByGet { tenant: "X" },
        ),
        (
            "POST",
            "/X/oauth2/v2.0/token",
            Route::IssueTokenV2 { tenant: "X" },
        ),
        (
            "GET",
            "/X/oauth2/v2.0/token",
            Route::IssueTokenV2ByGet { tenant: "X" },
        ),
        ("GET", "/api/openapi.json", Route::GetDescription),
        (
            "POST",
            "/api/machines/X/StopAndQuarantineFile",
            Route::StopAndQuarantineFile { machine_id: "X" },
        ),
        (
            "POST",
            "/quell/v1/machines/X/restore",
            Route::RestoreFile { machine_id: "X" },
        ),
        (
            "POST",
            "/api/machines/X/isolate",
            Route::Isolate { machine_id: "X" },
        ),
        (
            "POST",
            "/api/machines/X/unisolate",
            Route::Unisolate { machine_id: "X" },
        ),
        (
            "POST",
            "/api/machines/X/restrictCodeExecution",
            Route::RestrictCodeExecution { machine_id: "X" },
        ),
        (
            "POST",
            "/api/machines/X/unrestrictCodeExecution",
            Route::UnrestrictCodeExecution { machine_id: "X" },
        ),
        (
            "POST",
            "/api/machines/X/runAntiVirusScan",
            Route::RunAntiVirusScan { machine_id: "X" },
        ),
        (
            "POST",
            "/api/machines/X/collectInvestigationPackage",
            Route::CollectInvestigationPackage { machine_id: "X" },
        ),
        (
            "POST",
            "/api/machines/X/offboard",
            Route::Offboard { machine_id: "X" },
        ),
        (
            "POST",
            "/api/machines/X/runliveresponse",
            Route::RunLiveResponse { machine_id: "X" },
        ),
        ("GET", "/api/machineactions", Route::ListMachineActions),
        (
            "GET",
            "/api/machineactions/X",
            Route::GetMachineAction { action_id: "X" },
        ),
        (
            "GET",
            "/quell/v1/machineactions/X/result",
            Route::GetActionResult { action_id: "X" },
        ),
        (
            "POST",
            "/api/machineactions/X/cancel",
            Route::CancelMachineAction { action_id: "X" },
        ),
        (
            "GET",
            "/api/machineactions/X/getPackageUri",
            Route::GetPackageUri { action_id: "X" },
        ),
        (
            "GET",
            "/api/machineactions/X/GetLiveResponseResultDownloadLink(index=X)",
            Route::GetLiveResponseResult {
                action_id: "X",
                index: "X",
            },
        ),
        ("GET", "/api/machines", Route::ListMachines),
        (
            "GET",
            "/api/machines/X",
            Route::GetMachine { machine_id: "X" },
        ),
        (
            "GET",
            "/api/machines/findbyip(ip='X',timestamp=X)",
            Route::FindMachinesByIp {
                ip: "'X'",
                timestamp: "X",
            },
        ),
        ("GET", "/api/machines/findbytag", Route::FindMachinesByTag),
        (
            "GET",
            "/api/machines/X/machineActions",
            Route::ListActionsOfMachine { machine_id: "X" },
        ),
        (
            "GET",
            "/api/machines/X/latestMachineActions",
            Route::ListLatestActionsOfMachine { machine_id: "X" },
        ),
        (
            "GET",
            "/api/machines/X/availableMachineActions",
            Route::ListAvailableMachineActions { machine_id: "X" },
        ),
        ("GET", "/api/files/X", Route::GetFile { file_id: "X" }),
        (
            "GET",
            "/api/files/X/machines",
            Route::ListFileMachines { file_id: "X" },
        ),
        (
            "GET",
            "/api/files/X/alerts",
            Route::ListFileAlerts { file_id: "X" },
        ),
        (
            "GET",
            "/api/files/X/stats",
            Route::GetFileStats { file_id: "X" },
        ),
        ("POST", "/api/indicators", Route::SubmitIndicator),
        ("GET", "/api/indicators", Route::ListIndicators),
        (
            "DELETE",
            "/api/indicators/X",
            Route::DeleteIndicator { indicator_id: "X" },
        ),
    ];
    #[test]
    fn every_operation_is_found_in_any_case_and_version() {
        for &(method, path, route) in SAMPLES {
            assert_eq!(Route::find(method, path), Found::Route(route));
            assert_eq!(
                Route::find(method, &path.to_uppercase()),
                Found::Route(route)
            );
            let versioned = path.replacen("/api/", "/Api/V1.0/", 1);
            assert_eq!(Route::find(method, &versioned), Found::Route(route));
            assert_eq!(
                Route::find(method, &format!("{path}/")),
                Found::Route(route)
            );
            assert_ne!(
                Route::find(method, &format!("{path}//")),
                Found::Route(route)
            );
        }
    }
    #[test]
    fn other_methods_and_other_paths_are_told_apart() {
        for &(_, path, _) in SAMPLES {
            assert_eq!(Route::find("PATCH", path), Found::OtherMethod);
            for other in [format!("/more{path}"), format!("{path}/x/y/z")] {
                assert_eq!(Route::find("GET", &other), Found::Nothing, "{other}");
            }
        }
    }
}
