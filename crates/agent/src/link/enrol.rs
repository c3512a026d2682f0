//! Enrolling the machine: it makes its key, proves it, and remembers its server.
//!
//! The request is carried by a network half too, so that nobody but it ever reads what a server says.

use std::sync::{Arc, mpsc};
use std::time::{Duration, SystemTime};

use quell_model::{MachineId, Timestamp};
use quell_protocol::{
    EnrolRequest, EnrolResponse, EnrolmentToken, FaultCode, MachineFacts, ProtocolVersion,
};
use quell_transport::{Endpoint, EndpointError, Reach};

use super::assertion::MachineKey;
use super::backoff::Backoff;
use super::half::{HalfError, Heard, Launch, NetworkHalf};
use super::identity::{Identity, IdentityError};
use super::keyring::signed;
use crate::bridge::{Answer, ExchangeError, FrameError, FromNetwork, Request, Route};
use crate::config::StateDir;

/// How often the request is repeated when no answer comes.
const MOST_REPEATS: u32 = 4;
/// The network half gives up sooner.
const PATIENCE: Duration = Duration::from_secs(120);

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
    Authority(#[source] HalfError),
    /// There is no network half to ask with.
    #[error("the server cannot be asked")]
    Half(#[source] HalfError),
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

/// Enrols the machine and writes its identity into `state`; `launch` starts the network half.
///
/// # Errors
/// [`EnrolError`]; an earlier identity is then unchanged.
pub fn enrol(
    state: &StateDir,
    token: &EnrolmentToken,
    machine_id: MachineId,
    machine: MachineFacts,
    launch: &Launch,
) -> Result<Identity, EnrolError> {
    let prospect = prospect(token, machine_id)?;
    let mut ways = Ways::new(launch, &prospect)?;
    let mut asks = |request| ways.carry(request);
    enrol_by(state, token, prospect, machine, &mut asks)
}

/// The same, however a request is carried.
fn enrol_by(
    state: &StateDir,
    token: &EnrolmentToken,
    mut identity: Identity,
    machine: MachineFacts,
    carry: &mut dyn FnMut(Request) -> Result<Answer, ExchangeError>,
) -> Result<Identity, EnrolError> {
    let answer = ask(&identity, token, machine, carry)?;
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

fn ask(
    identity: &Identity,
    token: &EnrolmentToken,
    machine: MachineFacts,
    carry: &mut dyn FnMut(Request) -> Result<Answer, ExchangeError>,
) -> Result<EnrolResponse, EnrolError> {
    let message = EnrolRequest {
        protocol_version: ProtocolVersion::CURRENT,
        secret: token.secret().to_owned(),
        machine_id: identity.machine_id.clone(),
        public_key: identity.key.public(),
        machine,
    };
    let request = |id| {
        let now = SystemTime::now();
        signed(identity, &identity.key, id, Route::Enrol, &message, now)
    };
    match ask_until_answered(request, carry) {
        Ok(Answer::Enrolled(enrolled)) => Ok(enrolled),
        Ok(_) => Err(EnrolError::Exchange(ExchangeError::Unreadable(
            "it does not say how the machine is called".to_owned(),
        ))),
        Err(ExchangeError::Refused {
            code: FaultCode::InvalidEnrolmentToken,
            message,
            ..
        }) => Err(EnrolError::TokenRefused { message }),
        Err(other) => Err(EnrolError::Exchange(other)),
    }
}

/// Asks again when it is not known whether the server heard: it lets the same key in once more, and
/// a key that was let in and given up would keep the machine's id from any other.
fn ask_until_answered(
    request: impl Fn(u64) -> Result<Request, ExchangeError>,
    carry: &mut dyn FnMut(Request) -> Result<Answer, ExchangeError>,
) -> Result<Answer, ExchangeError> {
    let mut backoff = Backoff::default();
    loop {
        let id = u64::from(backoff.failures());
        match carry(request(id)?) {
            Err(ExchangeError::Unreachable {
                reach: Reach::Unknown,
                ..
            }) if backoff.failures() < MOST_REPEATS => std::thread::sleep(backoff.failed(0)),
            answer => return answer,
        }
    }
}

/// The network half that carries the one request.
struct Ways {
    half: NetworkHalf,
    heard: mpsc::Receiver<Heard>,
}

impl Ways {
    /// Starts a network half that is to speak with the server of `identity`.
    fn new(launch: &Launch, identity: &Identity) -> Result<Self, EnrolError> {
        let (tell, heard) = mpsc::channel();
        let tell = move |what| tell.send(what).is_ok();
        let half = NetworkHalf::start(launch, identity.begin(), tell).map_err(EnrolError::Half)?;
        let ways = Self { half, heard };
        match ways.heard.recv() {
            Ok(Heard::Message(FromNetwork::Ready(_))) => {
                ways.half.inspect().map_err(EnrolError::Half)?;
                Ok(ways)
            }
            Ok(Heard::Message(FromNetwork::Unusable(why))) => {
                Err(EnrolError::Authority(HalfError::Unusable(why)))
            }
            Ok(Heard::Ended(error)) => Err(EnrolError::Half(error)),
            _ => Err(EnrolError::Half(FrameError::Ended.into())),
        }
    }

    fn carry(&mut self, request: Request) -> Result<Answer, ExchangeError> {
        let wanted = request.id;
        let lost = |error: HalfError| ExchangeError::cut_off(error.to_string());
        self.half.send(request).map_err(lost)?;
        loop {
            match self.heard.recv_timeout(PATIENCE) {
                Ok(Heard::Message(FromNetwork::Answered { id, answer })) if id == wanted => {
                    return answer;
                }
                Ok(Heard::Message(_)) => {}
                Ok(Heard::Ended(error)) => return Err(lost(error)),
                Err(_) => return Err(ExchangeError::cut_off("the network half does not answer")),
            }
        }
    }
}

#[cfg(test)]
mod tests;
