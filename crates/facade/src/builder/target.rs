use quell_model::{CLOUDS, Cloud, HostFamily, HostInfo, Region};
use quell_transport::Endpoint;

use super::BuildError;
use crate::Service;
use crate::auth::{Credential, Expectation, Identity, Party};

/// Other names of Microsoft's authorities, which answer too: the aliases of its own instance
/// discovery.
const ALIASES: [&str; 7] = [
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
    "login-us.microsoftonline.com",
    "login.usgovcloudapi.net",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
];

/// Where requests go, who issues tokens for it, and what we prove ourselves with: all
/// of one source.
pub(super) struct Target {
    pub(super) base_url: Endpoint,
    pub(super) authority: Endpoint,
    pub(super) expected: Expectation,
    pub(super) identity: Identity,
}

/// A place in Microsoft's clouds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Microsoft {
    pub(super) cloud: Option<Cloud>,
    pub(super) region: Option<Region>,
    pub(super) family: Option<HostFamily>,
    pub(super) nearest: bool,
}

impl Microsoft {
    pub(super) fn cloud(self) -> Cloud {
        self.cloud.unwrap_or(Cloud::Commercial)
    }
}

impl Target {
    pub(super) fn choose(
        credential: Option<Credential>,
        microsoft: Microsoft,
        service: Option<Service>,
    ) -> Result<Self, BuildError> {
        match (credential, service) {
            (None, None) => Err(BuildError::MissingCredential),
            (Some(_), Some(_)) => Err(BuildError::CredentialForAnother),
            (Some(credential), None) => Self::microsoft(credential.into_identity(), microsoft),
            (None, Some(_)) if microsoft != Microsoft::default() => {
                Err(BuildError::PlaceForCustomService)
            }
            (None, Some(service)) => Self::custom(service),
        }
    }

    pub(super) fn microsoft(identity: Identity, place: Microsoft) -> Result<Self, BuildError> {
        let cloud = place.cloud();
        if place.nearest && place.region.is_some() {
            return Err(BuildError::RegionAndNearest);
        }
        let region = place.region.unwrap_or(Region::Global);
        let family = place.family;
        let host = cloud.host(region, family).ok_or(BuildError::UnknownHost {
            cloud,
            region,
            family,
        })?;
        let info = cloud.info();
        let tenant = identity.tenant().map(str::to_owned);
        Ok(Self {
            base_url: address(host)?,
            authority: info.authority.parse().map_err(BuildError::Authority)?,
            expected: Expectation::new(info.audience.to_owned(), Party::Microsoft { tenant }),
            identity,
        })
    }

    pub(super) fn custom(service: Service) -> Result<Self, BuildError> {
        let parts = service.into_parts();
        let authority: Endpoint = parts.authority.parse().map_err(BuildError::Authority)?;
        let identity = parts.identity.ok_or(BuildError::MissingServiceCredential)?;
        let audience_declared = parts.audience.is_some();
        if !audience_declared && (identity.is_microsofts() || is_microsofts(&authority)) {
            return Err(BuildError::MissingAudience);
        }
        let default_audience = || Cloud::Commercial.info().audience.to_owned();
        let audience = parts.audience.unwrap_or_else(default_audience);
        if audience.is_empty() {
            return Err(BuildError::EmptyAudience);
        }
        Ok(Self {
            base_url: parts.base_url.parse().map_err(BuildError::BaseUrl)?,
            expected: Expectation::new(audience, Party::Own { audience_declared }),
            authority,
            identity,
        })
    }
}

/// Where a host of Microsoft's is.
pub(super) fn address(host: &HostInfo) -> Result<Endpoint, BuildError> {
    let url = format!("https://{}", host.name);
    url.parse().map_err(BuildError::BaseUrl)
}

/// Whether Microsoft issues the tokens.
fn is_microsofts(authority: &Endpoint) -> bool {
    let Some(host) = authority.url().host_str() else {
        return false;
    };
    let names = CLOUDS
        .iter()
        .filter_map(|cloud| cloud.authority.strip_prefix("https://"));
    // A dot at its end makes a name no other one.
    let host = host.trim_end_matches('.');
    // Regions answer below a name: `westus2.login.microsoft.com`.
    let is_below = |name: &str| {
        host.strip_suffix(name)
            .is_some_and(|rest| rest.ends_with('.'))
    };
    names
        .chain(ALIASES)
        .any(|name| name == host || is_below(name))
}
