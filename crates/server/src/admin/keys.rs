//! Signing keys: list, rotate, remove.

use std::time::Duration;

use quell_model::Timestamp;

use super::{Admin, AdminError};
use crate::core::{KeyState, Turn, Turns};
use crate::issuer::make_key;
use crate::store::Keys as _;
use crate::store::record::SigningKey;

/// A signing key, without its secret half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySummary {
    /// Its name in tokens (`kid`).
    pub id: String,
    /// What it does now.
    pub state: KeyState,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it signs.
    pub begins: Timestamp,
}

impl Admin {
    /// The keys, in the order of their turns.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn signing_keys(&self) -> Result<Vec<KeySummary>, AdminError> {
        let kept = self.store.signing_keys().await?;
        let turns = turns(&kept);
        let now = self.clock.now();
        let summary = |key: SigningKey| {
            Some(KeySummary {
                state: turns.state(&key.id, now)?,
                id: key.id,
                created: key.created,
                begins: key.begins,
            })
        };
        Ok(kept.into_iter().filter_map(summary).collect())
    }

    /// Makes a key that takes over after `ahead`. Until then it is published, so that whoever keeps
    /// copies of the public keys has it in time.
    ///
    /// # Errors
    /// When no key can be made, or the store is not available.
    pub async fn rotate_signing_key(&self, ahead: Duration) -> Result<KeySummary, AdminError> {
        let by = self.by("server key rotate");
        let now = self.clock.now();
        let key = make_key(now, now.saturating_add(ahead)).await?;
        loop {
            let kept = self.store.signing_keys().await?;
            let last = turns(&kept).last().map(|turn| turn.begins);
            // A running server may make one at the same moment: then this one comes after it.
            if self
                .store
                .add_signing_key(key.clone(), last, by.clone())
                .await?
            {
                break;
            }
        }
        Ok(KeySummary {
            state: match ahead.is_zero() {
                true => KeyState::Active,
                false => KeyState::Next,
            },
            id: key.id,
            created: key.created,
            begins: key.begins,
        })
    }

    /// Removes a key; what it signed is refused as soon as the server sees that, within half a
    /// minute. `false`: there was none.
    ///
    /// # Errors
    /// [`AdminError::ActiveKey`], or when the store is not available.
    pub async fn remove_signing_key(&self, id: &str) -> Result<bool, AdminError> {
        let kept = self.store.signing_keys().await?;
        match turns(&kept).state(id, self.clock.now()) {
            Some(KeyState::Active) => Err(AdminError::ActiveKey),
            Some(KeyState::Next | KeyState::Retired) => {
                let by = self.by("server key remove");
                Ok(self
                    .store
                    .remove_signing_key(id, by, self.clock.now())
                    .await?)
            }
            None => Ok(false),
        }
    }
}

fn turns(keys: &[SigningKey]) -> Turns {
    let turn = |key: &SigningKey| Turn {
        id: key.id.clone(),
        begins: key.begins,
    };
    Turns::new(keys.iter().map(turn).collect())
}
