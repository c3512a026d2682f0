//! The server's own issuer of tokens: for applications, and for persons who sign in with them.
//!
//! It answers as Microsoft's does, so that clients need nothing but another authority, and its
//! tokens have the same claims. It signs with RS256, as that one does, by keys that take turns
//! ([`crate::core::keyring`]) and are kept in the store.

mod assertion;
mod attempts;
mod authorize;
mod basic;
mod browser;
mod claims;
mod client;
mod csrf;
mod device;
mod discovery;
mod endpoint;
mod external;
mod fault;
mod form;
mod guard;
mod keyring;
mod keys;
mod pages;
mod password;
mod person;
mod redirect;
mod routes;
mod scopes;
mod validity;
mod verified;
mod verify;

use std::sync::Arc;

use quell_model::{Holder, PERMISSIONS};

use crate::audit::Refusals;
use crate::clock::Clock;
use crate::core::{Rotation, TenantId};
use crate::store::{Store, StoreError};

pub(crate) use assertion::{is_certificate_over, is_usable_certificate};
use attempts::Attempts;
pub(crate) use claims::Caller;
pub(crate) use endpoint::Version;
use external::ExternalIssuers;
pub use external::FetchError;
pub(crate) use external::{FetchKeys, HttpFetch, is_safe_url};
use guard::Guard;
use keyring::Keyring;
pub use keys::KeyError;
pub(crate) use keys::make as make_key;
use password::Passwords;
pub(crate) use password::{MAX_PASSWORD, MIN_PASSWORD, hash as hash_password};
pub use redirect::InvalidRedirectUri;
pub(crate) use redirect::RedirectUri;
pub(crate) use routes::Place;
use verified::Verified;
use verify::Envelope;
pub(crate) use verify::Unauthorized;

/// Which clients get tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Clients {
    /// Registered ones that know their secret.
    #[default]
    Registered,
    /// Any, with every permission: for a laboratory, never for devices that matter.
    Any,
}

/// The issuer.
#[derive(Debug)]
pub(crate) struct Issuer {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    clients: Clients,
    base_url: String,
    keys: Keyring,
    envelopes: Verified<Envelope>,
    /// None where calls are not limited.
    guard: Option<Guard>,
    attempts: Attempts,
    external: ExternalIssuers,
    passwords: Passwords,
    refusals: Arc<Refusals>,
}

/// How an issuer is to work.
#[derive(Clone, Debug)]
pub(crate) struct IssuerRule {
    pub(crate) clients: Clients,
    /// The server's, without a slash at the end.
    pub(crate) base_url: String,
    pub(crate) rotation: Rotation,
    /// Whether requests for tokens are limited.
    pub(crate) guarded: bool,
}

impl Issuer {
    /// Starts with the store's keys; makes the first one when there is none.
    pub(crate) async fn start(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        rule: IssuerRule,
        fetch: Arc<dyn FetchKeys>,
        refusals: Arc<Refusals>,
    ) -> Result<Self, StartError> {
        let IssuerRule {
            clients,
            base_url,
            rotation,
            guarded,
        } = rule;
        let external = ExternalIssuers::new(Arc::clone(&store), fetch);
        external.look().await?;
        let keys = Keyring::start(Arc::clone(&store), Arc::clone(&clock), rotation).await?;
        Ok(Self {
            store,
            clock,
            clients,
            base_url,
            keys,
            envelopes: Verified::default(),
            guard: guarded.then(Guard::new).flatten(),
            attempts: Attempts::new()?,
            external,
            passwords: Passwords::default(),
            refusals,
        })
    }

    /// Sees what others made or removed, and does what is due.
    pub(crate) async fn tend(&self) -> Result<(), StartError> {
        self.keys.tend().await?;
        self.external.look().await?;
        Ok(self.store.forget_sign_ins(self.clock.now()).await?)
    }

    /// How tokens of a tenant name their issuer.
    fn name(&self, tenant: TenantId) -> String {
        format!("{}/{tenant}/", self.base_url)
    }

    /// How id tokens of the second version name it.
    fn name_v2(&self, tenant: TenantId) -> String {
        format!("{}/{tenant}/v2.0", self.base_url)
    }
}

/// Every permission that an application can hold.
fn all_roles() -> Vec<String> {
    PERMISSIONS
        .iter()
        .filter(|permission| permission.holder == Holder::Application)
        .map(|permission| permission.value.to_owned())
        .collect()
}

/// The issuer cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The store does not give its keys.
    #[error("the signing keys cannot be read")]
    Store(#[from] StoreError),
    /// Attempts cannot be counted.
    #[error("attempts to sign in cannot be counted")]
    Guard(#[from] quell_ratelimit::QuotaError),
    /// Other issuers cannot be asked for their keys.
    #[error("other issuers cannot be asked for their keys")]
    Fetch(#[from] FetchError),
    /// A key cannot be made or is damaged.
    #[error("the signing key cannot be used")]
    Key(#[from] KeyError),
}
