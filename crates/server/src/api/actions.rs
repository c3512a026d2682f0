//! Machine actions: get, list, cancel.

use axum::response::Response;
use http::StatusCode;
use quell_model::{CancelMachineActionRequest, ErrorCode};
use quell_protocol::ActionResult;

use super::body::says_json;
use super::{Api, ApiError, Call, action_id, answer, entity, schema};
use crate::core::Event;
use crate::odata::Query;
use crate::store::record::{ActionScope, Change, Happened};

impl Api {
    pub(super) async fn get_action(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let id = action_id::named(segment)?;
        let action = self
            .store
            .action(call.caller.view(), &id)
            .await?
            .ok_or_else(|| ApiError::no_action(id.as_str()))?;
        Ok(call.action(StatusCode::OK, action))
    }

    /// What the machine said of an action that has ended: what became of each process and each path.
    pub(super) async fn get_result(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let id = action_id::named(segment)?;
        let view = call.caller.view();
        let action = self.store.action(view, &id).await?;
        let action = action.ok_or_else(|| ApiError::no_action(id.as_str()))?;
        let told = self.store.details(call.caller.tenant, &action.id).await?;
        let told = told.ok_or_else(|| ApiError::no_result(id.as_str()))?;
        let result: ActionResult = serde_json::from_str(&told).map_err(|_| ApiError::internal())?;
        Ok(answer::entity(StatusCode::OK, &result))
    }

    pub(super) async fn list_actions(&self, call: &Call<'_>) -> Result<Response, ApiError> {
        self.actions(call, ActionScope::All).await
    }

    /// A page of actions.
    pub(super) async fn actions(
        &self,
        call: &Call<'_>,
        scope: ActionScope,
    ) -> Result<Response, ApiError> {
        let query = call.query(&schema::MACHINE_ACTIONS)?;
        let page = self
            .store
            .actions(call.caller.view(), scope, query.clone())
            .await?;
        Ok(answer::page(
            call,
            "MachineActions",
            &query,
            page,
            entity::action,
        ))
    }

    pub(super) async fn cancel_action(
        &self,
        call: Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let id = action_id::named(segment)?;
        let tenant = call.caller.tenant;
        let action = self.store.action(call.caller.view(), &id).await?;
        let action = action.ok_or_else(|| ApiError::no_action(id.as_str()))?;
        let machine = self.named_machine(&call, action.machine.as_str()).await?;
        self.expect_power(&call, machine.group)?;
        says_json(&call.parts.headers)?;
        let request = CancelMachineActionRequest::from_json(&call.body.clone()?)?;
        let event = Event::CancelRequested {
            requestor: call.caller.requestor.clone(),
            comment: request.comment.as_str().to_owned(),
        };
        let advanced = self
            .store
            .advance(
                tenant,
                &id,
                None,
                Happened {
                    event,
                    details: None,
                    by: call.by(),
                    now: self.clock.now(),
                },
            )
            .await?
            .ok_or_else(|| ApiError::no_action(id.as_str()))?;
        match advanced.verdict {
            Ok(Change::Moved | Change::Stayed) => {
                tracing::info!(%tenant, action = %id, "action cancelled");
                self.wake(tenant, &advanced.action.machine);
                Ok(call.action(StatusCode::OK, advanced.action))
            }
            Err(ended) => Err(ApiError::new(
                ErrorCode::BadRequest,
                format!(
                    "Machine action {id} cannot be cancelled: it has already ended with status {}.",
                    ended.0
                ),
            )),
        }
    }
}

impl Call<'_> {
    /// What is asked of a collection.
    pub(super) fn query(&self, schema: &crate::odata::Schema) -> Result<Query, ApiError> {
        let raw = self.parts.uri.query().unwrap_or_default();
        Ok(Query::parse(raw, schema)?)
    }
}
