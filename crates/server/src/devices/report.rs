//! What machines say of their actions.

use quell_protocol::{FaultCode, Phase, Report};
use serde::Serialize;

use super::fault::DeviceFault;
use super::{Devices, Message};
use crate::core::Event;
use crate::core::audit::By;
use crate::store::record::Happened;

/// Nothing more is to be said.
#[derive(Debug, Serialize)]
pub(super) struct Noted {}

impl Devices {
    pub(super) async fn report(&self, message: &Message) -> Result<Noted, DeviceFault> {
        let proven = self.prove(message).await?;
        let report: Report = message.parse()?;
        let (event, details) = read(&report.phase)?;
        let advanced = self
            .store
            .advance(
                proven.tenant,
                &report.action_id,
                Some(&proven.machine),
                Happened {
                    event,
                    details,
                    by: By::machine(proven.machine.clone(), "report", message.address()),
                    now: self.clock.now(),
                },
            )
            .await?
            .ok_or_else(|| {
                DeviceFault::new(
                    FaultCode::UnknownAction,
                    "the action is not one of this machine's",
                )
            })?;
        let action = advanced.action;
        tracing::info!(
            tenant = %proven.tenant, action = %action.id, machine = %proven.machine,
            status = %action.state.status, "report taken"
        );
        Ok(Noted {})
    }
}

fn read(phase: &Phase) -> Result<(Event, Option<String>), DeviceFault> {
    match phase {
        Phase::InProgress => Ok((Event::TakenUp, None)),
        Phase::Cancelled => Ok((Event::GivenUp, None)),
        Phase::Finished { result } => {
            let details = serde_json::to_string(result)
                .map_err(|error| DeviceFault::new(FaultCode::InvalidMessage, error))?;
            Ok((Event::Ended((&result.verdict).into()), Some(details)))
        }
        _ => Err(DeviceFault::new(
            FaultCode::InvalidMessage,
            "the phase is not one that this server knows",
        )),
    }
}
