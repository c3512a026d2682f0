//! Operations that the API has and no agent of this server's does: isolation, scans, live response,
//! offboarding and the like.
//!
//! They are refused after whatever they are asked of was found, for clients try their permissions on
//! a machine that does not exist and look for `ResourceNotFound`.

use axum::response::Response;
use quell_model::OperationInfo;

use super::{Api, ApiError, Call, action_id};

impl Api {
    pub(super) async fn disabled_on_machine(
        &self,
        call: &Call<'_>,
        operation: &OperationInfo,
        machine: &str,
    ) -> Result<Response, ApiError> {
        self.machine_by_id(call, machine).await?;
        Err(ApiError::disabled(operation))
    }

    pub(super) async fn disabled_on_action(
        &self,
        call: &Call<'_>,
        operation: &OperationInfo,
        action: &str,
    ) -> Result<Response, ApiError> {
        let id = action_id::named(action)?;
        match self.store.action(call.caller.view(), &id).await? {
            Some(_) => Err(ApiError::disabled(operation)),
            None => Err(ApiError::no_action(id.as_str())),
        }
    }
}
