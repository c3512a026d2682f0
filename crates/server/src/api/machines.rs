//! Machines: get, list, and find by what is known of them.

use std::net::IpAddr;
use std::str::FromStr;

use axum::response::Response;
use http::StatusCode;
use quell_model::{MachineId, Timestamp};

use super::{Api, ApiError, Call, answer, entity, schema};
use crate::core::span;
use crate::odata::{Query, argument_text};
use crate::store::record::{MachineRecord, MachineScope};

impl Api {
    /// By id or by DNS name.
    pub(super) async fn get_machine(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let record = self.named_machine(call, segment).await?;
        let mut machine = entity::machine(record);
        machine.odata_context = Some(call.origin.context("Machines/$entity"));
        Ok(answer::entity(StatusCode::OK, &machine))
    }

    pub(super) async fn list_machines(&self, call: &Call<'_>) -> Result<Response, ApiError> {
        let query = call.query(&schema::MACHINES)?;
        self.machines(call, MachineScope::All, query).await
    }

    pub(super) async fn find_machines_by_ip(
        &self,
        call: &Call<'_>,
        ip: &str,
        timestamp: &str,
    ) -> Result<Response, ApiError> {
        let address: IpAddr = read(ip).map_err(|text| ApiError::bad_address(&text))?;
        let bad_moment = |text: &str| ApiError::invalid_input("timestamp", text);
        let moment: Timestamp = read(timestamp).map_err(|text| bad_moment(&text))?;
        let around = span::around(moment, self.clock.now());
        let (from, until) = around.map_err(|_| bad_moment(&moment.to_string()))?;
        let scope = MachineScope::WithAddress {
            address,
            from,
            until,
        };
        let query = call.query(&schema::MACHINES)?;
        self.machines(call, scope, query).await
    }

    pub(super) async fn find_machines_by_tag(&self, call: &Call<'_>) -> Result<Response, ApiError> {
        let tag = call
            .parameter("tag")?
            .filter(|tag| !tag.is_empty())
            .ok_or_else(|| ApiError::missing("tag"))?;
        let scope = match call.flag("useStartsWithFilter")? {
            true => MachineScope::TaggedFrom(tag),
            false => MachineScope::Tagged(tag),
        };
        let query = call.query(&schema::MACHINES)?;
        self.machines(call, scope, query).await
    }

    /// A page of machines.
    pub(super) async fn machines(
        &self,
        call: &Call<'_>,
        scope: MachineScope,
        query: Query,
    ) -> Result<Response, ApiError> {
        let page = self
            .store
            .machines(call.caller.view(), scope, query.clone())
            .await?;
        Ok(answer::page(
            call,
            "Machines",
            &query,
            page,
            entity::machine,
        ))
    }

    /// The machine of this id or DNS name, if the caller sees it.
    pub(super) async fn named_machine(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<MachineRecord, ApiError> {
        let name =
            MachineId::from_path_segment(segment).map_err(|_| ApiError::no_machine(segment))?;
        self.store
            .machine(call.caller.view(), name.as_str())
            .await?
            .ok_or_else(|| ApiError::no_machine(name.as_str()))
    }
}

/// What an argument says, or its text when that says no such thing.
fn read<T: FromStr>(argument: &str) -> Result<T, String> {
    let text = argument_text(argument).unwrap_or_else(|| argument.to_owned());
    text.parse().map_err(|_| text)
}
