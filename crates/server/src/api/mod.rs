//! The public API at the edge: from an HTTP request to an answer.
//!
//! A request is checked in the order in which the service checks it: route, token, limit,
//! permission, machine, and then the rest. What is refused has the service's envelope.

mod action_id;
mod actions;
mod answer;
mod arrivals;
mod body;
mod by;
mod description;
mod disabled;
mod entity;
mod error;
mod extras;
mod files;
mod guard;
mod host;
mod indicators;
mod machines;
mod one_machine;
mod order;
mod parameters;
mod power;
mod restore;
mod schema;
mod shared_counts;
mod stop;
mod throttle;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{Method, StatusCode};
use quell_model::{MachineId, OperationInfo};

pub(crate) use arrivals::Arrivals;
pub(crate) use body::{BodyFault, read_body};
pub(crate) use error::ApiError;
pub(crate) use guard::FleetSizes;
pub(crate) use host::Hosts;
pub(crate) use throttle::{Throttle, documented};

use crate::audit::Refusals;
use crate::clock::Clock;
use crate::core::{Ceiling, DuplicateRule, PermissionRule, TenantId};
use crate::devices::Wake;
use crate::exchange;
use crate::generated::routes::{Found, Route};
use crate::issuer::{Caller, Issuer, Place, Version};
use crate::store::Store;
use answer::Origin;
use arrivals::Arrival;

/// What to do about a file that was not seen on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum UnknownFile {
    /// Refuse, as the service does: 404.
    #[default]
    Refuse,
    /// Order it all the same: the machine looks for itself.
    Deliver,
}

/// What the operations work with.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) hosts: Hosts,
    pub(crate) throttle: Throttle,
    pub(crate) arrivals: Option<Arrivals>,
    pub(crate) wake: Arc<Wake>,
    pub(crate) permissions: PermissionRule,
    pub(crate) duplicates: DuplicateRule,
    pub(crate) unknown_file: UnknownFile,
    pub(crate) sightings_kept: Duration,
    pub(crate) blast_radius: guard::Limit,
    pub(crate) fleet_sizes: FleetSizes,
    pub(crate) ceiling: Ceiling,
    pub(crate) refusals: Arc<Refusals>,
}

/// A call that may go on: who, answered under which name, with what.
struct Call<'a> {
    caller: Caller,
    origin: Origin,
    parts: &'a Parts,
    body: Result<bytes::Bytes, BodyFault>,
    operation: &'static OperationInfo,
}

/// Answers whatever is not a device's request.
pub(crate) async fn answer(State(api): State<Arc<Api>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = read_body(body, quell_model::limits::REQUEST_BODY).await;
    match Route::find(parts.method.as_str(), parts.uri.path()) {
        Found::Route(route) => api.route(route, &parts, body).await,
        Found::OtherMethod => {
            let allowed = methods_at(parts.uri.path());
            ApiError::other_method(&parts.method, &allowed).into_response()
        }
        Found::Nothing => api.issuer_place(&parts, body).await,
    }
}

impl Api {
    async fn route(
        &self,
        route: Route<'_>,
        parts: &Parts,
        body: Result<bytes::Bytes, BodyFault>,
    ) -> Response {
        let version = match route {
            Route::IssueToken { tenant } | Route::IssueTokenByGet { tenant } => {
                Some((Version::V1, tenant))
            }
            Route::IssueTokenV2 { tenant } | Route::IssueTokenV2ByGet { tenant } => {
                Some((Version::V2, tenant))
            }
            _ => None,
        };
        if let Some((version, tenant)) = version {
            if let Err(error) = self.hosts.origin(parts) {
                return error.into_response();
            }
            let body = body.ok();
            let response = self
                .issuer
                .token(version, tenant, &parts.headers, body.as_ref())
                .await;
            if response.status() == StatusCode::UNAUTHORIZED {
                self.count_bad_client(parts);
            }
            return response;
        }
        if matches!(route, Route::GetDescription) {
            let described = self
                .hosts
                .origin(parts)
                .and_then(|origin| Self::description(&origin, &parts.headers));
            return described.unwrap_or_else(ApiError::into_response);
        }
        let mut arrival = self.arrivals.as_ref().map(Arrivals::arrive);
        let response = self
            .operate(route, parts, body, arrival.as_mut())
            .await
            .unwrap_or_else(IntoResponse::into_response);
        if let (Some(arrivals), Some(arrival), Some(info)) =
            (&self.arrivals, &arrival, route.info())
        {
            arrivals.answered(arrival, info.name, response.status());
        }
        response
    }

    /// Wakes a machine that waits for orders, on whichever server it does.
    fn wake(&self, tenant: TenantId, machine: &MachineId) {
        self.wake.wake(tenant, machine);
        self.store.wake_elsewhere(tenant, machine);
    }

    async fn operate(
        &self,
        route: Route<'_>,
        parts: &Parts,
        body: Result<bytes::Bytes, BodyFault>,
        arrival: Option<&mut Arrival>,
    ) -> Result<Response, ApiError> {
        let operation = route.info().ok_or_else(ApiError::no_route)?;
        let origin = self.hosts.origin(parts)?;
        let caller = self.issuer.caller(&parts.headers).await;
        let caller = caller.inspect_err(|why| self.count_bad_token(why, operation, parts))?;
        exchange::note(|told| {
            told.tenant = Some(caller.tenant);
            told.application = exchange::excerpt(&caller.client_id);
        });
        if let Some(arrival) = arrival {
            arrival.by(&caller.client_id);
        }
        self.throttle
            .check(caller.tenant, &caller.client_id, operation)
            .await?;
        caller
            .grant
            .allows(operation, self.permissions)
            .inspect_err(|_| self.count_denied(&caller, operation.name, parts))?;
        let call = Call {
            caller,
            origin,
            parts,
            body,
            operation,
        };
        match route {
            Route::StopAndQuarantineFile { machine_id } => {
                self.stop_and_quarantine_file(call, machine_id).await
            }
            Route::RestoreFile { machine_id } => self.restore(call, machine_id).await,
            Route::ListMachineActions => self.list_actions(&call).await,
            Route::GetMachineAction { action_id } => self.get_action(&call, action_id).await,
            Route::GetActionResult { action_id } => self.get_result(&call, action_id).await,
            Route::CancelMachineAction { action_id } => self.cancel_action(call, action_id).await,
            Route::ListMachines => self.list_machines(&call).await,
            Route::GetMachine { machine_id } => self.get_machine(&call, machine_id).await,
            Route::FindMachinesByIp { ip, timestamp } => {
                self.find_machines_by_ip(&call, ip, timestamp).await
            }
            Route::FindMachinesByTag => self.find_machines_by_tag(&call).await,
            Route::ListActionsOfMachine { machine_id } => {
                self.list_actions_of_machine(&call, machine_id).await
            }
            Route::ListLatestActionsOfMachine { machine_id } => {
                self.list_latest_actions_of_machine(&call, machine_id).await
            }
            Route::ListAvailableMachineActions { machine_id } => {
                self.list_available_machine_actions(&call, machine_id).await
            }
            Route::GetFile { file_id } => self.get_file(&call, file_id).await,
            Route::ListFileMachines { file_id } => self.list_file_machines(&call, file_id).await,
            Route::ListFileAlerts { file_id } => Self::list_file_alerts(&call, file_id),
            Route::GetFileStats { file_id } => self.get_file_stats(&call, file_id).await,
            Route::SubmitIndicator => self.submit_indicator(call).await,
            Route::ListIndicators => self.list_indicators(&call).await,
            Route::DeleteIndicator { indicator_id } => {
                self.delete_indicator(&call, indicator_id).await
            }
            Route::Isolate { machine_id }
            | Route::Unisolate { machine_id }
            | Route::RestrictCodeExecution { machine_id }
            | Route::UnrestrictCodeExecution { machine_id }
            | Route::RunAntiVirusScan { machine_id }
            | Route::CollectInvestigationPackage { machine_id }
            | Route::Offboard { machine_id }
            | Route::RunLiveResponse { machine_id } => {
                self.disabled_on_machine(&call, operation, machine_id).await
            }
            Route::GetPackageUri { action_id } | Route::GetLiveResponseResult { action_id, .. } => {
                self.disabled_on_action(&call, operation, action_id).await
            }
            Route::GetDescription
            | Route::IssueToken { .. }
            | Route::IssueTokenByGet { .. }
            | Route::IssueTokenV2 { .. }
            | Route::IssueTokenV2ByGet { .. } => Err(ApiError::no_route()),
        }
    }

    /// The issuer's places beside its tokens, which are no operations of the API.
    async fn issuer_place(&self, parts: &Parts, body: Result<bytes::Bytes, BodyFault>) -> Response {
        let Some(place) = Place::find(parts.uri.path()) else {
            return ApiError::no_route().into_response();
        };
        if !place.methods().contains(&parts.method) {
            return ApiError::other_method(&parts.method, place.methods()).into_response();
        }
        if let Err(error) = self.hosts.origin(parts) {
            return error.into_response();
        }
        let body = body.ok();
        match self.issuer.visit(place, parts, body.as_ref()).await {
            Some(response) => response,
            None => ApiError::no_route().into_response(),
        }
    }
}

/// The methods that the table of routes has for a path.
fn methods_at(path: &str) -> Vec<Method> {
    [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ]
    .into_iter()
    .filter(|method| matches!(Route::find(method.as_str(), path), Found::Route(_)))
    .collect()
}

/// The answer to a method that a device's path does not have: every one is posted to.
pub(crate) async fn wrong_method(method: Method) -> Response {
    ApiError::other_method(&method, &[Method::POST]).into_response()
}

/// An answer that is not to be given: the handler panicked.
pub(crate) fn panicked() -> Response<Body> {
    ApiError::internal().into_response()
}
