//! Clouds, regions and hosts.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::generated::hosts::{ACCEPTED_AUDIENCES, CLOUDS, Cloud, HOSTS, REGIONS, Region};
use crate::generated::permissions::RESOURCE_APP_ID;

/// A cloud: who issues its tokens, and for which audience.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CloudInfo {
    /// The cloud.
    pub cloud: Cloud,
    /// Its name on a command line.
    pub name: &'static str,
    /// The address of its token issuer, without a tenant.
    pub authority: &'static str,
    /// The audience of its tokens. Never derived from the host that is called.
    pub audience: &'static str,
    /// What it is.
    pub meaning: &'static str,
}

/// A region.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegionInfo {
    /// The region.
    pub region: Region,
    /// Its name on a command line, and in its hosts.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
}

/// Which family of names a host belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostFamily {
    /// `api[-REGION].securitycenter.microsoft.com`: the tokens' audience too, and the default.
    SecurityCenter,
    /// `[REGION.]api.security.microsoft.com`: newer, with more regions, and no audience.
    Security,
}

/// A host that serves the API.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostInfo {
    /// The DNS name.
    pub name: &'static str,
    /// Its cloud.
    pub cloud: Cloud,
    /// Its region.
    pub region: Region,
    /// Its family.
    pub family: HostFamily,
}

impl HostInfo {
    /// Looks a host up by its DNS name, without regard to case. Two clouds share one host; the
    /// first is found.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        HOSTS
            .iter()
            .find(|host| host.name.eq_ignore_ascii_case(name))
    }
}

impl Cloud {
    /// The host of a region: of the family, if one is named, else of the older family if that has
    /// the region, else of the newer.
    #[must_use]
    pub fn host(self, region: Region, family: Option<HostFamily>) -> Option<&'static HostInfo> {
        HOSTS.iter().find(|host| {
            host.cloud == self
                && host.region == region
                && family.is_none_or(|family| host.family == family)
        })
    }
}

/// Whether a token of this audience opens the API: any name of the resource application, with or
/// without a slash at its end, or the application's id.
#[must_use]
pub fn is_accepted_audience(audience: &str) -> bool {
    let name = audience.strip_suffix('/').unwrap_or(audience);
    name == RESOURCE_APP_ID || ACCEPTED_AUDIENCES.contains(&name)
}

/// A name is no cloud's or no region's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no {what} of this name, there are: {known}")]
pub struct UnknownName {
    what: &'static str,
    known: String,
}

fn unknown(what: &'static str, known: impl Iterator<Item = &'static str>) -> UnknownName {
    UnknownName {
        what,
        known: known.collect::<Vec<_>>().join(", "),
    }
}

impl FromStr for Cloud {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = CLOUDS
            .iter()
            .find(|info| info.name.eq_ignore_ascii_case(name));
        let none = || unknown("cloud", CLOUDS.iter().map(|info| info.name));
        found.map(|info| info.cloud).ok_or_else(none)
    }
}

impl FromStr for Region {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = REGIONS
            .iter()
            .find(|info| info.name.eq_ignore_ascii_case(name));
        let none = || unknown("region", REGIONS.iter().map(|info| info.name));
        found.map(|info| info.region).ok_or_else(none)
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().name)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(cloud: Cloud, region: Region, family: Option<HostFamily>) -> Option<&'static str> {
        cloud.host(region, family).map(|host| host.name)
    }

    #[test]
    fn older_family_is_the_default_where_it_has_the_region() {
        assert_eq!(
            host(Cloud::Commercial, Region::Europe, None),
            Some("api-eu.securitycenter.microsoft.com")
        );
        assert_eq!(
            host(
                Cloud::Commercial,
                Region::Europe,
                Some(HostFamily::Security)
            ),
            Some("eu.api.security.microsoft.com")
        );
        assert_eq!(
            host(Cloud::Commercial, Region::Australia, None),
            Some("au.api.security.microsoft.com")
        );
    }

    #[test]
    fn government_clouds_have_one_host_and_no_region() {
        for cloud in [Cloud::GccHigh, Cloud::Dod] {
            assert_eq!(
                host(cloud, Region::Global, None),
                Some("api-gov.securitycenter.microsoft.us")
            );
            assert_eq!(host(cloud, Region::UnitedStates, None), None);
            assert_eq!(cloud.info().authority, "https://login.microsoftonline.us");
        }
        assert_eq!(
            Cloud::Gcc.info().authority,
            "https://login.microsoftonline.com"
        );
    }

    #[test]
    fn newer_host_is_no_audience() {
        assert!(HostInfo::find("API.security.microsoft.com").is_some());
        assert!(!is_accepted_audience("https://api.security.microsoft.com"));
        assert!(is_accepted_audience(
            "https://api.securitycenter.microsoft.com/"
        ));
        assert!(is_accepted_audience("fc780465-2017-40d4-a0c5-307022471b92"));
        assert!(
            CLOUDS
                .iter()
                .all(|cloud| is_accepted_audience(cloud.audience))
        );
    }

    #[test]
    fn names_are_read_back_and_unknown_ones_are_told_what_there_is() {
        for info in CLOUDS {
            assert_eq!(info.cloud.to_string().parse(), Ok(info.cloud));
        }
        for info in REGIONS {
            assert_eq!(info.region.to_string().parse(), Ok(info.region));
        }
        let error = "mars".parse::<Cloud>().expect_err("no such cloud");
        assert_eq!(
            error.to_string(),
            "there is no cloud of this name, there are: commercial, gcc, gcc-high, dod"
        );
    }
}
