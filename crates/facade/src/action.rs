//! Machine actions, one by one.

use quell_model::{
    ActionId, CancelMachineAction, Comment, DownloadLink, GetMachineAction, GetPackageUri,
    MachineAction, OperationInfo, operations,
};

use crate::argument::{Argument, InvalidArgument};
use crate::call::Subject;
use crate::client::{Client, argument, invalid};
use crate::deadline::Deadline;
use crate::error::Error;
use crate::wait::Wait;

/// One machine action; made by [`Client::action`]. Nothing is sent until a method is awaited.
#[derive(Clone, Debug)]
pub struct ActionHandle {
    client: Client,
    id: Result<ActionId, InvalidArgument>,
}

impl ActionHandle {
    /// The operation that a wait asks again and again.
    pub(crate) const LOOKS_BY: &'static OperationInfo = &operations::GET_MACHINE_ACTION;

    pub(crate) fn new(client: Client, id: Result<ActionId, InvalidArgument>) -> Self {
        Self { client, id }
    }

    /// Gets the action as it is now.
    ///
    /// # Errors
    ///
    /// [`Error`]; of kind [`NotFound`](crate::ErrorKind::NotFound) if the service does
    /// not know it, which may also be so for some seconds after it was made.
    pub async fn get(&self) -> Result<MachineAction, Error> {
        let action = argument::<_, GetMachineAction>(&self.id)?;
        let subject = Subject::action(&action);
        self.client
            .send_about(&GetMachineAction::new(action), subject)
            .await
    }

    /// Waits until the action has ended, well or not.
    pub fn wait(&self) -> Wait {
        Wait::new(self.clone())
    }

    /// Cancels the action. One that has ended cannot be cancelled.
    ///
    /// Cancelled does not prove that nothing was done: the machine may have been faster.
    ///
    /// # Errors
    ///
    /// [`Error`]; if its [`outcome`](Error::outcome) is unknown, [`get`](Self::get) tells.
    pub async fn cancel(&self, comment: impl Argument<Comment>) -> Result<MachineAction, Error> {
        let comment = comment.read().map_err(invalid::<CancelMachineAction>)?;
        let action = argument::<_, CancelMachineAction>(&self.id)?;
        let subject = Subject::action(&action);
        self.client
            .send_about(&CancelMachineAction::new(action, comment), subject)
            .await
    }

    /// Gets where the package of an ended `CollectInvestigationPackage` can be downloaded, for some
    /// minutes. The address is a secret: whoever has it can download.
    ///
    /// # Errors
    ///
    /// [`Error`]; of kind [`NotFound`](crate::ErrorKind::NotFound) if there is no such action, or
    /// it has no package.
    pub async fn package_uri(&self) -> Result<DownloadLink, Error> {
        let action = argument::<_, GetPackageUri>(&self.id)?;
        let subject = Subject::action(&action);
        self.client
            .send_about(&GetPackageUri::new(action), subject)
            .await
    }

    /// Gets where the result of the command at this place, from 0, of an ended live response can be
    /// downloaded.
    ///
    /// # Errors
    ///
    /// [`Error`]; of kind [`NotFound`](crate::ErrorKind::NotFound) if there is none.
    #[cfg(feature = "high-risk")]
    pub async fn live_response_result(&self, command: u32) -> Result<DownloadLink, Error> {
        use quell_model::GetLiveResponseResult;

        let action = argument::<_, GetLiveResponseResult>(&self.id)?;
        let subject = Subject::action(&action);
        let get = GetLiveResponseResult::new(action, command);
        self.client.send_about(&get, subject).await
    }

    /// Gets the action no later than this.
    pub(crate) async fn get_by(&self, deadline: Deadline) -> Result<MachineAction, Error> {
        let (client, id) = (self.client.until(deadline), self.id.clone());
        Self { client, id }.get().await
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }
}
