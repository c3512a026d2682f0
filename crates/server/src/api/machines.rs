//! Machines: get and list.

use axum::response::Response;
use http::StatusCode;
use quell_model::MachineId;

use super::{Api, ApiError, Call, answer, entity, schema};

impl Api {
    /// By id or by DNS name.
    pub(super) async fn get_machine(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let name =
            MachineId::from_path_segment(segment).map_err(|_| ApiError::no_machine(segment))?;
        let record = self
            .store
            .machine(call.caller.tenant, name.as_str())
            .await?
            .ok_or_else(|| ApiError::no_machine(name.as_str()))?;
        let mut machine = entity::machine(record);
        machine.odata_context = Some(call.origin.context("Machines/$entity"));
        Ok(answer::entity(StatusCode::OK, &machine))
    }

    pub(super) async fn list_machines(&self, call: &Call<'_>) -> Result<Response, ApiError> {
        let query = call.query(&schema::MACHINES)?;
        let page = self
            .store
            .machines(call.caller.tenant, query.clone())
            .await?;
        Ok(answer::page(
            call,
            "Machines",
            &query,
            page,
            entity::machine,
        ))
    }
}
