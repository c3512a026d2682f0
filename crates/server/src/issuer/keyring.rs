//! The keys in hand: those of the store, as they were a moment ago.
//!
//! Operators' commands and other servers on the same store make and remove keys. They are seen at the
//! next [`Keyring::tend`], and at once by whoever brings a token that one of them signed.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::StartError;
use super::keys::{KeyError, PublicJwk, SigningPair, make};
use crate::clock::Clock;
use crate::core::audit::By;
use crate::core::{Rotation, Turn, Turns};
use crate::store::record::SigningKey;
use crate::store::{Store, StoreError};

/// How long after a look into the store an unknown key is believed to be unknown: strangers must not
/// have the store asked for every token that they make up.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);
/// The longest name of a key, in bytes; ours have 43.
const MAX_ID: usize = 128;

/// The keys in hand.
#[derive(Debug)]
pub(super) struct Keyring {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    rotation: Rotation,
    held: RwLock<Arc<Held>>,
    looked: Mutex<Option<Instant>>,
}

#[derive(Debug, Default)]
struct Held {
    pairs: Vec<Arc<SigningPair>>,
    turns: Turns,
}

impl Held {
    fn find(&self, id: &str) -> Option<Arc<SigningPair>> {
        self.pairs.iter().find(|pair| pair.id == id).cloned()
    }

    /// Those of the store; what is known already is not read again.
    fn read(kept: &[SigningKey], before: &Self) -> Result<Self, KeyError> {
        let pair = |key: &SigningKey| match before.find(&key.id) {
            Some(known) => Ok(known),
            None => SigningPair::read(key).map(Arc::new),
        };
        let turn = |key: &SigningKey| Turn {
            id: key.id.clone(),
            begins: key.begins,
        };
        Ok(Self {
            pairs: kept.iter().map(pair).collect::<Result<_, _>>()?,
            turns: Turns::new(kept.iter().map(turn).collect()),
        })
    }
}

impl Keyring {
    /// Takes the store's keys in hand; makes the first one when there is none.
    pub(super) async fn start(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        rotation: Rotation,
    ) -> Result<Self, StartError> {
        let keyring = Self {
            store,
            clock,
            rotation,
            held: RwLock::default(),
            looked: Mutex::default(),
        };
        keyring.tend().await?;
        Ok(keyring)
    }

    /// Looks into the store, makes the key that is due, and forgets those that are spent.
    pub(super) async fn tend(&self) -> Result<(), StartError> {
        self.look().await?;
        let now = self.clock.now();
        let turns = self.held().turns.clone();
        let due = self.rotation.due(&turns, now);
        if let Some(begins) = due {
            let key = make(now, begins).await?;
            let id = key.id.clone();
            // Several servers may do so at once: the first key that is kept is everyone's.
            let last = turns.last().map(|turn| turn.begins);
            if self
                .store
                .add_signing_key(key, last, By::server("rotate"))
                .await?
            {
                tracing::info!(key = id, %begins, "signing key made");
            }
        }
        let spent = turns.spent(now);
        for turn in &spent {
            self.store
                .remove_signing_key(&turn.id, By::server("rotate"), now)
                .await?;
            tracing::info!(key = turn.id, "signing key forgotten: its tokens are over");
        }
        if due.is_some() || !spent.is_empty() {
            self.look().await?;
        }
        Ok(())
    }

    /// The key that signs now.
    pub(super) fn signer(&self) -> Result<Arc<SigningPair>, KeyError> {
        let held = self.held();
        let active = held.turns.active(self.clock.now());
        active
            .and_then(|turn| held.find(&turn.id))
            .ok_or(KeyError::Sign)
    }

    /// A key by its name in tokens. One that is not in hand may have been made a moment ago.
    pub(super) async fn find(&self, id: &str) -> Result<Option<Arc<SigningPair>>, StartError> {
        let known = self.held().find(id);
        if known.is_some() || id.len() > MAX_ID {
            return Ok(known);
        }
        let mut looked = self.looked.lock().await;
        if looked.is_none_or(|then| then.elapsed() >= BETWEEN_LOOKS) {
            *looked = Some(Instant::now());
            self.look().await?;
        }
        Ok(self.held().find(id))
    }

    /// The public halves of all, which verifiers keep.
    pub(super) fn public(&self) -> Vec<PublicJwk> {
        let held = self.held();
        held.pairs.iter().map(|pair| pair.public_jwk()).collect()
    }

    async fn look(&self) -> Result<(), StartError> {
        let kept = self.store.signing_keys().await?;
        let read = Held::read(&kept, &self.held())?;
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
        Ok(())
    }

    fn held(&self) -> Arc<Held> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&held)
    }
}

impl From<StartError> for StoreError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Store(error) => error,
            other => Self::Damaged(other.to_string()),
        }
    }
}
