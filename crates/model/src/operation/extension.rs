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

/// A [`StopAndQuarantineFile`] of which the caller insists that a file is protected, or on many machines,
/// notwithstanding. The service does not know the word and would pass over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopAndQuarantineFileByForce(pub StopAndQuarantineFile);

impl Operation for StopAndQuarantineFileByForce {
    type Output = MachineAction;
    const INFO: &'static OperationInfo = StopAndQuarantineFile::INFO;

    fn encode(&self) -> RequestParts {
        #[derive(serde::Serialize)]
        struct Insisting<'a> {
            #[serde(flatten)]
            request: &'a crate::StopAndQuarantineFileRequest,
            #[serde(rename = "Force")]
            force: bool,
        }
        let body = json(&Insisting {
            request: self.0.request(),
            force: true,
        });
        RequestParts {
            body: Some(body),
            ..self.0.encode()
        }
    }
}
