//! The machine's identity in use: signing with its key, and changing it.
//!
//! The key is changed in steps, each of them written down before anybody else hears of it. Whoever
//! dies between two, the next run goes on with a key that the server still knows; see
//! [`quell_protocol::rotate`].

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use quell_model::Timestamp;
use quell_protocol::{ProtocolVersion, RotateRequest, route};
use serde::Serialize;

use super::assertion::MachineKey;
use super::identity::Identity;
use crate::bridge::{ExchangeError, Request, Route};
use crate::causes::WithCauses;
use crate::config::StateDir;

/// Who the machine is, and where that is written down.
#[derive(Debug)]
pub struct Keyring {
    identity: Identity,
    state: Arc<StateDir>,
    /// A key is changed when it is so old.
    lifetime: Duration,
}

impl Keyring {
    /// The keys of `identity`, which is kept in `state`; one is changed when it is as old as `lifetime`.
    #[must_use]
    pub fn new(identity: Identity, state: Arc<StateDir>, lifetime: Duration) -> Self {
        Self {
            identity,
            state,
            lifetime,
        }
    }

    /// Who the machine is now.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Whether the key is to be changed.
    pub(super) fn is_due(&self, now: SystemTime) -> bool {
        self.identity
            .must_rotate(self.lifetime, Timestamp::from(now))
    }

    /// A request with `message`, proved by the machine's key.
    pub(super) fn request(
        &self,
        id: u64,
        route: Route,
        message: &impl Serialize,
        now: SystemTime,
    ) -> Result<Request, ExchangeError> {
        signed(&self.identity, &self.identity.key, id, route, message, now)
    }

    /// The key that takes the present one's place; a new one is written down first.
    pub(super) fn next_key(&mut self) -> Result<Arc<MachineKey>, ExchangeError> {
        if let Some(next) = &self.identity.next_key {
            return Ok(Arc::clone(next));
        }
        let next = MachineKey::make().map(Arc::new).ok_or_else(|| {
            ExchangeError::Unsendable("the machine has no random bytes".to_owned())
        })?;
        let begun = Identity {
            next_key: Some(Arc::clone(&next)),
            ..self.identity.clone()
        };
        begun
            .store(&self.state)
            .map_err(|error| unsendable(&error))?;
        self.identity = begun;
        Ok(next)
    }

    /// The request that proposes `next` (signed by the present key) or takes it into use (signed by
    /// `next` itself).
    pub(super) fn rotation(
        &self,
        id: u64,
        next: &MachineKey,
        by: Signer,
        now: SystemTime,
    ) -> Result<Request, ExchangeError> {
        let present = self.identity.key.public_bytes();
        let proof = assertion(&self.identity, next, route::ROTATE, present, now)?;
        let message = RotateRequest {
            protocol_version: ProtocolVersion::CURRENT,
            new_public_key: next.public(),
            proof,
        };
        let key = match by {
            Signer::Present => &self.identity.key,
            Signer::Next => next,
        };
        signed(&self.identity, key, id, Route::Rotate, &message, now)
    }

    /// The server knows no other key than `next` any more.
    ///
    /// It is kept in memory even if it cannot be written: the file still has both.
    pub(super) fn changed(
        &mut self,
        next: Arc<MachineKey>,
        now: SystemTime,
    ) -> Result<(), ExchangeError> {
        self.identity = Identity {
            key: next,
            key_made: Some(Timestamp::from(now)),
            next_key: None,
            ..self.identity.clone()
        };
        let stored = self.identity.store(&self.state);
        stored.map_err(|error| unsendable(&error))
    }
}

/// Which key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signer {
    Present,
    Next,
}

/// A request with `message`, proved by `key`.
pub(super) fn signed(
    identity: &Identity,
    key: &MachineKey,
    id: u64,
    route: Route,
    message: &impl Serialize,
    now: SystemTime,
) -> Result<Request, ExchangeError> {
    let body = serde_json::to_vec(message).map_err(|error| unsendable(&error))?;
    let proof = assertion(identity, key, route.path(), &body, now)?;
    Ok(Request {
        id,
        route,
        proof,
        body,
    })
}

fn assertion(
    identity: &Identity,
    key: &MachineKey,
    path: &str,
    body: &[u8],
    now: SystemTime,
) -> Result<String, ExchangeError> {
    let now = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_err(|error| unsendable(&error))?
        .as_secs();
    let (machine, audience) = (&identity.machine_id, &identity.audience);
    key.assert(machine, audience, path, body, now)
        .map_err(|error| unsendable(&error))
}

fn unsendable(error: &dyn std::error::Error) -> ExchangeError {
    ExchangeError::Unsendable(WithCauses(error).to_string())
}
