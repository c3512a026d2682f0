//! Which host a call goes to: the configured one, or the nearest of the cloud's.

#[cfg(feature = "nearest")]
mod choice;
#[cfg(not(feature = "nearest"))]
mod no_choice;

use std::time::Duration;

use http::{StatusCode, Uri};
use quell_transport::{
    Endpoint, ForeignHost, HostPolicy, NextLinkError, TargetError, TransportErrorKind,
};

#[cfg(feature = "nearest")]
pub(crate) use choice::{Chosen, Hosts};
#[cfg(not(feature = "nearest"))]
use no_choice::{Chosen, Hosts};

/// What an attempt met.
pub(crate) type Met = Result<StatusCode, TransportErrorKind>;

/// Where the service answers.
///
/// Calls are encoded, and links to further pages rewritten, for the home host. Where there is a
/// choice, each attempt is moved to the host that is chosen at that moment; all that is compared
/// or kept names the home host, whatever happens on the way.
#[derive(Debug)]
pub(crate) struct Route {
    home: HostPolicy,
    hosts: Option<Hosts>,
}

impl Route {
    /// To this service and nowhere else.
    pub(crate) const fn to(service: Endpoint) -> Self {
        Self {
            home: HostPolicy::only(service),
            hosts: None,
        }
    }

    /// To whichever of these hosts is chosen.
    #[cfg(feature = "nearest")]
    pub(crate) fn among(self, hosts: Hosts) -> Self {
        Self {
            hosts: Some(hosts),
            ..self
        }
    }

    /// The host that calls are encoded for.
    pub(crate) const fn home(&self) -> &Endpoint {
        self.home.service()
    }

    pub(crate) fn check(&self, uri: &Uri) -> Result<(), ForeignHost> {
        self.home.check(uri)
    }

    pub(crate) fn rewrite_next_link(&self, link: &str) -> Result<Uri, NextLinkError> {
        self.home.rewrite_next_link(link)
    }

    /// The hosts among which there is a choice.
    #[cfg(feature = "nearest")]
    pub(crate) const fn hosts(&self) -> Option<&Hosts> {
        self.hosts.as_ref()
    }

    /// Where an attempt that begins now goes.
    pub(crate) fn endpoint(&self) -> Endpoint {
        self.way().endpoint().unwrap_or(self.home()).clone()
    }

    /// Gets to know the hosts if there is a choice and nothing is known yet, for no longer than
    /// it is worth.
    pub(crate) async fn survey(&self) {
        if let Some(hosts) = &self.hosts {
            hosts.survey().await;
        }
    }

    /// The way of an attempt that begins now.
    pub(crate) fn way(&self) -> Way {
        Way(self.hosts.as_ref().map(Hosts::now))
    }
}

/// The way of one attempt.
#[derive(Debug)]
pub(crate) struct Way(Option<Chosen>);

impl Way {
    fn endpoint(&self) -> Option<&Endpoint> {
        self.0.as_ref().map(Chosen::endpoint)
    }

    /// The same path and query where this attempt goes.
    pub(crate) fn lead(&self, uri: &Uri) -> Result<Uri, TargetError> {
        match self.endpoint() {
            Some(chosen) => chosen.instead_of(uri),
            None => Ok(uri.clone()),
        }
    }

    /// Tells what the attempt met there, for the choice of those to come.
    pub(crate) fn report(&self, met: Met, took: Duration) {
        if let Some(chosen) = &self.0 {
            chosen.report(met, took);
        }
    }
}
