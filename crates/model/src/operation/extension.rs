//! What quell's own server does beyond Microsoft's API.
//!
//! It is behind the feature `extension`, so that nobody who writes for the service finds an operation that
//! the service has never heard of.

use super::{Operation, OperationInfo, RequestParts, StopAndQuarantineFile, json};
use crate::{
    ActionId, Comment, MachineAction, MachineId, RestoreConflict, RestoreFileRequest, Sha1,
    operations,
};

/// Puts back a file that was quarantined on a machine. The machine's vault knows where it was; no request
/// names a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreFile {
    machine: MachineId,
    request: RestoreFileRequest,
}

impl RestoreFile {
    /// Puts back what this action took away.
    #[must_use]
    pub fn of_action(machine: MachineId, action: ActionId, comment: Comment) -> Self {
        let mut request = RestoreFileRequest::new(comment);
        request.action_id = Some(action);
        Self { machine, request }
    }

    /// Puts this file back, whichever actions took it away.
    #[must_use]
    pub fn of_file(machine: MachineId, sha1: Sha1, comment: Comment) -> Self {
        let mut request = RestoreFileRequest::new(comment);
        request.sha1 = Some(sha1);
        Self { machine, request }
    }

    /// What becomes of the file where there is something at its path by now; by default it stays in the
    /// vault.
    #[must_use]
    pub fn conflict(mut self, conflict: RestoreConflict) -> Self {
        self.request.conflict = Some(conflict);
        self
    }
}

impl Operation for RestoreFile {
    type Output = MachineAction;
    const INFO: &'static OperationInfo = &operations::RESTORE_FILE;

    fn encode(&self) -> RequestParts {
        let path = format!("/quell/v1/machines/{}/restore", self.machine.path_segment());
        RequestParts::post(path, json(&self.request))
    }
}

/// What quell's own server reads of a [`StopAndQuarantineFile`] beyond what the service does.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Extras {
    /// The caller insists that a file is protected, or on many machines, notwithstanding.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
    /// How many bytes the file has: the machine reads files of this size alone, but for what runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size: Option<u64>,
    /// Absolute paths at which the machine looks first: at most 32, each of at most 4095 bytes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// The machine says what it would do, and touches nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// The machine stops those, too, who only use the file as a shared library.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stop_mappers: bool,
}

impl Extras {
    /// None: with them a request is the service's own.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// A [`StopAndQuarantineFile`] with [`Extras`]. The service does not know the words and would pass over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopAndQuarantineFileWith {
    /// What the service knows of, too.
    pub action: StopAndQuarantineFile,
    /// What it does not.
    pub extras: Extras,
}

impl Operation for StopAndQuarantineFileWith {
    type Output = MachineAction;
    const INFO: &'static OperationInfo = StopAndQuarantineFile::INFO;

    fn encode(&self) -> RequestParts {
        #[derive(serde::Serialize)]
        struct Body<'a> {
            #[serde(flatten)]
            request: &'a crate::StopAndQuarantineFileRequest,
            #[serde(flatten)]
            extras: &'a Extras,
        }
        let body = json(&Body {
            request: self.action.request(),
            extras: &self.extras,
        });
        RequestParts {
            body: Some(body),
            ..self.action.encode()
        }
    }
}

/// Gets what the machine said of an action that has ended: what became of each process and each path.
///
/// The answer is the JSON that the contract describes as `ActionResult`, to which properties are only ever added;
/// the crate `quell-protocol` has types for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetActionResult {
    action: ActionId,
}

impl GetActionResult {
    /// Asks what became of this action.
    #[must_use]
    pub const fn new(action: ActionId) -> Self {
        Self { action }
    }
}

impl Operation for GetActionResult {
    type Output = serde_json::Value;
    const INFO: &'static OperationInfo = &operations::GET_ACTION_RESULT;

    fn encode(&self) -> RequestParts {
        let action = self.action.path_segment();
        RequestParts::get(format!("/quell/v1/machineactions/{action}/result"), None)
    }
}
