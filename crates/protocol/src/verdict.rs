//! Whether the contract is fulfilled, and why not.

use serde::{Deserialize, Serialize};

/// Whether the contract is fulfilled: no process executes the file, it is gone from every path
/// found, and a restorable copy is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum Verdict {
    /// It is.
    Succeeded,
    /// It is not.
    Failed {
        /// What a program decides by.
        reason: FailureReason,
        /// What a person reads.
        message: String,
    },
}

/// Why an action failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FailureReason {
    /// No process executes the file and no searched path holds it.
    FileNotFound,
    /// The file is protected; nothing was touched.
    Protected,
    /// The agent may not signal a process or move a file.
    AccessDenied,
    /// The file kept changing while it was to be taken.
    ContentChanged,
    /// A process did not end in time, or something of the file remains.
    Incomplete,
    /// The vault could not keep the file (full disk, quota, wrong key).
    VaultUnavailable,
    /// The device's own policy forbids it.
    Policy,
    /// What stops files on the machine is switched off.
    EngineOff,
    /// The order had expired when the machine saw it.
    Expired,
    /// The file is not put back, because there is something at its path.
    Exists,
    /// The agent on the machine is too old for what was asked.
    Unsupported,
    /// A fault of the agent itself.
    Internal,
    /// A reason that a newer agent knows.
    #[serde(other)]
    Other,
}

impl FailureReason {
    /// The `errorHResult` of the MachineAction: Windows' own number for the like failure, so that
    /// existing clients' tables of messages fit. Microsoft documents no values for this action.
    #[must_use]
    pub fn hresult(self) -> i32 {
        let code: u32 = match self {
            // HRESULT_FROM_WIN32 of ERROR_FILE_NOT_FOUND, ERROR_ACCESS_DENIED, ERROR_ACCESS_DISABLED_BY_POLICY,
            // ERROR_SERVICE_DISABLED, ERROR_FILE_INVALID, ERROR_DISK_FULL, ERROR_TIMEOUT,
            // ERROR_FILE_EXISTS, ERROR_NOT_SUPPORTED; then E_ABORT and E_FAIL.
            Self::FileNotFound => 0x8007_0002,
            Self::Protected | Self::AccessDenied => 0x8007_0005,
            Self::Policy => 0x8007_04EC,
            Self::EngineOff => 0x8007_0422,
            Self::ContentChanged => 0x8007_03EE,
            Self::VaultUnavailable => 0x8007_0070,
            Self::Expired => 0x8007_05B4,
            Self::Exists => 0x8007_0050,
            Self::Unsupported => 0x8007_0032,
            Self::Incomplete => 0x8000_4004,
            Self::Internal | Self::Other => 0x8000_4005,
        };
        code.cast_signed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_hresult_is_negative_and_windows_own() {
        assert_eq!(FailureReason::FileNotFound.hresult(), -2_147_024_894);
        assert_eq!(FailureReason::Protected.hresult(), -2_147_024_891);
    }

    #[test]
    fn reason_of_a_newer_agent_is_still_a_failure() {
        let verdict: Verdict =
            serde_json::from_str(r#"{"type":"Failed","reason":"SunSpots","message":"m"}"#).unwrap();
        let Verdict::Failed { reason, .. } = verdict else {
            panic!("not a failure")
        };
        assert_eq!(reason, FailureReason::Other);
        assert!(reason.hresult() < 0);
    }
}
