//! Another issuer's public keys, kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, decode};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::super::verified::{Token, Verified};
use super::claims::ExternalClaims;
use super::fetch::{FetchError, FetchKeys};
use super::signature_alone;
use crate::core::key_cache::Choice;
use crate::store::record::ExternalIssuer;

/// The most keys that are read of one issuer; Entra has some ten.
const MAX_KEYS: usize = 100;
/// The longest name of a key, in bytes.
const MAX_ID: usize = 256;
/// The smallest RSA modulus, in bytes.
const MIN_MODULUS: usize = 256;

type Keys = HashMap<String, Arc<PublicKey>>;

/// A key, and the tokens that it signed: they are forgotten with it, when the keys are fetched again.
pub(super) struct PublicKey {
    verifier: DecodingKey,
    verified: Verified<ExternalClaims>,
}

impl PublicKey {
    /// The claims of a token that this key signed by this algorithm, which the token itself names.
    pub(super) fn claims(
        &self,
        token: &Token<'_>,
        algorithm: Algorithm,
    ) -> Option<Arc<ExternalClaims>> {
        self.verified.claims(token, || {
            let verified = decode(token.text(), &self.verifier, &signature_alone(algorithm));
            verified.ok().map(|token| token.claims)
        })
    }
}

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The issuer has none of this name.
    Unknown,
    /// The issuer cannot be asked.
    Unavailable,
}

/// The keys of one issuer.
#[derive(Debug)]
pub(super) struct KeyCache {
    issuer: String,
    keys_url: Option<String>,
    fetch: Arc<dyn FetchKeys>,
    state: StdMutex<State>,
    /// Held by the one that fetches; the others wait for what he brings.
    flight: Mutex<()>,
}

#[derive(Default)]
struct State {
    keys: Keys,
    fetched: Option<Instant>,
    tried: Option<Instant>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("keys", &self.keys.keys())
            .finish_non_exhaustive()
    }
}

impl State {
    fn choice(&self, id: &str) -> Choice {
        let known = self.keys.contains_key(id);
        let since = |moment: Instant| moment.elapsed();
        Choice::of(known, self.fetched.map(since), self.tried.map(since))
    }
}

impl KeyCache {
    pub(super) fn new(issuer: &ExternalIssuer, fetch: Arc<dyn FetchKeys>) -> Self {
        Self {
            issuer: issuer.issuer.clone(),
            keys_url: issuer.keys_url.clone(),
            fetch,
            state: StdMutex::default(),
            flight: Mutex::default(),
        }
    }

    /// A key by its name.
    pub(super) async fn find(self: &Arc<Self>, id: &str) -> Result<Arc<PublicKey>, NoKey> {
        if id.len() > MAX_ID {
            return Err(NoKey::Unknown);
        }
        let mut choice = self.state().choice(id);
        if choice == Choice::Fetch {
            let flight = self.flight.lock().await;
            // Whoever flew before may have brought it.
            choice = self.state().choice(id);
            if choice == Choice::Fetch {
                self.refresh().await;
                choice = self.state().choice(id);
            }
            drop(flight);
        }
        match choice {
            Choice::Use => self.key(id),
            Choice::UseAndRefresh => {
                self.refresh_beside();
                self.key(id)
            }
            Choice::Unknown => Err(NoKey::Unknown),
            Choice::Fetch | Choice::Unavailable => Err(NoKey::Unavailable),
        }
    }

    fn key(&self, id: &str) -> Result<Arc<PublicKey>, NoKey> {
        self.state().keys.get(id).cloned().ok_or(NoKey::Unknown)
    }

    /// Fetches the keys without letting anyone wait, unless someone does so already.
    fn refresh_beside(self: &Arc<Self>) {
        // Before the task runs: the next caller must see that it is under way.
        self.state().tried = Some(Instant::now());
        let this = Arc::clone(self);
        tokio::spawn(async move {
            if let Ok(_flight) = this.flight.try_lock() {
                this.refresh().await;
            }
        });
    }

    /// Fetches the keys; what was known stays when that fails.
    async fn refresh(&self) {
        let fetched = self.fetched().await;
        // Not before: whoever comes meanwhile waits for this attempt rather than taking it for a
        // failed one.
        self.state().tried = Some(Instant::now());
        match fetched {
            Ok(keys) => {
                tracing::debug!(issuer = self.issuer, keys = keys.len(), "keys fetched");
                let mut state = self.state();
                state.keys = keys;
                state.fetched = Some(Instant::now());
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    issuer = self.issuer,
                    error,
                    "the issuer does not give its keys"
                );
            }
        }
    }

    async fn fetched(&self) -> Result<Keys, FetchError> {
        let url = match &self.keys_url {
            Some(url) => url.clone(),
            None => self.discovered().await?,
        };
        read_keys(&self.fetch.get(&url).await?)
    }

    /// Where the issuer's own document says that its keys are.
    async fn discovered(&self) -> Result<String, FetchError> {
        #[derive(Deserialize)]
        struct Document {
            issuer: String,
            jwks_uri: String,
        }
        let base = self.issuer.trim_end_matches('/');
        let url = format!("{base}/.well-known/openid-configuration");
        let document: Document = serde_json::from_slice(&self.fetch.get(&url).await?)
            .map_err(|_| FetchError::Unreadable)?;
        match document.issuer == self.issuer {
            true => Ok(document.jwks_uri),
            false => Err(FetchError::OtherIssuer),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The keys that can verify; others, which an issuer may have beside them, are passed over.
fn read_keys(document: &[u8]) -> Result<Keys, FetchError> {
    #[derive(Deserialize)]
    struct Document {
        keys: Vec<Value>,
    }
    let document: Document =
        serde_json::from_slice(document).map_err(|_| FetchError::Unreadable)?;
    let keys = document.keys.into_iter().take(MAX_KEYS).filter_map(usable);
    Ok(keys.collect())
}

fn usable(key: Value) -> Option<(String, Arc<PublicKey>)> {
    let key: Jwk = serde_json::from_value(key).ok()?;
    let for_signatures = key
        .common
        .public_key_use
        .as_ref()
        .is_none_or(|usage| *usage == PublicKeyUse::Signature);
    let strong = match &key.algorithm {
        AlgorithmParameters::RSA(rsa) => URL_SAFE_NO_PAD
            .decode(&rsa.n)
            .is_ok_and(|modulus| modulus.len() >= MIN_MODULUS),
        AlgorithmParameters::EllipticCurve(_) => true,
        // A shared secret is no public key.
        _ => false,
    };
    let id = key.common.key_id.clone().filter(|id| id.len() <= MAX_ID)?;
    let key = PublicKey {
        verifier: DecodingKey::from_jwk(&key).ok()?,
        verified: Verified::default(),
    };
    (for_signatures && strong).then(|| (id, Arc::new(key)))
}
