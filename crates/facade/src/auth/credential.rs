use std::sync::Arc;

use quell_transport::{Endpoint, SharedTransport};

use super::client_credentials::ClientCredentials;
use super::device_code::DeviceSource;
use super::managed_identity::ManagedSource;
use super::proof::ClientIdentity;
use super::{ClientSecret, DeviceCode, ManagedIdentity, TokenSource, WorkloadIdentity};
use crate::BuildError;

/// What proves to Microsoft who we are.
///
/// | it is made of | who asks | what is kept secret |
/// | --- | --- | --- |
/// | [`ClientSecret`] | an application | a text |
#[cfg_attr(
    feature = "certificate",
    doc = "| [`ClientCertificate`](crate::ClientCertificate) | an application | a private key, which stays here |"
)]
/// | [`WorkloadIdentity`] | an application that a platform vouches for | nothing: a file that the platform renews |
/// | [`ManagedIdentity`] | a machine, app or container in Azure, or an Arc machine | nothing |
/// | [`DeviceCode`] | a person | nothing, or a refresh token |
#[cfg_attr(
    feature = "azure-identity",
    doc = "| [`AzureIdentity`](crate::AzureIdentity) | whatever the crate `azure_identity` offers | its affair |"
)]
/// | [`StaticToken`](crate::StaticToken), any [`TokenSource`] | whoever got the token | the token |
///
/// It goes to Microsoft's hosts only; a service of your own has its own, see
/// [`Service`](crate::Service).
#[derive(Clone, Debug)]
pub struct Credential(Identity);

/// A way to tokens, before it is known over which transport and from which authority.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    Client(ClientIdentity),
    Person(DeviceCode),
    Managed(ManagedIdentity),
    Source(Arc<dyn TokenSource>),
}

impl Credential {
    #[cfg(feature = "azure-identity")]
    pub(super) fn of_source(source: impl TokenSource) -> Self {
        Self(Identity::Source(Arc::new(source)))
    }

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
        Ok(match self {
            Self::Client(client) => Arc::new(ClientCredentials::new(authority, client, transport)?),
            Self::Person(person) => Arc::new(DeviceSource::new(authority, person, &transport)?),
            Self::Managed(identity) => Arc::new(ManagedSource::new(identity, transport)?),
            Self::Source(source) => source,
        })
    }

    /// The tenant whose tokens are to be expected, as it was given.
    pub(crate) fn tenant(&self) -> Option<&str> {
        match self {
            Self::Client(client) => Some(client.application.tenant()),
            Self::Person(person) => Some(person.tenant()),
            Self::Managed(_) | Self::Source(_) => None,
        }
    }

    /// Whether its tokens are Microsoft's, whatever the authority.
    pub(crate) const fn is_microsofts(&self) -> bool {
        matches!(self, Self::Managed(_))
    }
}

impl From<ClientSecret> for Credential {
    fn from(secret: ClientSecret) -> Self {
        Self(Identity::Client(secret.into()))
    }
}

#[cfg(feature = "certificate")]
impl From<super::ClientCertificate> for Credential {
    fn from(certificate: super::ClientCertificate) -> Self {
        Self(Identity::Client(certificate.into()))
    }
}

impl From<WorkloadIdentity> for Credential {
    fn from(workload: WorkloadIdentity) -> Self {
        Self(Identity::Client(workload.into()))
    }
}

impl From<ManagedIdentity> for Credential {
    fn from(identity: ManagedIdentity) -> Self {
        Self(Identity::Managed(identity))
    }
}

impl From<DeviceCode> for Credential {
    fn from(person: DeviceCode) -> Self {
        Self(Identity::Person(person))
    }
}

impl<T: TokenSource> From<T> for Credential {
    fn from(source: T) -> Self {
        Self(Identity::Source(Arc::new(source)))
    }
}
