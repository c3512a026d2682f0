//! Enrolling the machine: it makes its key, proves it, and remembers its server.

use std::sync::Arc;
use std::time::SystemTime;

use quell_model::{MachineId, Timestamp};
use quell_protocol::{
    EnrolRequest, EnrolResponse, EnrolmentToken, FaultCode, MachineFacts, ProtocolVersion, route,
};
use quell_transport::{BuildError, Endpoint, EndpointError, Reach};

use super::assertion::MachineKey;
use super::backoff::Backoff;
use super::exchange::{Exchange, ExchangeError};
use super::identity::{Identity, IdentityError};
use crate::config::StateDir;

/// How often the request is repeated when no answer comes.
const MOST_REPEATS: u32 = 4;

/// Why the machine is not enrolled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrolError {
    /// The token's server cannot be spoken to safely.
    #[error("the token's server address cannot be used")]
    Server(#[source] EndpointError),
    /// The token names a server with TLS but not its authority.
    #[error(
        "the token names an https server without its certificate authority, so nothing could be trusted: make a new token"
    )]
    NoAuthority,
    /// The authority's certificate is unusable.
    #[error("the token's certificate authority cannot be used: make a new token")]
    Authority(#[source] BuildError),
    /// No key could be made.
    #[error("the machine has no random bytes to make a key from")]
    NoKey,
    /// The token was refused.
    #[error(
        "the server does not accept this token; it is used up, expired or not the server's: make a new one ({message})"
    )]
    TokenRefused {
        /// What the server said.
        message: String,
    },
    /// The server did not enrol the machine.
    #[error("the server did not enrol this machine; if no answer came, the token may be used up")]
    Exchange(#[source] ExchangeError),
    /// The identity could not be kept.
    #[error("the machine is enrolled but cannot remember it: make a new token and try again")]
    Identity(#[source] IdentityError),
}

/// Enrols the machine and writes its identity into `state`.
///
/// # Errors
/// [`EnrolError`]; an earlier identity is then unchanged.
pub async fn enrol(
    state: &StateDir,
    token: &EnrolmentToken,
    machine_id: MachineId,
    machine: MachineFacts,
) -> Result<Identity, EnrolError> {
    let mut identity = prospect(token, machine_id)?;
    let exchange = Exchange::connect(Arc::new(identity.clone())).map_err(EnrolError::Authority)?;
    let answer = ask(&exchange, token, machine).await?;
    identity.machine_id = answer.machine_id;
    identity.tenant_id = answer.tenant_id;
    identity.store(state).map_err(EnrolError::Identity)?;
    Ok(identity)
}

/// The identity that the machine will have if the server agrees.
fn prospect(token: &EnrolmentToken, machine_id: MachineId) -> Result<Identity, EnrolError> {
    let endpoint: Endpoint = token.server.parse().map_err(EnrolError::Server)?;
    let authority = token.authority_der();
    let prospect = Identity {
        machine_id,
        tenant_id: String::new(),
        endpoint,
        audience: token.audience.clone(),
        authority,
        key: Arc::new(MachineKey::make().ok_or(EnrolError::NoKey)?),
        key_made: Some(Timestamp::from(SystemTime::now())),
        next_key: None,
    };
    prospect
        .is_pinned()
        .then_some(prospect)
        .ok_or(EnrolError::NoAuthority)
}

async fn ask(
    exchange: &Exchange,
    token: &EnrolmentToken,
    machine: MachineFacts,
) -> Result<EnrolResponse, EnrolError> {
    let identity = exchange.identity();
    let request = EnrolRequest {
        protocol_version: ProtocolVersion::CURRENT,
        secret: token.secret().to_owned(),
        machine_id: identity.machine_id.clone(),
        public_key: identity.key.public(),
        machine,
    };
    ask_until_answered(exchange, &request)
        .await
        .map_err(|error| match error {
            ExchangeError::Refused {
                code: FaultCode::InvalidEnrolmentToken,
                message,
                ..
            } => EnrolError::TokenRefused { message },
            other => EnrolError::Exchange(other),
        })
}

/// Asks again when it is not known whether the server heard: it lets the same key in once more, and
/// a key that was let in and given up would keep the machine's id from any other.
async fn ask_until_answered(
    exchange: &Exchange,
    request: &EnrolRequest,
) -> Result<EnrolResponse, ExchangeError> {
    let mut backoff = Backoff::default();
    loop {
        match exchange.ask(route::ENROL, request).await {
            Err(ExchangeError::Unreachable(error))
                if error.reach() == Reach::Unknown && backoff.failures() < MOST_REPEATS =>
            {
                tokio::time::sleep(backoff.failed(0)).await;
            }
            answer => return answer,
        }
    }
}

#[cfg(test)]
mod tests;
