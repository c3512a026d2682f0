//! A service of your own: base URL, authority and credential from one source.

use std::path::PathBuf;
use std::sync::Arc;

use crate::auth::{Identity, TokenSource};
use crate::{
    ClientSecret, DeviceCode, DevicePrompt, ManagedIdentity, TokenEndpoint, WorkloadIdentity,
};

/// A service that speaks the API and is not Microsoft's: `quell serve`, a gateway, a test.
///
/// Base URL, authority and credential are given together, here, so that a
/// credential for Microsoft never reaches another host and another's never reaches
/// Microsoft. What is wrong with them is said by
/// [`ClientBuilder::build`](crate::ClientBuilder::build).
///
/// ```
/// use quell::{Client, Service};
///
/// # fn main() -> Result<(), quell::BuildError> {
/// let service = Service::custom("http://127.0.0.1:8080", "http://127.0.0.1:8080")
///     .client_secret("my-tenant", "my-application", "its secret");
/// let client = Client::builder().service(service).build()?;
/// # Ok(())
/// # }
/// ```
///
/// The authority may be Microsoft's: a service of your own can trust its tokens. Then an
/// [`audience`](Self::audience) must be named, so that no token for Microsoft's API gets here.
#[derive(Clone, Debug)]
#[must_use = "it is given to `ClientBuilder::service`"]
pub struct Service {
    base_url: String,
    authority: String,
    audience: Option<String>,
    identity: Option<Identity>,
    endpoint: TokenEndpoint,
}

impl Service {
    /// The service below this URL, and the authority below that one.
    ///
    /// Each is `https`, or `http` to loopback, and may have a path. The token
    /// endpoint is `{authority}/{tenant}/oauth2/v2.0/token`.
    pub fn custom(base_url: impl Into<String>, authority: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            authority: authority.into(),
            audience: None,
            identity: None,
            endpoint: TokenEndpoint::default(),
        }
    }

    /// The secret of an application that this authority knows.
    pub fn client_secret(
        self,
        tenant: impl Into<String>,
        application: impl Into<String>,
        secret: impl Into<String>,
    ) -> Self {
        let secret = ClientSecret::new(tenant, application, secret);
        self.identity(Identity::Client(secret.into()))
    }

    /// The certificate of an application that this authority knows.
    #[cfg(feature = "certificate")]
    pub fn client_certificate(
        self,
        tenant: impl Into<String>,
        application: impl Into<String>,
        certificate: crate::Certificate,
    ) -> Self {
        let certificate = crate::ClientCertificate::new(tenant, application, certificate);
        self.identity(Identity::Client(certificate.into()))
    }

    /// The file in which a platform keeps a token that this authority trusts, see
    /// [`WorkloadIdentity`].
    pub fn federated_token_file(
        self,
        tenant: impl Into<String>,
        application: impl Into<String>,
        token_file: impl Into<PathBuf>,
    ) -> Self {
        let workload = WorkloadIdentity::new(tenant, application, token_file);
        self.identity(Identity::Client(workload.into()))
    }

    /// A person who signs in to this authority with a code, see [`DeviceCode`].
    pub fn device_code(
        self,
        tenant: impl Into<String>,
        application: impl Into<String>,
        prompt: impl Fn(&DevicePrompt) + Send + Sync + 'static,
    ) -> Self {
        self.identity(Identity::Person(DeviceCode::new(
            tenant,
            application,
            prompt,
        )))
    }

    /// The identity that Azure gives this machine; an [`audience`](Self::audience) must be named.
    pub fn managed_identity(self, identity: ManagedIdentity) -> Self {
        self.identity(Identity::Managed(identity))
    }

    /// Tokens for this service from elsewhere, for instance a [`StaticToken`](crate::StaticToken).
    pub fn token_source(self, source: impl TokenSource) -> Self {
        self.identity(Identity::Source(Arc::new(source)))
    }

    /// The token endpoint that an application's secret, certificate or federated token is sent
    /// to; the default is [`TokenEndpoint::V2`].
    pub const fn token_endpoint(mut self, endpoint: TokenEndpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// What tokens are for. The default is the audience of Microsoft's commercial cloud.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    fn identity(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    pub(crate) fn into_parts(self) -> Parts {
        let endpoint = self.endpoint;
        let identity = self.identity.map(|identity| match identity {
            Identity::Client(mut client) => {
                client.endpoint = endpoint;
                Identity::Client(client)
            }
            other => other,
        });
        Parts {
            base_url: self.base_url,
            authority: self.authority,
            audience: self.audience,
            identity,
        }
    }
}

/// What [`Service`] was told.
pub(crate) struct Parts {
    pub(crate) base_url: String,
    pub(crate) authority: String,
    pub(crate) audience: Option<String>,
    pub(crate) identity: Option<Identity>,
}
