//! The server's side of the agents' protocol (`docs/api/agent-protocol.md`).

mod enrol;
mod fault;
mod freeze;
mod hold;
mod inventory;
mod proof;
mod report;
mod rotate;
mod wake;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use http::Request;
use http::request::Parts;
use quell_protocol::{FaultCode, ProtocolVersion, route};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

pub(crate) use freeze::tell_of_freezes;
pub(crate) use wake::Wake;

use crate::api::{BodyFault, read_body};
use crate::audit::Refusals;
use crate::clock::Clock;
use crate::store::Store;
use fault::DeviceFault;

/// The longest body of a message that carries no list of files or processes, in bytes.
const MAX_SMALL_BODY: usize = 64 * 1024;

/// What the devices' requests are answered with.
#[derive(Debug)]
pub(crate) struct Devices {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) wake: Arc<Wake>,
    pub(crate) refusals: Arc<Refusals>,
    /// The server's name in assertions.
    pub(crate) audience: String,
    /// Ends every hold at once.
    pub(crate) closing: CancellationToken,
}

/// A device's request, read.
struct Message {
    parts: Parts,
    body: Bytes,
}

/// Every message begins with its version, whatever else a newer one has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Versioned {
    protocol_version: ProtocolVersion,
}

/// The devices' routes.
pub(crate) fn routes(devices: Arc<Devices>) -> Router {
    Router::new()
        .route(route::ENROL, post(enrol))
        .route(route::HOLD, post(hold))
        .route(route::REPORT, post(report))
        .route(route::INVENTORY, post(inventory))
        .route(route::ROTATE, post(rotate))
        .with_state(devices)
}

async fn enrol(State(devices): State<Arc<Devices>>, request: Request<Body>) -> Response {
    answer(async {
        let message = Message::read(request, MAX_SMALL_BODY).await?;
        devices.enrol(&message).await
    })
    .await
}

async fn hold(State(devices): State<Arc<Devices>>, request: Request<Body>) -> Response {
    answer(async {
        let message = Message::read(request, MAX_SMALL_BODY).await?;
        devices.hold(&message).await
    })
    .await
}

async fn rotate(State(devices): State<Arc<Devices>>, request: Request<Body>) -> Response {
    answer(async {
        let message = Message::read(request, MAX_SMALL_BODY).await?;
        devices.rotate(&message).await
    })
    .await
}

async fn report(State(devices): State<Arc<Devices>>, request: Request<Body>) -> Response {
    answer(async {
        let message = devices.read_expected(request).await?;
        devices.report(&message).await
    })
    .await
}

async fn inventory(State(devices): State<Arc<Devices>>, request: Request<Body>) -> Response {
    answer(async {
        let message = devices.read_expected(request).await?;
        devices.inventory(&message).await
    })
    .await
}

async fn answer<T: serde::Serialize>(
    work: impl Future<Output = Result<T, DeviceFault>>,
) -> Response {
    match work.await {
        Ok(body) => axum::Json(body).into_response(),
        Err(fault) => fault.into_response(),
    }
}

impl Devices {
    /// Reads a message that may be long, of a machine that is known by its head.
    async fn read_expected(&self, request: Request<Body>) -> Result<Message, DeviceFault> {
        let (parts, body) = request.into_parts();
        self.expect(&parts).await?;
        Message::read(Request::from_parts(parts, body), route::MAX_BODY).await
    }
}

impl Message {
    async fn read(request: Request<Body>, limit: usize) -> Result<Self, DeviceFault> {
        let (parts, body) = request.into_parts();
        let body = read_body(body, limit).await.map_err(|fault| match fault {
            BodyFault::TooSlow | BodyFault::Broken => DeviceFault::unavailable(fault),
            BodyFault::TooLarge | BodyFault::NotJson | BodyFault::Encoded => {
                DeviceFault::new(FaultCode::InvalidMessage, fault)
            }
        })?;
        Ok(Self { parts, body })
    }

    /// The version that the machine speaks.
    fn version(&self) -> Result<ProtocolVersion, serde_json::Error> {
        self.parse::<Versioned>()
            .map(|message| message.protocol_version)
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    fn address(&self) -> Option<IpAddr> {
        peer(&self.parts)
    }
}

/// Where a request came from.
fn peer(parts: &Parts) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map(|peer| peer.0.ip())
}
