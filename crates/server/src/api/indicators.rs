//! Indicators: submit, list, delete.
//!
//! They are kept and told; that machines act on them is no part of any answer.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use quell_model::{AnyOf, ErrorCode, Holder, IndicatorId, SubmitIndicatorRequest};

use super::body::says_json;
use super::{Api, ApiError, Call, answer, entity, schema};
use crate::core::indicator::MAX_INDICATORS;
use crate::core::{Draft, Extent, Grant, Reach};
use crate::issuer::Caller;
use crate::store::record::{Author, Kept, Page};

/// What reaches indicators that others made.
const OTHERS_TOO: AnyOf = AnyOf(&["Ti.ReadWrite.All"]);

impl Api {
    pub(super) async fn submit_indicator(&self, call: Call<'_>) -> Result<Response, ApiError> {
        self.expect_power_on_all(&call)?;
        says_json(&call.parts.headers)?;
        let request = SubmitIndicatorRequest::from_json(&call.body.clone()?)?;
        let now = self.clock.now();
        let draft = Draft::check(request, now)?;
        let (author, reach) = (author(&call.caller), reach(&call.caller));
        let kept = self
            .store
            .keep_indicator(call.caller.tenant, draft, author, reach, call.by(), now)
            .await?;
        match kept {
            Kept::As(record) => {
                tracing::info!(tenant = %call.caller.tenant, indicator = %record.id, "indicator kept");
                let mut indicator = entity::indicator(*record);
                indicator.odata_context = Some(call.origin.context("Indicators/$entity"));
                Ok(answer::entity(StatusCode::OK, &indicator))
            }
            Kept::SomeoneElses => Err(ApiError::new(
                ErrorCode::Forbidden,
                OTHERS_TOO.refusal(Holder::Application),
            )),
            Kept::Full => Err(ApiError::new(
                ErrorCode::BadRequest,
                format!("The tenant has {MAX_INDICATORS} indicators, which is the most."),
            )),
        }
    }

    pub(super) async fn list_indicators(&self, call: &Call<'_>) -> Result<Response, ApiError> {
        let query = call.query(&schema::INDICATORS)?;
        // An indicator is about every machine: who sees some does not see it.
        let page = match call.caller.powers.sees {
            Extent::Groups(_) => Page::of(Vec::new(), &query),
            Extent::All => {
                let (tenant, reach) = (call.caller.tenant, reach(&call.caller));
                let now = self.clock.now();
                self.store
                    .indicators(tenant, reach, now, query.clone())
                    .await?
            }
        };
        Ok(answer::page(
            call,
            "Indicators",
            &query,
            page,
            entity::indicator,
        ))
    }

    pub(super) async fn delete_indicator(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        self.expect_power_on_all(call)?;
        let unknown = || ApiError::no_indicator(segment);
        let id = IndicatorId::from_path_segment(segment).map_err(|_| unknown())?;
        let tenant = call.caller.tenant;
        let deleted = self
            .store
            .delete_indicator(
                tenant,
                &id,
                reach(&call.caller),
                call.by(),
                self.clock.now(),
            )
            .await?;
        if !deleted {
            return Err(unknown());
        }
        tracing::info!(%tenant, indicator = %id, "indicator deleted");
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = StatusCode::NO_CONTENT;
        Ok(answer)
    }
}

fn reach(caller: &Caller) -> Reach {
    Reach::of(&caller.grant, &caller.client_id)
}

/// An application is known by its id, a person by the principal name.
fn author(caller: &Caller) -> Author {
    let id = match caller.grant {
        Grant::Application(_) => caller.client_id.clone(),
        Grant::Person(_) => caller.requestor.clone(),
    };
    Author {
        id,
        display_name: caller.requestor.clone(),
    }
}
