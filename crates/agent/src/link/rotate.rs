//! Changing the machine's key. Whoever dies between two steps, the next run goes on with a key that
//! the server still knows; see [`quell_protocol::rotate`].

use std::sync::Arc;
use std::time::SystemTime;

use quell_model::Timestamp;
use quell_protocol::{FaultCode, ProtocolVersion, RotateRequest, route};

use super::assertion::MachineKey;
use super::exchange::{Exchange, ExchangeError, assert};
use super::identity::Identity;
use crate::config::StateDir;
use crate::crash_point;

/// Changes the key, or goes on with a change that an earlier run began.
pub(super) async fn rotate(exchange: &Exchange, state: &StateDir) -> Result<(), ExchangeError> {
    let identity = exchange.identity();
    let next = match &identity.next_key {
        Some(next) => Arc::clone(next),
        None => begin(exchange, state, &identity)?,
    };
    crash_point::here("rotate-begun");
    let request = request(&identity, &next)?;
    let proposed = exchange
        .tell_by(&identity.key, route::ROTATE, &request)
        .await;
    match proposed {
        Ok(_) => {}
        // An earlier run may have come as far as this, so that the present key is dead already.
        Err(error) if is_unknown_key(&error) => {}
        Err(error) => return Err(error),
    }
    crash_point::here("rotate-proposed");
    exchange.tell_by(&next, route::ROTATE, &request).await?;
    crash_point::here("rotate-taken");
    let changed = Identity {
        key: next,
        key_made: Some(Timestamp::from(SystemTime::now())),
        next_key: None,
        ..Identity::clone(&identity)
    };
    // Kept in memory even if it cannot be written: the server knows no other key any more, and the
    // file still has both.
    let stored = changed.store(state);
    exchange.become_known_as(changed);
    stored.map_err(|error| ExchangeError::Unsendable(Box::new(error)))?;
    tracing::info!("the machine has a new key");
    Ok(())
}

/// Makes a key and writes it beside the present one, before anybody else hears of it.
fn begin(
    exchange: &Exchange,
    state: &StateDir,
    identity: &Identity,
) -> Result<Arc<MachineKey>, ExchangeError> {
    let next = MachineKey::make()
        .map(Arc::new)
        .ok_or_else(|| ExchangeError::Unsendable("the machine has no random bytes".into()))?;
    let begun = Identity {
        next_key: Some(Arc::clone(&next)),
        ..identity.clone()
    };
    begun
        .store(state)
        .map_err(|error| ExchangeError::Unsendable(Box::new(error)))?;
    exchange.become_known_as(begun);
    Ok(next)
}

fn request(identity: &Identity, next: &MachineKey) -> Result<RotateRequest, ExchangeError> {
    let proof = assert(identity, next, route::ROTATE, identity.key.public_bytes())
        .map_err(ExchangeError::Unsendable)?;
    Ok(RotateRequest {
        protocol_version: ProtocolVersion::CURRENT,
        new_public_key: next.public(),
        proof,
    })
}

fn is_unknown_key(error: &ExchangeError) -> bool {
    matches!(
        error,
        ExchangeError::Refused {
            code: FaultCode::InvalidAssertion,
            ..
        }
    )
}
