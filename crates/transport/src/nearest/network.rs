//! What a choice needs to know of the network.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;

use super::Fingerprint;
use crate::carrier::{BuildError, Dialer};
use crate::{Endpoint, TransportError, TransportOptions};

/// Connects without saying anything, and tells networks apart.
///
/// Whoever carries requests by a stack of their own measures by it as well: what
/// counts is the way that requests will take.
#[async_trait]
pub trait Network: Debug + Send + Sync + 'static {
    /// Connects to the endpoint, with TLS if it is https, sends no request and
    /// no token, and closes.
    ///
    /// # Errors
    ///
    /// If no connection came about.
    async fn connect(&self, endpoint: &Endpoint) -> Result<(), TransportError>;

    /// The network that this machine is in now. Called once at the start and
    /// once for each measurement; must be short.
    fn fingerprint(&self) -> Fingerprint;
}

#[async_trait]
impl<N: Network + ?Sized> Network for Arc<N> {
    async fn connect(&self, endpoint: &Endpoint) -> Result<(), TransportError> {
        (**self).connect(endpoint).await
    }

    fn fingerprint(&self) -> Fingerprint {
        (**self).fingerprint()
    }
}

pub(super) type SharedNetwork = Arc<dyn Network>;

/// TCP and TLS under the same options as the carriers: the same trust, and through
/// the same proxy, so that what is measured is the way that calls take.
#[derive(Clone, Debug)]
pub struct TlsNetwork {
    dialer: Dialer,
}

impl TlsNetwork {
    /// Connects to nothing yet.
    ///
    /// # Errors
    ///
    /// If the options name a certificate or proxy that cannot be used.
    pub fn new(options: &TransportOptions) -> Result<Self, BuildError> {
        Ok(Self {
            dialer: Dialer::new(options)?,
        })
    }
}

#[async_trait]
impl Network for TlsNetwork {
    async fn connect(&self, endpoint: &Endpoint) -> Result<(), TransportError> {
        self.dialer.dial(endpoint).await
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_this_network()
    }
}
