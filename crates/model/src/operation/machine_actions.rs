//! Operations on machine actions that were asked before.

use super::{Operation, OperationInfo, RequestParts, json};
use crate::odata::{ForeignLink, ListOptions, NextLink, ODataPage};
use crate::{
    ActionId, CancelMachineActionRequest, Comment, DownloadLink, MachineAction, operations,
};

const PATH: &str = "/api/machineactions";

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
        RequestParts::get(format!("{PATH}/{}", self.action.path_segment()), None)
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

    /// The action.
    #[must_use]
    pub const fn action(&self) -> &ActionId {
        &self.action
    }

    /// What is asked of it.
    #[must_use]
    pub const fn request(&self) -> &CancelMachineActionRequest {
        &self.request
    }
}

impl Operation for CancelMachineAction {
    type Output = MachineAction;
    const INFO: &'static OperationInfo = &operations::CANCEL_MACHINE_ACTION;

    fn encode(&self) -> RequestParts {
        let action = self.action.path_segment();
        RequestParts::post(format!("{PATH}/{action}/cancel"), json(&self.request))
    }
}

/// Lists machine actions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListMachineActions {
    query: Option<String>,
}

impl ListMachineActions {
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
            query: Some(link.query_at(PATH)?),
        })
    }
}

impl Operation for ListMachineActions {
    type Output = ODataPage<MachineAction>;
    const INFO: &'static OperationInfo = &operations::LIST_MACHINE_ACTIONS;

    fn encode(&self) -> RequestParts {
        RequestParts::get(PATH.to_owned(), self.query.clone())
    }
}

/// Gets where a collected investigation package can be downloaded: 404 until it is complete, and
/// asked for no more than twice a minute ([`limits::PACKAGE_URI`](crate::limits::PACKAGE_URI)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetPackageUri {
    action: ActionId,
}

impl GetPackageUri {
    /// Asks for the package of this action.
    #[must_use]
    pub const fn new(action: ActionId) -> Self {
        Self { action }
    }
}

impl Operation for GetPackageUri {
    type Output = DownloadLink;
    const INFO: &'static OperationInfo = &operations::GET_PACKAGE_URI;

    fn encode(&self) -> RequestParts {
        let action = self.action.path_segment();
        RequestParts::get(format!("{PATH}/{action}/getPackageUri"), None)
    }
}
