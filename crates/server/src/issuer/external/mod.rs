//! Issuers of others, which a tenant trusts: Entra ID, or any that speaks OpenID Connect.

mod claims;
mod fetch;
mod keys;
#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::{Algorithm, Validation};

pub use fetch::FetchError;
pub(crate) use fetch::{FetchKeys, HttpFetch, is_safe_url};
use keys::{KeyCache, NoKey};

use super::claims::Caller;
use super::verified::Token;
use super::verify::{Envelope, Unauthorized};
use crate::store::record::ExternalIssuer;
use crate::store::{Store, StoreError};
use quell_model::Timestamp;

/// The issuers that tenants trust, with their keys as far as they are known.
#[derive(Debug)]
pub(super) struct ExternalIssuers {
    store: Arc<dyn Store>,
    fetch: Arc<dyn FetchKeys>,
    trusted: RwLock<Arc<Vec<Trusted>>>,
}

#[derive(Clone, Debug)]
struct Trusted {
    issuer: ExternalIssuer,
    keys: Arc<KeyCache>,
}

impl Trusted {
    /// Whether the token says that it is from here. That is no proof: it says whose keys prove it.
    fn is_named_by(&self, envelope: &Envelope) -> bool {
        let tenant = self.issuer.foreign_tenant.as_deref();
        self.issuer.issuer == envelope.iss
            && tenant.is_none_or(|tenant| envelope.tid.as_deref() == Some(tenant))
    }

    fn algorithm(&self, said: Algorithm) -> Option<Algorithm> {
        let named = |name: &String| name.parse() == Ok(said);
        self.issuer.algorithms.iter().any(named).then_some(said)
    }
}

impl ExternalIssuers {
    pub(super) fn new(store: Arc<dyn Store>, fetch: Arc<dyn FetchKeys>) -> Self {
        Self {
            store,
            fetch,
            trusted: RwLock::default(),
        }
    }

    /// Sees which issuers are trusted now. Keys of those that stay are kept.
    pub(super) async fn look(&self) -> Result<(), StoreError> {
        let kept = self.store.external_issuers().await?;
        let before = self.trusted();
        let trusted = |issuer: ExternalIssuer| {
            let known = before.iter().find(|known| known.issuer == issuer);
            let keys = match known {
                Some(known) => Arc::clone(&known.keys),
                None => Arc::new(KeyCache::new(&issuer, Arc::clone(&self.fetch))),
            };
            Trusted { issuer, keys }
        };
        let now = kept.into_iter().map(trusted).collect();
        *self.trusted.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
        Ok(())
    }

    /// Who calls by a token of another issuer.
    pub(super) async fn caller(
        &self,
        token: &Token<'_>,
        envelope: &Envelope,
        now: Timestamp,
    ) -> Result<Caller, Unauthorized> {
        let all = self.trusted();
        let trusted = all
            .iter()
            .filter(|trusted| trusted.is_named_by(envelope))
            // Who trusts this one tenant of the issuer comes before who trusts all of them.
            .max_by_key(|trusted| trusted.issuer.foreign_tenant.is_some())
            .ok_or(Unauthorized::BadToken)?;
        let algorithm = trusted
            .algorithm(envelope.alg)
            .ok_or(Unauthorized::BadToken)?;
        let key = trusted
            .keys
            .find(&envelope.kid)
            .await
            .map_err(|none| match none {
                NoKey::Unknown => Unauthorized::BadToken,
                NoKey::Unavailable => Unauthorized::NoKeys,
            })?;
        let claims = key.claims(token, algorithm).ok_or(Unauthorized::BadToken)?;
        claims.check(&trusted.issuer, now)
    }

    fn trusted(&self) -> Arc<Vec<Trusted>> {
        let trusted = self.trusted.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&trusted)
    }
}

/// The library checks the signature; the claims are judged by our own clock.
pub(super) fn signature_alone(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}
