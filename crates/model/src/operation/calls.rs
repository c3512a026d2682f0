//! The operations, each a value.

use serde::Serialize;

use super::{Operation, OperationInfo, RequestParts};
use crate::odata::{ForeignLink, ListOptions, NextLink, ODataPage};
use crate::{
    ActionId, CancelMachineActionRequest, Comment, File, FileId, Machine, MachineAction, MachineId,
    Sha1, StopAndQuarantineFileRequest, operations,
};

/// Stops the execution of a file on a machine and takes the file away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopAndQuarantineFile {
    machine: MachineId,
    request: StopAndQuarantineFileRequest,
}

impl StopAndQuarantineFile {
    /// Asks it of one machine, for one file, with a reason.
    #[must_use]
    pub fn new(machine: MachineId, sha1: Sha1, comment: Comment) -> Self {
        Self {
            machine,
            request: StopAndQuarantineFileRequest::new(comment, sha1),
        }
    }

    /// Sends an id of the caller's own along. The service's schema has it, the documentation of this
    /// operation has not: an action may come back without it.
    #[must_use]
    pub fn external_id(mut self, id: impl Into<String>) -> Self {
        self.request.external_id = Some(id.into());
        self
    }

    /// The machine.
    #[must_use]
    pub const fn machine(&self) -> &MachineId {
        &self.machine
    }

    /// What is asked of it.
    #[must_use]
    pub const fn request(&self) -> &StopAndQuarantineFileRequest {
        &self.request
    }
}

impl Operation for StopAndQuarantineFile {
    type Output = MachineAction;
    const INFO: &'static OperationInfo = &operations::STOP_AND_QUARANTINE_FILE;

    fn encode(&self) -> RequestParts {
        let machine = self.machine.path_segment();
        RequestParts::post(
            format!("/api/machines/{machine}/StopAndQuarantineFile"),
            json(&self.request),
        )
    }
}

/// Gets one machine action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetMachineAction {
    action: ActionId,
}

impl GetMachineAction {
    /// Asks for this action.
    #[must_use]
    pub const fn new(action: ActionId) -> Self {
        Self { action }
    }
}

impl Operation for GetMachineAction {
    type Output = MachineAction;
    const INFO: &'static OperationInfo = &operations::GET_MACHINE_ACTION;

    fn encode(&self) -> RequestParts {
        RequestParts::get(
            format!("/api/machineactions/{}", self.action.path_segment()),
            None,
        )
    }
}

/// Cancels an action that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelMachineAction {
    action: ActionId,
    request: CancelMachineActionRequest,
}

impl CancelMachineAction {
    /// Cancels this action, with a reason.
    #[must_use]
    pub fn new(action: ActionId, comment: Comment) -> Self {
        Self {
            action,
            request: CancelMachineActionRequest::new(comment),
        }
    }
}

impl Operation for CancelMachineAction {
    type Output = MachineAction;
    const INFO: &'static OperationInfo = &operations::CANCEL_MACHINE_ACTION;

    fn encode(&self) -> RequestParts {
        let action = self.action.path_segment();
        RequestParts::post(
            format!("/api/machineactions/{action}/cancel"),
            json(&self.request),
        )
    }
}

/// Gets one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetMachine {
    machine: MachineId,
}

impl GetMachine {
    /// Asks for this machine, by its id or by its DNS name.
    #[must_use]
    pub const fn new(machine: MachineId) -> Self {
        Self { machine }
    }
}

impl Operation for GetMachine {
    type Output = Machine;
    const INFO: &'static OperationInfo = &operations::GET_MACHINE;

    fn encode(&self) -> RequestParts {
        RequestParts::get(
            format!("/api/machines/{}", self.machine.path_segment()),
            None,
        )
    }
}

/// Gets what is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetFile {
    file: FileId,
}

impl GetFile {
    /// Asks for this file, by its SHA-1 or its SHA-256.
    #[must_use]
    pub fn new(file: impl Into<FileId>) -> Self {
        Self { file: file.into() }
    }
}

impl Operation for GetFile {
    type Output = File;
    const INFO: &'static OperationInfo = &operations::GET_FILE;

    fn encode(&self) -> RequestParts {
        RequestParts::get(format!("/api/files/{}", self.file.path_segment()), None)
    }
}

/// Lists machine actions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListMachineActions {
    query: Option<String>,
}

impl ListMachineActions {
    const PATH: &'static str = "/api/machineactions";

    /// Asks for these actions.
    #[must_use]
    pub fn new(options: &ListOptions<MachineAction>) -> Self {
        Self {
            query: options.query(),
        }
    }

    /// Asks for the next page.
    ///
    /// # Errors
    /// [`ForeignLink`] when the link does not lead to machine actions. Its host is never used.
    pub fn following(link: &NextLink) -> Result<Self, ForeignLink> {
        Ok(Self {
            query: Some(link.query_at(Self::PATH)?),
        })
    }
}

impl Operation for ListMachineActions {
    type Output = ODataPage<MachineAction>;
    const INFO: &'static OperationInfo = &operations::LIST_MACHINE_ACTIONS;

    fn encode(&self) -> RequestParts {
        RequestParts::get(Self::PATH.to_owned(), self.query.clone())
    }
}

/// Lists machines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListMachines {
    query: Option<String>,
}

impl ListMachines {
    const PATH: &'static str = "/api/machines";

    /// Asks for these machines.
    #[must_use]
    pub fn new(options: &ListOptions<Machine>) -> Self {
        Self {
            query: options.query(),
        }
    }

    /// Asks for the next page.
    ///
    /// # Errors
    /// [`ForeignLink`] when the link does not lead to machines. Its host is never used.
    pub fn following(link: &NextLink) -> Result<Self, ForeignLink> {
        Ok(Self {
            query: Some(link.query_at(Self::PATH)?),
        })
    }
}

impl Operation for ListMachines {
    type Output = ODataPage<Machine>;
    const INFO: &'static OperationInfo = &operations::LIST_MACHINES;

    fn encode(&self) -> RequestParts {
        RequestParts::get(Self::PATH.to_owned(), self.query.clone())
    }
}

/// Lists the machines on which a file was seen; none for a file that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListFileMachines {
    sha1: Sha1,
    query: Option<String>,
}

impl ListFileMachines {
    /// Asks for the machines of this file. The service takes no other hash here and documents no
    /// filter.
    #[must_use]
    pub const fn new(sha1: Sha1) -> Self {
        Self { sha1, query: None }
    }

    /// Asks for the next page.
    ///
    /// # Errors
    /// [`ForeignLink`] when the link does not lead to this file's machines. Its host is never used.
    pub fn following(sha1: Sha1, link: &NextLink) -> Result<Self, ForeignLink> {
        let query = Some(link.query_at(&Self::path(sha1))?);
        Ok(Self { sha1, query })
    }

    fn path(sha1: Sha1) -> String {
        format!("/api/files/{sha1}/machines")
    }
}

impl Operation for ListFileMachines {
    type Output = ODataPage<Machine>;
    const INFO: &'static OperationInfo = &operations::LIST_FILE_MACHINES;

    fn encode(&self) -> RequestParts {
        RequestParts::get(Self::path(self.sha1), self.query.clone())
    }
}

/// A body of strings alone, which JSON can always hold.
fn json(request: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(request).unwrap_or_default()
}
