//! The nearest of a cloud's hosts, instead of a region by name.

use std::sync::Arc;

use quell_model::{Cloud, HOSTS, HostFamily, HostInfo, Region};
use quell_transport::nearest::{Candidate, Candidates, Nearest, NearestCache, Network, TlsNetwork};

use super::BuildError;
use super::target::{Microsoft, address};
use crate::route::Hosts;

/// How the nearest of the cloud's hosts is found; given to
/// [`ClientBuilder::nearest`](crate::ClientBuilder::nearest).
///
/// Measured are three connects to each host, without a request and without a token. The first call
/// waits for them, but for no more than half a second, and begins at the global host if that is not
/// enough; see [`transport::nearest`](crate::transport::nearest) for all the rules. A measurement
/// holds for a day; a [cache](Self::remembered_in) keeps it beyond the process.
///
/// # Residency
///
/// Calls may pass through any host of the cloud, never through another cloud's. Where data must not
/// pass through other regions name one with [`ClientBuilder::region`](crate::ClientBuilder::region):
/// it is never left, not even when it fails. The two exclude each other.
#[derive(Clone, Debug, Default)]
#[must_use = "it is given to `ClientBuilder::nearest`"]
pub struct NearestRegion {
    cache: Option<Arc<dyn NearestCache>>,
    network: Option<Arc<dyn Network>>,
}

impl NearestRegion {
    /// Measured by the built-in transport's own way to connect, remembered by the client.
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers the measurement here too; it is read when the client is built.
    pub fn remembered_in(mut self, cache: impl NearestCache) -> Self {
        self.cache = Some(Arc::new(cache));
        self
    }

    /// Measures by this network: needed beside a transport of your own, whose way only you know.
    pub fn measured_by(mut self, network: impl Network) -> Self {
        self.network = Some(Arc::new(network));
        self
    }

    /// The hosts among which the choice is made, the global one first.
    ///
    /// Without a family these are the older ones: a region that only the newer family has is
    /// chosen among the newer. A government cloud has one host, and so no choice.
    ///
    /// # Errors
    ///
    /// [`BuildError::UnknownHost`] if the cloud has no host of this family.
    pub fn candidates(
        cloud: Cloud,
        family: impl Into<Option<HostFamily>>,
    ) -> Result<Candidates, BuildError> {
        let family = family.into();
        let region = Region::Global;
        let home = cloud.host(region, family).ok_or(BuildError::UnknownHost {
            cloud,
            region,
            family,
        })?;
        let others: Vec<Candidate> = HOSTS
            .iter()
            .filter(|host| host.cloud == cloud && host.family == home.family && *host != home)
            .map(candidate)
            .collect::<Result<_, _>>()?;
        Candidates::new(candidate(home)?, others).map_err(BuildError::Candidates)
    }

    /// Begins to choose; connects to nothing yet. The built-in network is made if no other was given.
    pub(super) fn hosts(
        &self,
        place: Microsoft,
        built_in: impl FnOnce() -> Result<TlsNetwork, BuildError>,
    ) -> Result<Hosts, BuildError> {
        let candidates = Self::candidates(place.cloud(), place.family)?;
        let network: Arc<dyn Network> = match &self.network {
            Some(network) => Arc::clone(network),
            None => Arc::new(built_in()?),
        };
        Ok(Hosts(match &self.cache {
            Some(cache) => Nearest::remembering(candidates, network, Arc::clone(cache)),
            None => Nearest::new(candidates, network),
        }))
    }
}

fn candidate(host: &HostInfo) -> Result<Candidate, BuildError> {
    let (cloud, region) = (host.cloud.to_string(), host.region.to_string());
    Ok(Candidate::new(cloud, region, address(host)?))
}
