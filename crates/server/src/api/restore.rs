//! Putting a quarantined file back: an operation of this server's own, beside the contract's.

use axum::response::Response;
use quell_model::{ActionId, ErrorCode, RestoreConflict, RestoreFileRequest, Sha1};
use quell_protocol::Conflict;

use super::order::Order;
use super::{Api, ApiError, Call};
use crate::core::{ActionKind, Ask};
use crate::store::record::MachineRecord;

impl Api {
    pub(super) async fn restore(
        &self,
        call: Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let machine = self.machine_to_order_from(&call, segment).await?;
        let request = RestoreFileRequest::from_json(&call.body.clone()?)?;
        let conflict = conflict(request.conflict.as_ref())?;
        let (sha1, taken_by) = self.what(&call, &machine, &request).await?;
        let order = Order {
            sha1,
            ask: Ask::RestoreFile { taken_by, conflict },
            comment: request.comment,
            title: request.title,
            external_id: request.external_id,
        };
        self.order(&call, machine, order, self.clock.now()).await
    }

    /// The file, and the action that took it if one is named.
    async fn what(
        &self,
        call: &Call<'_>,
        machine: &MachineRecord,
        request: &RestoreFileRequest,
    ) -> Result<(Sha1, Option<ActionId>), ApiError> {
        let tenant = call.caller.tenant;
        match (&request.action_id, &request.sha1) {
            (Some(id), None) => {
                let action = self.store.action(call.caller.view(), id).await?;
                let action = action.filter(|action| {
                    action.machine == machine.id && action.kind == ActionKind::StopAndQuarantineFile
                });
                let action = action.ok_or_else(|| ApiError::no_action(id.as_str()))?;
                Ok((action.sha1, Some(action.id)))
            }
            (None, Some(sha1)) => {
                let sha1 = *sha1;
                match self
                    .store
                    .was_quarantined(tenant, &machine.id, sha1)
                    .await?
                {
                    true => Ok((sha1, None)),
                    false => Err(ApiError::new(
                        ErrorCode::ResourceNotFound,
                        format!("Sha1 {sha1} was not quarantined on machine {}", machine.id),
                    )),
                }
            }
            (None, None) => Err(ApiError::missing("ActionId or Sha1")),
            (Some(_), Some(_)) => Err(ApiError::invalid_input(
                "ActionId",
                "name the action or the file, not both",
            )),
        }
    }
}

/// The machine knows two ways, and no default for a third.
fn conflict(asked: Option<&RestoreConflict>) -> Result<Conflict, ApiError> {
    match asked {
        None => Ok(Conflict::default()),
        Some(RestoreConflict::Fail) => Ok(Conflict::Fail),
        Some(RestoreConflict::Rename) => Ok(Conflict::Rename),
        Some(_) => Err(ApiError::invalid_input("Conflict", "it is fail or rename")),
    }
}
