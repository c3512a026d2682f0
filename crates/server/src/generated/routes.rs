// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Which operation a request asks for, by its method and its path.

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
    /// `POST /api/machines/{machineId}/StopAndQuarantineFile`: Stop the execution of a file on a machine and take the file away.
    StopAndQuarantineFile {
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
    /// `POST /api/machineactions/{actionId}/cancel`: Cancel an action that has not ended.
    CancelMachineAction {
        /// The parameter action_id.
        action_id: &'a str,
    },
    /// `GET /api/machines`: List machines seen within the retention period.
    ListMachines,
    /// `GET /api/machines/{machineId}`: Get one machine by its id or by its DNS name.
    GetMachine {
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
    /// Looks a path up. Its fixed segments are matched without regard to case, and
    /// `/api/v1.0` is the same as `/api`.
    pub(crate) fn find(method: &str, path: &'a str) -> Found<'a> {
        let segments: Vec<&'a str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
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
    /// Every operation at a path, with its method.
    fn at(segments: &[&'a str]) -> Vec<(&'static str, Self)> {
        let is = |segment: &str, fixed: &str| segment.eq_ignore_ascii_case(fixed);
        let mut found = Vec::new();
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
        if let [fixed0, fixed1] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machineactions")
        {
            found.push(("GET", Self::ListMachineActions));
        }
        if let [fixed0, fixed1, action_id] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machineactions")
        {
            found.push(("GET", Self::GetMachineAction { action_id }));
        }
        if let [fixed0, fixed1, action_id, fixed3] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machineactions")
            && is(fixed3, "cancel")
        {
            found.push(("POST", Self::CancelMachineAction { action_id }));
        }
        if let [fixed0, fixed1] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
        {
            found.push(("GET", Self::ListMachines));
        }
        if let [fixed0, fixed1, machine_id] = *segments
            && is(fixed0, "api")
            && is(fixed1, "machines")
        {
            found.push(("GET", Self::GetMachine { machine_id }));
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
        found
    }
    /// What is known of the operation; the token endpoint is none of the API's.
    pub(crate) fn info(self) -> Option<&'static OperationInfo> {
        match self {
            Self::IssueToken { .. } => None,
            Self::IssueTokenByGet { .. } => None,
            Self::IssueTokenV2 { .. } => None,
            Self::IssueTokenV2ByGet { .. } => None,
            Self::StopAndQuarantineFile { .. } => Some(&operations::STOP_AND_QUARANTINE_FILE),
            Self::ListMachineActions => Some(&operations::LIST_MACHINE_ACTIONS),
            Self::GetMachineAction { .. } => Some(&operations::GET_MACHINE_ACTION),
            Self::CancelMachineAction { .. } => Some(&operations::CANCEL_MACHINE_ACTION),
            Self::ListMachines => Some(&operations::LIST_MACHINES),
            Self::GetMachine { .. } => Some(&operations::GET_MACHINE),
            Self::GetFile { .. } => Some(&operations::GET_FILE),
            Self::ListFileMachines { .. } => Some(&operations::LIST_FILE_MACHINES),
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
        (
            "POST",
            "/api/machines/X/StopAndQuarantineFile",
            Route::StopAndQuarantineFile { machine_id: "X" },
        ),
        ("GET", "/api/machineactions", Route::ListMachineActions),
        (
            "GET",
            "/api/machineactions/X",
            Route::GetMachineAction { action_id: "X" },
        ),
        (
            "POST",
            "/api/machineactions/X/cancel",
            Route::CancelMachineAction { action_id: "X" },
        ),
        ("GET", "/api/machines", Route::ListMachines),
        (
            "GET",
            "/api/machines/X",
            Route::GetMachine { machine_id: "X" },
        ),
        ("GET", "/api/files/X", Route::GetFile { file_id: "X" }),
        (
            "GET",
            "/api/files/X/machines",
            Route::ListFileMachines { file_id: "X" },
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
        }
    }
    #[test]
    fn other_methods_and_other_paths_are_told_apart() {
        for &(_, path, _) in SAMPLES {
            assert_eq!(Route::find("DELETE", path), Found::OtherMethod);
            for other in [format!("/more{path}"), format!("{path}/x/y/z")] {
                assert_eq!(Route::find("GET", &other), Found::Nothing, "{other}");
            }
        }
    }
}
