//! What stopping a file and putting it back have in common: one order to one machine.

use axum::response::Response;
use http::StatusCode;
use quell_model::{Comment, ErrorCode, MachineId, Sha1, Timestamp};

use super::body::says_json;
use super::{Api, ApiError, Call, action_id, answer, entity};
use crate::core::{Ask, Ceiling, TenantId};
use crate::exchange;
use crate::store::record::{ActionRecord, MachineRecord, Submission, Submitted};

/// What is asked of a machine, and in whose words.
pub(super) struct Order {
    pub(super) sha1: Sha1,
    pub(super) ask: Ask,
    pub(super) comment: Comment,
    pub(super) title: Option<String>,
    pub(super) external_id: Option<String>,
}

impl Api {
    /// The machine that something is to be ordered from, once it is clear that the caller sees it
    /// and may, that it takes orders, and that the body is meant as what it is read as.
    pub(super) async fn machine_to_order_from(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<MachineRecord, ApiError> {
        let machine = self.machine_by_id(call, segment).await?;
        self.expect_power(call, machine.group)?;
        if machine.revoked {
            return Err(ApiError::revoked(&machine.id));
        }
        says_json(&call.parts.headers)?;
        Ok(machine)
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

    /// Takes the order, or says why not.
    pub(super) async fn order(
        &self,
        call: &Call<'_>,
        machine: MachineRecord,
        order: Order,
        now: Timestamp,
    ) -> Result<Response, ApiError> {
        let tenant = call.caller.tenant;
        let id = machine.id.clone();
        let submission = self.submission(call, machine, order, now)?;
        let action = match self.store.submit(submission).await? {
            Submitted::New(action) => {
                self.announce(tenant, &action);
                action
            }
            Submitted::Again(action) => action,
            Submitted::Revoked => return Err(ApiError::revoked(&id)),
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

    fn submission(
        &self,
        call: &Call<'_>,
        machine: MachineRecord,
        order: Order,
        now: Timestamp,
    ) -> Result<Submission, ApiError> {
        // What is put back stops nothing.
        let ceiling = match order.ask {
            Ask::StopAndQuarantineFile { .. } => self.ceiling,
            Ask::RestoreFile { .. } => Ceiling::default(),
        };
        Ok(Submission {
            tenant: call.caller.tenant,
            id: action_id::fresh(now)?,
            machine: machine.id,
            computer_dns_name: machine.facts.computer_dns_name,
            sha1: order.sha1,
            ask: order.ask,
            application: call.caller.client_id.clone(),
            requestor: call.caller.requestor.clone(),
            comment: order.comment.as_str().to_owned(),
            title: order.title,
            external_id: order.external_id,
            by: call.by(),
            duplicates: self.duplicates,
            ceiling,
            now,
        })
    }

    pub(super) fn announce(&self, tenant: TenantId, action: &ActionRecord) {
        tracing::info!(
            %tenant, action = %action.id, machine = %action.machine, sha1 = %action.sha1,
            "action taken"
        );
        self.wake(tenant, &action.machine);
    }
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

impl Call<'_> {
    /// The answer that is one action.
    pub(super) fn action(&self, status: StatusCode, record: ActionRecord) -> Response {
        let mut action = entity::action(record);
        action.odata_context = Some(self.origin.context("MachineActions/$entity"));
        answer::entity(status, &action)
    }
}
