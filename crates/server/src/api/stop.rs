//! StopAndQuarantineFile.

use axum::response::Response;
use http::StatusCode;
use quell_model::{ActionId, ErrorCode, MachineId, Sha1, StopAndQuarantineFileRequest, Timestamp};
use quell_protocol::Protection;
use uuid::Uuid;

use super::body::says_json;
use super::guard::objected;
use super::{Api, ApiError, Call, UnknownFile, answer, entity};
use crate::core::audit::{Deed, Refusal};
use crate::core::platform::{Unfit, unfit};
use crate::core::{Ask, Ceiling, Objection, TenantId};
use crate::exchange;
use crate::store::record::{ActionRecord, MachineRecord, Submission, Submitted};

impl Api {
    pub(super) async fn stop_and_quarantine_file(
        &self,
        call: Call<'_>,
        machine_id: &str,
    ) -> Result<Response, ApiError> {
        let machine = self.machine_by_id(&call, machine_id).await?;
        self.expect_power(&call, machine.group)?;
        if machine.revoked {
            return Err(ApiError::revoked(&machine.id));
        }
        says_json(&call.parts.headers)?;
        let request = StopAndQuarantineFileRequest::from_json(&call.body.clone()?)?;
        let force = call.force()?;
        check_system(&machine)?;
        let now = self.clock.now();
        if let Err(error) = self
            .check_file(call.caller.tenant, &machine.id, request.sha1, force, now)
            .await
        {
            self.tell_of_refusal(&call, machine.id, request.sha1, &error)
                .await?;
            return Err(error);
        }
        let submission = Submission {
            ask: Ask::StopAndQuarantineFile { force },
            ceiling: self.ceiling,
            ..submission(&call, machine, request, self.duplicates, now)?
        };
        let tenant = submission.tenant;
        let machine = submission.machine.clone();
        let action = match self.store.submit(submission).await? {
            Submitted::New(action) => {
                self.announce(tenant, &action);
                action
            }
            Submitted::Again(action) => action,
            Submitted::Revoked => return Err(ApiError::revoked(&machine)),
            Submitted::Ceiling { most, of_one_file } => return Err(ceiling(most, of_one_file)),
            Submitted::Refused => {
                return Err(ApiError::new(
                    ErrorCode::ActiveRequestAlreadyExists,
                    "Action is already in progress",
                ));
            }
        };
        exchange::note(|told| told.action = exchange::excerpt(action.id.as_str()));
        Ok(call.action(StatusCode::CREATED, action))
    }

    /// Writes down that a file was not to be taken away because of what it is, or that nobody knows
    /// it there: who tries that is worth knowing.
    async fn tell_of_refusal(
        &self,
        call: &Call<'_>,
        machine: MachineId,
        sha1: Sha1,
        error: &ApiError,
    ) -> Result<(), ApiError> {
        let why = match error.code() {
            ErrorCode::DisallowedOperation => Refusal::Protected,
            ErrorCode::ResourceNotFound => Refusal::UnknownFile,
            _ => return Ok(()),
        };
        let deed = Deed::ActionRefused { machine, sha1, why };
        Ok(self
            .store
            .tell(call.caller.tenant, call.by.clone(), deed, self.clock.now())
            .await?)
    }

    /// The machine of this very id, if the caller sees it: an action names its machine by no other
    /// name.
    pub(super) async fn machine_by_id(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<MachineRecord, ApiError> {
        let id =
            MachineId::from_path_segment(segment).map_err(|_| ApiError::no_machine(segment))?;
        self.store
            .machine(call.caller.view(), id.as_str())
            .await?
            .filter(|machine| machine.id.as_str().eq_ignore_ascii_case(id.as_str()))
            .ok_or_else(|| ApiError::no_machine(id.as_str()))
    }

    async fn check_file(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        sha1: Sha1,
        force: bool,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        // Not a file but every file without content: nobody can mean that.
        if sha1 == Sha1::OF_NOTHING {
            return Err(protected(sha1, Protection::EmptyFile));
        }
        let since = now.saturating_sub(self.sightings_kept);
        match self.store.sighted(tenant, machine, sha1, since).await? {
            Some(sighted) => match sighted.protection {
                Some(protection) if !force => return Err(protected(sha1, protection)),
                _ => {}
            },
            None if self.unknown_file == UnknownFile::Deliver => {}
            None => {
                return Err(ApiError::new(
                    ErrorCode::ResourceNotFound,
                    format!("Sha1 {sha1} was not found in machine {machine}"),
                ));
            }
        }
        if force {
            return Ok(());
        }
        match self.objection(tenant, sha1, since, now).await? {
            Some(objection) => Err(objected(sha1, &objection)),
            None => Ok(()),
        }
    }

    pub(super) fn announce(&self, tenant: TenantId, action: &ActionRecord) {
        tracing::info!(
            %tenant, action = %action.id, machine = %action.machine, sha1 = %action.sha1,
            "action taken"
        );
        self.wake(tenant, &action.machine);
    }
}

/// Refuses a machine for whose operating system the action does not exist.
fn check_system(machine: &MachineRecord) -> Result<(), ApiError> {
    let facts = &machine.facts;
    match unfit(&facts.os_platform, facts.version.as_deref()) {
        None => Ok(()),
        Some(Unfit::Platform) => Err(ApiError::new(
            ErrorCode::OsPlatformNotSupported,
            format!(
                "OS Platform {} isn't supported for this action.",
                facts.os_platform
            ),
        )),
        Some(Unfit::Version { first }) => Err(ApiError::new(
            ErrorCode::ClientVersionNotSupported,
            format!("StopAndQuarantineFile is supported on client version {first} and above."),
        )),
    }
}

fn protected(sha1: Sha1, protection: Protection) -> ApiError {
    objected(sha1, &Objection::Protected(protection))
}

/// Not a limit on calls: whoever waits and asks again has not understood.
fn ceiling(most: u32, of_one_file: bool) -> ApiError {
    let what = match of_one_file {
        true => "this file",
        false => "files",
    };
    ApiError::new(
        ErrorCode::DisallowedOperation,
        format!(
            "The application had {what} stopped on {most} other machines within the last hour, and may not on more."
        ),
    )
}

fn submission(
    call: &Call<'_>,
    machine: MachineRecord,
    request: StopAndQuarantineFileRequest,
    duplicates: crate::core::DuplicateRule,
    now: Timestamp,
) -> Result<Submission, ApiError> {
    let id = ActionId::new(Uuid::new_v4().to_string()).map_err(|_| ApiError::internal())?;
    Ok(Submission {
        tenant: call.caller.tenant,
        id,
        machine: machine.id,
        computer_dns_name: machine.facts.computer_dns_name,
        sha1: request.sha1,
        ask: Ask::StopAndQuarantineFile { force: false },
        application: call.caller.client_id.clone(),
        requestor: call.caller.requestor.clone(),
        comment: request.comment.as_str().to_owned(),
        title: request.title,
        external_id: request.external_id,
        by: call.by.clone(),
        duplicates,
        ceiling: Ceiling::default(),
        now,
    })
}

impl Call<'_> {
    /// The answer that is one action.
    pub(super) fn action(&self, status: StatusCode, record: ActionRecord) -> Response {
        let mut action = entity::action(record);
        action.odata_context = Some(self.origin.context("MachineActions/$entity"));
        answer::entity(status, &action)
    }
}
