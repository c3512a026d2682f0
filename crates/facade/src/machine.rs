//! Machines, one by one: what they are, and what is asked of them.

use std::sync::Arc;

use quell_model::{
    ActionType, CollectInvestigationPackage, Comment, GetMachine, Isolate, IsolationType, Machine,
    MachineAction, MachineId, Operation, RestrictCodeExecution, RunAntiVirusScan, ScanType, Sha1,
    StopAndQuarantineFile, Unisolate, UnrestrictCodeExecution,
};

use crate::argument::{Argument, InvalidArgument};
use crate::call::Subject;
use crate::check::CheckRequest;
use crate::client::{Client, argument};
use crate::error::Error;
use crate::properties::machine_action::MACHINE_ID;
use crate::reconcile;
use crate::request::{ActionRequest, Draft};

/// One machine; made by [`Client::machine`]. Nothing is sent until a method is awaited.
///
/// What is asked of a machine becomes a machine action: its status is `Pending` until the machine
/// next asks for work, and [`ActionHandle::wait`](crate::ActionHandle::wait) sees its end. Each such
/// method gives an [`ActionRequest`], on which options are set before it is awaited.
///
/// A request is repeated only if it provably did not arrive, or was refused for the rate or for an
/// expired token; what is done when that cannot be told is the caller's choice, see
/// [`ActionRequest::in_doubt`]. It fails with an [`Error`] of which [`outcome`](Error::outcome) says
/// whether it may have been done all the same.
#[derive(Clone, Debug)]
pub struct MachineHandle {
    client: Client,
    id: Result<MachineId, InvalidArgument>,
}

impl MachineHandle {
    pub(crate) fn new(client: Client, id: Result<MachineId, InvalidArgument>) -> Self {
        Self { client, id }
    }

    /// Gets the machine.
    ///
    /// # Errors
    ///
    /// [`Error`]; of kind [`NotFound`](crate::ErrorKind::NotFound) if the service does not know it.
    pub async fn get(&self) -> Result<Machine, Error> {
        let machine = argument::<_, GetMachine>(&self.id)?;
        let subject = Subject::machine(&machine);
        self.client
            .send_about(&GetMachine::new(machine), subject)
            .await
    }

    /// Every action that was ever asked of this machine, as far as the service remembers.
    ///
    /// For a machine that is named by its DNS name its id is asked for first.
    ///
    /// # Errors
    ///
    /// [`Error`]; a part is never passed off as the whole.
    pub async fn actions(&self) -> Result<Vec<MachineAction>, Error> {
        let machine = argument::<_, GetMachine>(&self.id)?;
        let id = reconcile::machine_id(&self.client, &machine).await?;
        let of_machine = self.client.actions().filter(MACHINE_ID.eq(id));
        of_machine.list().await
    }

    /// Checks what would be refused if this file were to be stopped and quarantined on this machine.
    /// Nothing but reads is sent.
    pub fn check(&self, sha1: impl Argument<Sha1>) -> CheckRequest {
        CheckRequest::new(self.client.clone(), sha1.read()).on_read(self.id.clone())
    }

    /// Stops the file from executing on this machine, and takes it away.
    ///
    /// Awaiting the request gives a [`Placed`](crate::Placed): an action made for it, or one that
    /// was open already.
    pub fn stop_and_quarantine_file(
        &self,
        sha1: impl Argument<Sha1>,
        comment: impl Argument<Comment>,
    ) -> ActionRequest<StopAndQuarantineFile> {
        let sha1 = match sha1.read() {
            Ok(sha1) => sha1,
            Err(error) => return ActionRequest::new(self.client.clone(), Err(error)),
        };
        self.ask(ActionType::StopAndQuarantineFile, Some(sha1), comment, {
            move |machine, comment| StopAndQuarantineFile::new(machine, sha1, comment)
        })
    }

    /// Cuts this machine off from the network but for the service, fully or but for some programs.
    pub fn isolate(
        &self,
        reach: IsolationType,
        comment: impl Argument<Comment>,
    ) -> ActionRequest<Isolate> {
        self.ask(
            ActionType::Isolate,
            None,
            comment,
            move |machine, comment| Isolate::new(machine, reach.clone(), comment),
        )
    }

    /// Ends this machine's isolation.
    pub fn unisolate(&self, comment: impl Argument<Comment>) -> ActionRequest<Unisolate> {
        self.ask(ActionType::Unisolate, None, comment, Unisolate::new)
    }

    /// Lets only programs signed by Microsoft run on this machine.
    pub fn restrict_code_execution(
        &self,
        comment: impl Argument<Comment>,
    ) -> ActionRequest<RestrictCodeExecution> {
        let kind = ActionType::RestrictCodeExecution;
        self.ask(kind, None, comment, RestrictCodeExecution::new)
    }

    /// Ends the restriction of what may run on this machine.
    pub fn unrestrict_code_execution(
        &self,
        comment: impl Argument<Comment>,
    ) -> ActionRequest<UnrestrictCodeExecution> {
        let kind = ActionType::UnrestrictCodeExecution;
        self.ask(kind, None, comment, UnrestrictCodeExecution::new)
    }

    /// Scans this machine for malware.
    pub fn run_antivirus_scan(
        &self,
        scan: ScanType,
        comment: impl Argument<Comment>,
    ) -> ActionRequest<RunAntiVirusScan> {
        let kind = ActionType::RunAntiVirusScan;
        self.ask(kind, None, comment, move |machine, comment| {
            RunAntiVirusScan::new(machine, scan.clone(), comment)
        })
    }

    /// Collects logs and state of this machine into a package, of which
    /// [`ActionHandle::package_uri`](crate::ActionHandle::package_uri) tells the address.
    pub fn collect_investigation_package(
        &self,
        comment: impl Argument<Comment>,
    ) -> ActionRequest<CollectInvestigationPackage> {
        let kind = ActionType::CollectInvestigationPackage;
        self.ask(kind, None, comment, CollectInvestigationPackage::new)
    }

    /// Takes this machine out of the service, which then neither sees nor protects it.
    #[cfg(feature = "high-risk")]
    pub fn offboard(
        &self,
        comment: impl Argument<Comment>,
    ) -> ActionRequest<quell_model::Offboard> {
        let kind = ActionType::Offboard;
        self.ask(kind, None, comment, quell_model::Offboard::new)
    }

    /// Runs commands on this machine: put files, run scripts, get files.
    #[cfg(feature = "high-risk")]
    pub fn run_live_response(
        &self,
        first: quell_model::LiveResponseCommand,
        then: Vec<quell_model::LiveResponseCommand>,
        comment: impl Argument<Comment>,
    ) -> ActionRequest<quell_model::RunLiveResponse> {
        use quell_model::RunLiveResponse;

        let kind = ActionType::LiveResponse;
        self.ask(kind, None, comment, move |machine, comment| {
            let run = RunLiveResponse::new(machine, first.clone(), comment);
            then.iter().cloned().fold(run, RunLiveResponse::and)
        })
    }

    fn ask<O>(
        &self,
        kind: ActionType,
        sha1: Option<Sha1>,
        comment: impl Argument<Comment>,
        make: impl Fn(MachineId, Comment) -> O + Send + Sync + 'static,
    ) -> ActionRequest<O>
    where
        O: Operation<Output = MachineAction> + Send + Sync,
    {
        let draft = self.id.clone().and_then(|machine| {
            Ok(Draft {
                kind,
                machine,
                sha1,
                comment: comment.read()?,
                make: Arc::new(make),
            })
        });
        ActionRequest::new(self.client.clone(), draft)
    }
}
