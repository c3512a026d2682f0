use std::sync::Arc;

use quell_transport::{Endpoint, SharedTransport};

use super::{ClientSecret, Grant, TokenSource};
use crate::BuildError;

/// What proves to Microsoft who we are: a [`ClientSecret`], or any [`TokenSource`].
///
/// It goes to Microsoft's hosts only; a service of your own has its own, see
/// [`Service`](crate::Service).
#[derive(Clone, Debug)]
pub struct Credential(Identity);

/// A way to tokens, before it is known over which transport and from which authority.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    Secret(ClientSecret),
    Source(Arc<dyn TokenSource>),
}

impl Credential {
    pub(crate) fn into_identity(self) -> Identity {
        self.0
    }
}

impl Identity {
    /// The source of tokens, asking this authority over this transport.
    pub(crate) fn bind(
        self,
        authority: &Endpoint,
        transport: SharedTransport,
    ) -> Result<Arc<dyn TokenSource>, BuildError> {
        match self {
            Self::Secret(secret) => Ok(Arc::new(Grant::new(authority, secret, transport)?)),
            Self::Source(source) => Ok(source),
        }
    }
}

impl From<ClientSecret> for Credential {
    fn from(secret: ClientSecret) -> Self {
        Self(Identity::Secret(secret))
    }
}

impl<T: TokenSource> From<T> for Credential {
    fn from(source: T) -> Self {
        Self(Identity::Source(Arc::new(source)))
    }
}
