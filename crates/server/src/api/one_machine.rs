//! What one machine was asked, and what it can be asked.

use axum::response::Response;
use quell_model::ActionAvailabilityStatus;

use super::{Api, ApiError, Call, answer, schema};
use crate::core::availability::availability;
use crate::core::platform::unfit;
use crate::store::record::{ActionScope, MachineRecord, Page};

impl Api {
    pub(super) async fn list_actions_of_machine(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let machine = self.named_machine(call, segment).await?;
        self.actions(call, ActionScope::OfMachine(machine.id)).await
    }

    /// Of every type of action the newest.
    pub(super) async fn list_latest_actions_of_machine(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let machine = self.named_machine(call, segment).await?;
        self.actions(call, ActionScope::LatestOfMachine(machine.id))
            .await
    }

    pub(super) async fn list_available_machine_actions(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let machine = self.named_machine(call, segment).await?;
        let query = call.query(&schema::AVAILABILITIES)?;
        Ok(answer::page(
            call,
            "Collection(microsoft.windowsDefenderATP.api.ActionAvailabilityStatus)",
            &query,
            Page::of(available(call, &machine), &query),
            |status| status,
        ))
    }
}

fn available(call: &Call<'_>, machine: &MachineRecord) -> Vec<ActionAvailabilityStatus> {
    let facts = &machine.facts;
    let unfit = unfit(&facts.os_platform, facts.version.as_deref());
    let may_act = call.caller.powers.may_act_on(machine.group);
    availability(machine.health, machine.revoked, unfit, may_act)
        .map(|(action, asked)| {
            let mut status = ActionAvailabilityStatus::new();
            status.action = action;
            status.is_available = asked.is_ok();
            status.not_supported_reason = asked.err().map(|reason| reason.as_str().to_owned());
            status
        })
        .collect()
}
