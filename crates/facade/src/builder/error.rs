use quell_model::{Cloud, HostFamily, Region};
use quell_transport::EndpointError;

use crate::error::{Error, ErrorKind};

/// Why a client cannot be built, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Neither a credential for Microsoft nor a service.
    #[error(
        "a credential is missing: give `.credential(ClientSecret::new(tenant, application, secret))` \
         for Microsoft, or `.service(Service::custom(..))` for a service of your own"
    )]
    MissingCredential,
    /// A service of one's own without a credential.
    #[error(
        "the service has no credential of its own: give \
         `Service::custom(..).client_secret(tenant, application, secret)`"
    )]
    MissingServiceCredential,
    /// A credential for Microsoft beside a service of one's own.
    #[error(
        "a credential for Microsoft was given together with a service of your own, which it is \
         never sent to: give the service its own by `Service::custom(..).client_secret(..)`"
    )]
    CredentialForAnother,
    /// A cloud, region or host family beside a service of one's own.
    #[error("a service of your own has no cloud, region or host family: leave them out")]
    PlaceForCustomService,
    /// A region by name beside the nearest one.
    #[error(
        "a region was named, which is then never left, together with `.nearest(..)`: leave one of \
         them out"
    )]
    RegionAndNearest,
    /// The nearest host is to be found for a transport whose way is not known.
    #[error(
        "the transport is your own, and only you know its way: measure by it with \
         `NearestRegion::measured_by`"
    )]
    MissingNetwork,
    /// The cloud's hosts cannot be told apart.
    #[cfg(feature = "nearest")]
    #[error("there is no choice among the cloud's hosts")]
    Candidates(#[source] quell_transport::nearest::CandidatesError),
    /// No host of this description.
    #[error(
        "no host is known for region {region} of cloud {cloud}{}",
        if family.is_some() { " in this family of host names" } else { "" }
    )]
    UnknownHost {
        /// The cloud.
        cloud: Cloud,
        /// The region.
        region: Region,
        /// The family, if one was asked for.
        family: Option<HostFamily>,
    },
    /// The service's base URL cannot be used.
    #[error("the service's base URL is not usable")]
    BaseUrl(#[source] EndpointError),
    /// The authority's URL cannot be used.
    #[error("the authority's URL is not usable")]
    Authority(#[source] EndpointError),
    /// The audience is empty.
    #[error("the audience is empty: leave it out for the default")]
    EmptyAudience,
    /// Microsoft issues the tokens, and nobody said for which service of one's own.
    #[error(
        "the tokens are Microsoft's and the service is your own: name its audience by \
         `Service::audience`; tokens for Microsoft's API are not sent to it unasked"
    )]
    MissingAudience,
    /// The managed identity cannot be asked.
    #[error("the managed identity is not usable")]
    ManagedIdentity(#[from] crate::ManagedIdentityError),
    /// Not a tenant.
    #[error("the tenant is not usable: it is its id or one of its domain names")]
    InvalidTenant,
    /// The application's id is empty.
    #[error("the application's client id is empty")]
    MissingApplication,
    /// The application's id has blanks around it or control characters in it.
    #[error("the client id is not usable: take off the blanks around it and the line breaks in it")]
    InvalidApplication,
    /// The secret is empty.
    #[error("the client secret is empty")]
    MissingSecret,
    /// The secret has a line break or another control character in it. It is not repeated here.
    #[error("the client secret holds a line break or another control character: take it off")]
    InvalidSecret,
    /// Options for the built-in transport beside one's own transport.
    #[error("transport options are for the built-in transport: leave them out beside your own")]
    OptionsForOwnTransport,
    /// The crate was built without a transport and none was given.
    #[error(
        "a transport is missing: give `.transport(..)`, or enable the feature `hyper` or `reqwest`"
    )]
    MissingTransport,
    /// More than one thing is wrong; each is one of the others, in no order that matters.
    #[error("{} things are wrong: {}", .0.len(), sentences(.0))]
    Several(Vec<BuildError>),
    /// The built-in transport cannot be set up.
    #[cfg(any(feature = "reqwest", feature = "hyper", feature = "nearest"))]
    #[error("the transport cannot be set up")]
    Transport(#[from] quell_transport::BuildError),
}

/// Both, or everything that is wrong with either.
pub(super) fn both<A, B>(
    one: Result<A, BuildError>,
    other: Result<B, BuildError>,
) -> Result<(A, B), BuildError> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(wrong), Ok(_)) | (Ok(_), Err(wrong)) => Err(wrong),
        (Err(one), Err(other)) => Err(BuildError::Several(
            one.each().chain(other.each()).collect(),
        )),
    }
}

impl BuildError {
    fn each(self) -> std::vec::IntoIter<Self> {
        match self {
            Self::Several(wrong) => wrong.into_iter(),
            one => vec![one].into_iter(),
        }
    }
}

fn sentences(wrong: &[BuildError]) -> String {
    let sentences: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    sentences.join("; ")
}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        Self::new(ErrorKind::Configuration).because(error)
    }
}
