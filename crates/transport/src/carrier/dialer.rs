//! A connection for its own sake: to be measured, then closed.

use rustls::client::Resumption;
use tower::ServiceExt as _;

use super::connector::Connector;
use super::{BuildError, classify, tls};
use crate::{Endpoint, TransportError, TransportErrorKind, TransportOptions};

/// Connects as the carriers do, and says nothing.
#[derive(Clone, Debug)]
pub(crate) struct Dialer {
    connector: Connector,
}

impl Dialer {
    pub(crate) fn new(options: &TransportOptions) -> Result<Self, BuildError> {
        let mut tls = tls::client_config(options.roots())?;
        // A resumed session would make the second look at a host cheaper than the first.
        tls.resumption = Resumption::disabled();
        let proxy = options.proxy().route()?;
        let connector = Connector::new(tls, proxy, options.connect_timeout());
        Ok(Self { connector })
    }

    pub(crate) async fn dial(&self, endpoint: &Endpoint) -> Result<(), TransportError> {
        let destination = endpoint.join("/", None).map_err(|error| {
            TransportError::with_source(TransportErrorKind::InvalidRequest, error)
        })?;
        let connected = self.connector.clone().oneshot(destination).await;
        connected.map(drop).map_err(|error| {
            TransportError::with_source(classify::connecting(error.as_ref()), error)
        })
    }
}
