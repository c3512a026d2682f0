//! Carrying one message to the server and its answer back.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use quell_model::Timestamp;
use quell_protocol::route::{MAX_BODY, MAX_HOLD_SECONDS};
use quell_protocol::{Fault, FaultCode};
use quell_transport::{HyperTransport, SharedTransport, TransportError, TransportOptions};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::assertion::MachineKey;
use super::http_date;
use super::identity::Identity;

/// What an answer may take beyond the time that the server was asked to wait.
const PATIENCE: Duration = Duration::from_secs(20);

/// The way to the server of one machine.
#[derive(Debug, Clone)]
pub struct Exchange {
    transport: SharedTransport,
    /// Shared by all clones, because the machine's key may change.
    identity: Arc<RwLock<Arc<Identity>>>,
}

/// Why there is no answer to a message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The server refused, and said why.
    #[error("the server refused: {message}")]
    Refused {
        /// What to do about it.
        code: FaultCode,
        /// What a person reads.
        message: String,
        /// The server's clock, if it told.
        server_time: Option<Timestamp>,
    },
    /// Something answered that is no quell server, or a proxy before it.
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

impl Exchange {
    /// The way over the given transport.
    #[must_use]
    pub fn new(transport: SharedTransport, identity: Arc<Identity>) -> Self {
        Self {
            transport,
            identity: Arc::new(RwLock::new(identity)),
        }
    }

    /// The way over a new HTTP client that trusts the identity's authority alone.
    ///
    /// # Errors
    /// When that authority's certificate cannot be used.
    pub fn connect(identity: Arc<Identity>) -> Result<Self, quell_transport::BuildError> {
        let longest = Duration::from_secs(MAX_HOLD_SECONDS.into()) + PATIENCE;
        let mut options = TransportOptions::default()
            .with_first_byte_timeout(longest)
            .with_total_timeout(longest)
            .with_body_cap(MAX_BODY);
        if identity.authority.is_some() {
            options = options.with_roots(identity.roots());
        }
        Ok(Self::new(HyperTransport::new(&options)?.into(), identity))
    }

    /// The machine that speaks.
    #[must_use]
    pub fn identity(&self) -> Arc<Identity> {
        let identity = self.identity.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&identity)
    }

    /// From now on the machine speaks as this.
    pub(super) fn become_known_as(&self, identity: Identity) {
        *self
            .identity
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(identity);
    }

    /// Sends `message` to `route` and reads the answer.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub async fn ask<A: DeserializeOwned>(
        &self,
        route: &str,
        message: &(impl Serialize + Sync),
    ) -> Result<A, ExchangeError> {
        let body = self.tell(route, message).await?;
        serde_json::from_slice(&body).map_err(ExchangeError::Unreadable)
    }

    /// Sends `message` to `route`; any answer that is no refusal will do.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub async fn tell(
        &self,
        route: &str,
        message: &(impl Serialize + Sync),
    ) -> Result<Bytes, ExchangeError> {
        let key = Arc::clone(&self.identity().key);
        self.tell_by(&key, route, message).await
    }

    /// The same, proved by a key of one's choice.
    pub(super) async fn tell_by(
        &self,
        key: &MachineKey,
        route: &str,
        message: &(impl Serialize + Sync),
    ) -> Result<Bytes, ExchangeError> {
        let request = self
            .request(key, route, message)
            .map_err(ExchangeError::Unsendable)?;
        let response = self.transport.send(request).await?;
        if response.status().is_success() {
            Ok(response.into_body())
        } else {
            Err(refusal(&response))
        }
    }

    fn request(
        &self,
        key: &MachineKey,
        route: &str,
        message: &impl Serialize,
    ) -> Result<Request<Bytes>, Box<dyn std::error::Error + Send + Sync>> {
        let identity = self.identity();
        let body = serde_json::to_vec(message)?;
        let assertion = assert(&identity, key, route, &body)?;
        let mut authorization = header::HeaderValue::try_from(format!("Bearer {assertion}"))?;
        authorization.set_sensitive(true);
        let request = Request::builder()
            .method(Method::POST)
            .uri(identity.endpoint.join(route, None)?)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, authorization)
            .body(Bytes::from(body))?;
        Ok(request)
    }
}

/// The assertion of a key for one request of this machine, made now.
pub(super) fn assert(
    identity: &Identity,
    key: &MachineKey,
    route: &str,
    body: &[u8],
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)?
        .as_secs();
    let (machine, audience) = (&identity.machine_id, &identity.audience);
    Ok(key.assert(machine, audience, route, body, now)?)
}

fn refusal(response: &Response<Bytes>) -> ExchangeError {
    let Ok(fault) = serde_json::from_slice::<Fault>(response.body()) else {
        return ExchangeError::Unexpected(response.status());
    };
    let date = response
        .headers()
        .get(header::DATE)
        .and_then(|date| date.to_str().ok());
    ExchangeError::Refused {
        code: fault.error,
        message: fault.message,
        server_time: date.and_then(http_date::parse),
    }
}
