//! The way to the server of one simulated machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use quell_model::MachineId;
use quell_protocol::{Fault, FaultCode};
use quell_transport::{Endpoint, SharedTransport, TransportError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::key::Key;

/// Why a message had no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The server refused, and said why.
    #[error("the server refused: {message}")]
    Refused {
        /// What to do about it.
        code: FaultCode,
        /// What a person reads.
        message: String,
    },
    /// What answered is no quell server.
    #[error("the server answered with status {0}, which means nothing here")]
    Unexpected(StatusCode),
    /// The answer is no such message.
    #[error("the server's answer is not understood")]
    Unreadable(#[source] serde_json::Error),
    /// No answer came.
    #[error("the server is not reached")]
    Unreachable(#[from] TransportError),
    /// The message itself cannot be sent.
    #[error("the message cannot be sent")]
    Unsendable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What all machines of a simulation have in common.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) endpoint: Endpoint,
    pub(crate) audience: String,
    /// Distinguishes this simulation's proofs from an earlier one's with the same keys.
    pub(crate) run: String,
    /// Counts them.
    pub(crate) proofs: AtomicU64,
}

/// One machine's way.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) server: Arc<Server>,
    pub(crate) transport: SharedTransport,
    pub(crate) machine: MachineId,
    pub(crate) key: Key,
}

impl Link {
    /// Sends `message` to `route` and reads the answer.
    pub(crate) async fn ask<A: DeserializeOwned>(
        &self,
        route: &str,
        message: &(impl Serialize + Sync),
    ) -> Result<A, LinkError> {
        let body = self.tell(route, message).await?;
        serde_json::from_slice(&body).map_err(LinkError::Unreadable)
    }

    /// Sends `message` to `route`; any answer that is no refusal will do.
    pub(crate) async fn tell(
        &self,
        route: &str,
        message: &(impl Serialize + Sync),
    ) -> Result<Bytes, LinkError> {
        let request = self
            .request(route, message)
            .map_err(LinkError::Unsendable)?;
        let response = self.transport.send(request).await?;
        if response.status().is_success() {
            return Ok(response.into_body());
        }
        let status = response.status();
        Err(match serde_json::from_slice::<Fault>(response.body()) {
            Ok(fault) => LinkError::Refused {
                code: fault.error,
                message: fault.message,
            },
            Err(_) => LinkError::Unexpected(status),
        })
    }

    fn request(
        &self,
        route: &str,
        message: &impl Serialize,
    ) -> Result<Request<Bytes>, Box<dyn std::error::Error + Send + Sync>> {
        let server = &self.server;
        let body = serde_json::to_vec(message)?;
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)?
            .as_secs();
        let number = server.proofs.fetch_add(1, Ordering::Relaxed);
        let proof = (format!("{}-{number}", server.run), now);
        let assertion = self
            .key
            .assert(&self.machine, &server.audience, route, &body, proof)?;
        let mut authorization = header::HeaderValue::try_from(format!("Bearer {assertion}"))?;
        authorization.set_sensitive(true);
        let request = Request::builder()
            .method(Method::POST)
            .uri(server.endpoint.join(route, None)?)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, authorization)
            .body(Bytes::from(body))?;
        Ok(request)
    }
}
