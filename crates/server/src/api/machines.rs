//! Machines: get, list, and find by what is known of them.

use std::net::IpAddr;

use axum::response::Response;
use http::StatusCode;
use quell_model::{MachineId, Timestamp};

use super::{Api, ApiError, Call, answer, entity, schema};
use crate::core::TenantId;
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
        let record = self.named_machine(call.caller.tenant, segment).await?;
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
        let address: IpAddr = read(ip).ok_or_else(|| ApiError::bad_address(ip))?;
        let bad_moment = || ApiError::invalid_input("timestamp", timestamp);
        let moment: Timestamp = read(timestamp).ok_or_else(bad_moment)?;
        let (from, until) = span::around(moment, self.clock.now()).map_err(|_| bad_moment())?;
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
            .machines(call.caller.tenant, scope, query.clone())
            .await?;
        Ok(answer::page(
            call,
            "Machines",
            &query,
            page,
            entity::machine,
        ))
    }

    /// The machine of this id or DNS name.
    pub(super) async fn named_machine(
        &self,
        tenant: TenantId,
        segment: &str,
    ) -> Result<MachineRecord, ApiError> {
        let name =
            MachineId::from_path_segment(segment).map_err(|_| ApiError::no_machine(segment))?;
        self.store
            .machine(tenant, name.as_str())
            .await?
            .ok_or_else(|| ApiError::no_machine(name.as_str()))
    }
}

fn read<T: std::str::FromStr>(argument: &str) -> Option<T> {
    argument_text(argument)?.parse().ok()
}
