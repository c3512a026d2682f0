//! What a machine answers about an action.

use quell_model::{ActionId, Sha1};
use serde::{Deserialize, Serialize};

use crate::{Protection, ProtocolVersion, WirePath};

/// The state of one action on the machine. Repeating a report is harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The version that the machine speaks.
    pub protocol_version: ProtocolVersion,
    /// Which action.
    pub action_id: ActionId,
    /// How far it is.
    pub phase: Phase,
}

impl Report {
    /// The report in at most `most` bytes of JSON: of a longer one the lists of processes and files
    /// are cut, and `degraded` says by how much. A report that is too long to be sent would be worth
    /// nothing, and the action would never be known to have ended.
    #[must_use]
    pub fn fitted(mut self, most: usize) -> Self {
        if length(&self) <= most {
            return self;
        }
        let Phase::Finished { result } = &mut self.phase else {
            return self;
        };
        let processes = std::mem::take(&mut result.processes);
        let files = std::mem::take(&mut result.files);
        let all = (processes.len(), files.len());
        let mut room = most.saturating_sub(length(&self) + NOTE);
        let Phase::Finished { result } = &mut self.phase else {
            return self;
        };
        result.processes = what_fits(processes, &mut room);
        result.files = what_fits(files, &mut room);
        let processes = all.0.saturating_sub(result.processes.len());
        let files = all.1.saturating_sub(result.files.len());
        result.degraded.push(format!(
            "the report was cut: {processes} processes and {files} files are not listed"
        ));
        self
    }
}

/// Room for the sentence that says what was cut.
const NOTE: usize = 128;

/// The entries that fit into the room, which they leave smaller.
fn what_fits<T: Serialize>(entries: Vec<T>, room: &mut usize) -> Vec<T> {
    let fits = |entry: &T| match room.checked_sub(length(entry) + 1) {
        None => false,
        Some(rest) => {
            *room = rest;
            true
        }
    };
    entries.into_iter().take_while(fits).collect()
}

/// Bytes of JSON; none where there is no JSON, which none of these types has.
fn length(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(0, |json| json.len())
}

/// How far an action is on the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Phase {
    /// The machine has durably taken up the order and works on it.
    InProgress,
    /// Nothing more will happen.
    Finished {
        /// What happened.
        result: ActionResult,
    },
    /// The action was given up on request, and everything was put back.
    Cancelled,
}

/// What happened, per process and per path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionResult {
    /// The content that was asked for.
    pub sha1: Sha1,
    /// Whether the contract is fulfilled.
    pub verdict: Verdict,
    /// Every process that executed the file.
    pub processes: Vec<ProcessResult>,
    /// Every path that held the file.
    pub files: Vec<FileResult>,
    /// How far the search went, so that "not found" is honest.
    pub coverage: Coverage,
    /// Protections that were off on this machine, in words (for instance "no root: other users'
    /// processes cannot be seen").
    #[serde(default)]
    pub degraded: Vec<String>,
}

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
            // ERROR_FILE_EXISTS; then E_ABORT and E_FAIL.
            Self::FileNotFound => 0x8007_0002,
            Self::Protected | Self::AccessDenied => 0x8007_0005,
            Self::Policy => 0x8007_04EC,
            Self::EngineOff => 0x8007_0422,
            Self::ContentChanged => 0x8007_03EE,
            Self::VaultUnavailable => 0x8007_0070,
            Self::Expired => 0x8007_05B4,
            Self::Exists => 0x8007_0050,
            Self::Incomplete => 0x8000_4004,
            Self::Internal | Self::Other => 0x8000_4005,
        };
        code.cast_signed()
    }
}

/// One process that executed the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcessResult {
    /// The process id in the agent's namespace.
    pub pid: u32,
    /// When it started, in clock ticks since boot (`/proc/PID/stat`, field 22): with the pid it
    /// names one process for as long as the machine runs.
    pub start_time: u64,
    /// The user that it ran as.
    pub uid: u32,
    /// Its executable as the kernel names it, " (deleted)" included.
    #[serde(flatten)]
    pub executable: WirePath,
    /// What became of it.
    pub outcome: ProcessOutcome,
}

/// What became of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ProcessOutcome {
    /// Killed, and its end was seen.
    Stopped,
    /// Ended by itself before it was killed.
    AlreadyEnded,
    /// Killed, but the kernel has not let it go yet (uninterruptible sleep).
    KillPending,
    /// The agent may not signal it.
    AccessDenied,
    /// Left alone and running, because the action was refused or given up.
    LeftAlone,
    /// An outcome that a newer agent knows.
    #[serde(other)]
    Other,
}

/// One path that held the file, or to which it was put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileResult {
    /// Where it was.
    #[serde(flatten)]
    pub path: WirePath,
    /// The vault item that keeps it, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault_item: Option<String>,
    /// What became of it.
    pub outcome: FileOutcome,
    /// Hard links to the same file that were not found.
    #[serde(default)]
    pub residual_links: u64,
    /// Why it is still there, in words, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FileOutcome {
    /// Gone from the path; a verified copy is in the vault.
    Quarantined,
    /// It had no path any more (deleted while running); a verified copy is in the vault.
    QuarantinedDeleted,
    /// Gone from its path but not yet in the vault: kept aside, nobody can execute it.
    HeldInCapture,
    /// Still at its path.
    NotRemoved,
    /// Protected: not touched.
    Protected,
    /// Put back: it is at this path again. The copy in the vault stays.
    Restored,
    /// Not put back; `detail` says why.
    NotRestored,
    /// An outcome that a newer agent knows.
    #[serde(other)]
    Other,
}

/// How far the search went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// Processes that were looked at.
    pub processes: u64,
    /// Processes whose executable could not be read.
    pub processes_unreadable: u64,
    /// The roots that were walked.
    pub roots: Vec<WirePath>,
    /// Files that were looked at.
    pub files: u64,
    /// Files that could not be read or were passed over (size cap, other file system).
    pub files_skipped: u64,
    /// `true` when nothing cut the walk short.
    pub complete: bool,
    /// The protection that stopped the action, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
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

    fn process() -> ProcessResult {
        ProcessResult {
            pid: 7,
            start_time: 99,
            uid: 1000,
            executable: WirePath::from_bytes(b"/tmp/\xff (deleted)"),
            outcome: ProcessOutcome::Stopped,
        }
    }

    fn file() -> FileResult {
        FileResult {
            path: WirePath::from_bytes(b"/tmp/x"),
            vault_item: Some("i".to_owned()),
            outcome: FileOutcome::Quarantined,
            residual_links: 0,
            detail: None,
        }
    }

    fn finished(processes: usize, files: usize) -> Report {
        Report {
            protocol_version: ProtocolVersion::CURRENT,
            action_id: ActionId::new("a").unwrap(),
            phase: Phase::Finished {
                result: ActionResult {
                    sha1: "87662bc3d60e4200ceaf7aae249d1c343f4b83c9".parse().unwrap(),
                    verdict: Verdict::Succeeded,
                    processes: vec![process(); processes],
                    files: vec![file(); files],
                    coverage: Coverage::default(),
                    degraded: Vec::new(),
                },
            },
        }
    }

    #[test]
    fn report_finished_reads_back() {
        let report = finished(1, 1);
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    }

    #[test]
    fn report_that_fits_is_left_alone() {
        let report = finished(2, 2);
        let exactly = length(&report);
        assert_eq!(report.clone().fitted(exactly), report);
        assert_ne!(report.clone().fitted(exactly - 1), report);
    }

    #[test]
    fn report_too_long_is_cut_to_the_end_of_its_room_and_says_so() {
        let cut = finished(2, 50).fitted(2000);
        assert!((1800..=2000).contains(&length(&cut)), "{}", length(&cut));
        let Phase::Finished { result } = cut.phase else {
            panic!("not finished")
        };
        assert_eq!(result.processes.len(), 2);
        let missing = 50 - result.files.len();
        assert_eq!(
            result.degraded,
            [format!(
                "the report was cut: 0 processes and {missing} files are not listed"
            )]
        );
    }
}
