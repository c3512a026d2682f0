//! Putting a client together, and saying what is missing.

mod error;
#[cfg(feature = "nearest")]
mod nearest;
mod target;

use std::sync::Arc;
use std::time::Duration;

use quell_model::{Cloud, HostFamily, Region};
#[cfg(feature = "nearest")]
use quell_transport::nearest::TlsNetwork;
use quell_transport::{SharedTransport, TransportOptions};

pub use error::BuildError;
use error::both;
#[cfg(feature = "nearest")]
pub use nearest::NearestRegion;
use target::{Microsoft, Target};

use crate::auth::{Credential, Tokens};
use crate::hooks::{Hooks, Onlookers};
use crate::journal::Journal;
use crate::limits::{Limiters, Limits};
use crate::options::CallOptions;
use crate::retry::{Budget, Jitter, RetryPolicy};
use crate::route::Route;
use crate::shared::Shared;
use crate::skew::ServiceClock;
use crate::{Client, Service};

/// How long a call may take in all unless the client says otherwise: the wait for
/// the window of a minute, and then some.
const DEADLINE: Duration = Duration::from_secs(120);

/// Puts a [`Client`] together.
///
/// Everything but a credential has a default. Either [`credential`](Self::credential)
/// and Microsoft's clouds and regions, or [`service`](Self::service): the two do not mix.
///
/// ```
/// use quell::{BuildError, Client};
///
/// let error = Client::builder().build().unwrap_err();
/// assert!(matches!(error, BuildError::MissingCredential));
/// ```
#[derive(Debug)]
#[must_use = "it ends with `build`"]
pub struct ClientBuilder {
    credential: Option<Credential>,
    microsoft: Microsoft,
    #[cfg(feature = "nearest")]
    nearest: Option<NearestRegion>,
    service: Option<Service>,
    transport: Option<SharedTransport>,
    transport_options: Option<TransportOptions>,
    limits: Limits,
    retry: RetryPolicy,
    deadline: Option<Duration>,
    journal: Option<Arc<dyn Journal>>,
    hooks: Onlookers,
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            credential: None,
            microsoft: Microsoft::default(),
            #[cfg(feature = "nearest")]
            nearest: None,
            service: None,
            transport: None,
            transport_options: None,
            limits: Limits::documented(),
            retry: RetryPolicy::default(),
            deadline: Some(DEADLINE),
            journal: None,
            hooks: Onlookers::default(),
        }
    }

    /// Who we are to Microsoft: a [`ClientSecret`](crate::ClientSecret), or any
    /// [`TokenSource`](crate::TokenSource).
    pub fn credential(mut self, credential: impl Into<Credential>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    /// The cloud that the tenant lives in; the default is [`Cloud::Commercial`]. It
    /// decides authority and audience.
    pub const fn cloud(mut self, cloud: Cloud) -> Self {
        self.microsoft.cloud = Some(cloud);
        self
    }

    /// A region by name, which is never left; the default is [`Region::Global`], whose host
    /// leaves it to the service.
    pub const fn region(mut self, region: Region) -> Self {
        self.microsoft.region = Some(region);
        self
    }

    /// Instead of a region by name, whichever of the cloud's hosts is the nearest, and another
    /// when that one fails; see [`NearestRegion`].
    #[cfg(feature = "nearest")]
    pub fn nearest(mut self, nearest: NearestRegion) -> Self {
        self.microsoft.nearest = true;
        self.nearest = Some(nearest);
        self
    }

    /// The older or the newer family of host names; the default is the older one,
    /// except for regions that only the newer one has. The audience stays the same.
    pub const fn host_family(mut self, family: HostFamily) -> Self {
        self.microsoft.family = Some(family);
        self
    }

    /// A service of your own, with a credential of its own.
    pub fn service(mut self, service: Service) -> Self {
        self.service = Some(service);
        self
    }

    /// Your own way of carrying requests, for the token endpoint too.
    ///
    /// Its time-outs are its own; but no attempt is waited for longer than two minutes.
    pub fn transport(mut self, transport: impl Into<SharedTransport>) -> Self {
        self.transport = Some(transport.into());
        self
    }

    /// Time-outs, certificates and proxy of the built-in transport.
    pub fn transport_options(mut self, options: TransportOptions) -> Self {
        self.transport_options = Some(options);
        self
    }

    /// How often operations may be called; the default is [`Limits::documented`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How often and how patiently calls are repeated.
    pub const fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How long a call may take in all, see [`Client::with_deadline`]; the default is two minutes.
    pub fn deadline(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.deadline = limit.into();
        self
    }

    /// Where the actions that are asked for are written down first; nowhere by default.
    pub fn journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Who looks on; each that is given does, in their order.
    pub fn hooks(mut self, hooks: impl Hooks) -> Self {
        self.hooks.add(Arc::new(hooks));
        self
    }

    /// The client, or what is missing.
    ///
    /// Nothing is sent yet: a wrong secret shows with the first call.
    ///
    /// # Errors
    ///
    /// [`BuildError`] says everything that is missing or contradictory, and how to give it.
    pub fn build(mut self) -> Result<Client, BuildError> {
        let (target, transport) = both(
            Target::choose(self.credential.take(), self.microsoft, self.service.take()),
            self.carrier(),
        )?;
        let route = Route::to(target.base_url);
        #[cfg(feature = "nearest")]
        let route = match &self.nearest {
            None => route,
            Some(nearest) => route.among(nearest.hosts(self.microsoft, || self.network())?),
        };
        let source = target.identity.bind(&target.authority, transport.clone())?;
        let shared = Shared {
            route,
            transport,
            tokens: Tokens::new(source, target.expected),
            limiters: Limiters::new(self.limits),
            retry: self.retry,
            budget: Budget::default(),
            jitter: Jitter::default(),
            journal: self.journal,
            clock: ServiceClock::default(),
            hooks: self.hooks,
        };
        let options = CallOptions {
            deadline: self.deadline,
            ..CallOptions::default()
        };
        Ok(Client::new(shared, options))
    }

    fn carrier(&self) -> Result<SharedTransport, BuildError> {
        match (&self.transport, &self.transport_options) {
            (Some(_), Some(_)) => Err(BuildError::OptionsForOwnTransport),
            (Some(own), None) => Ok(own.clone()),
            (None, Some(options)) => built_in(options),
            (None, None) => built_in(&our_options()),
        }
    }

    #[cfg(feature = "nearest")]
    fn network(&self) -> Result<TlsNetwork, BuildError> {
        match (&self.transport, &self.transport_options) {
            (Some(_), _) => Err(BuildError::MissingNetwork),
            (None, Some(options)) => Ok(TlsNetwork::new(options)?),
            (None, None) => Ok(TlsNetwork::new(&our_options())?),
        }
    }
}

fn our_options() -> TransportOptions {
    TransportOptions::default().with_user_agent(http::HeaderValue::from_static(concat!(
        "quell/",
        env!("CARGO_PKG_VERSION")
    )))
}

#[cfg(feature = "hyper")]
fn built_in(options: &TransportOptions) -> Result<SharedTransport, BuildError> {
    Ok(quell_transport::HyperTransport::new(options)?.into())
}

#[cfg(all(feature = "reqwest", not(feature = "hyper")))]
fn built_in(options: &TransportOptions) -> Result<SharedTransport, BuildError> {
    Ok(quell_transport::ReqwestTransport::new(options)?.into())
}

#[cfg(not(any(feature = "reqwest", feature = "hyper")))]
fn built_in(_options: &TransportOptions) -> Result<SharedTransport, BuildError> {
    Err(BuildError::MissingTransport)
}

#[cfg(test)]
mod tests;
