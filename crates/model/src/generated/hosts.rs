// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Clouds, regions, hosts, audiences and authorities.

use crate::host::{CloudInfo, HostFamily, HostInfo, RegionInfo};

/// Where a tenant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// `commercial`.
    Commercial,
    /// `gcc`.
    Gcc,
    /// `gcc-high`.
    GccHigh,
    /// `dod`.
    Dod,
}

impl Cloud {
    /// What is known of it.
    #[must_use]
    #[allow(
        clippy::indexing_slicing,
        reason = "the table has a row for every variant"
    )]
    pub fn info(self) -> &'static CloudInfo {
        match self {
            Self::Commercial => &CLOUDS[0],
            Self::Gcc => &CLOUDS[1],
            Self::GccHigh => &CLOUDS[2],
            Self::Dod => &CLOUDS[3],
        }
    }
}

/// Where the API is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// `global`.
    Global,
    /// `us`.
    UnitedStates,
    /// `eu`.
    Europe,
    /// `uk`.
    UnitedKingdom,
    /// `au`.
    Australia,
    /// `swa`.
    Swa,
    /// `ina`.
    Ina,
    /// `aea`.
    Aea,
}

impl Region {
    /// What is known of it.
    #[must_use]
    #[allow(
        clippy::indexing_slicing,
        reason = "the table has a row for every variant"
    )]
    pub fn info(self) -> &'static RegionInfo {
        match self {
            Self::Global => &REGIONS[0],
            Self::UnitedStates => &REGIONS[1],
            Self::Europe => &REGIONS[2],
            Self::UnitedKingdom => &REGIONS[3],
            Self::Australia => &REGIONS[4],
            Self::Swa => &REGIONS[5],
            Self::Ina => &REGIONS[6],
            Self::Aea => &REGIONS[7],
        }
    }
}

/// Every cloud.
pub static CLOUDS: &[CloudInfo] = &[
    CloudInfo {
        cloud: Cloud::Commercial,
        name: "commercial",
        authority: "https://login.microsoftonline.com",
        audience: "https://api.securitycenter.microsoft.com",
        meaning: "the worldwide cloud",
    },
    CloudInfo {
        cloud: Cloud::Gcc,
        name: "gcc",
        authority: "https://login.microsoftonline.com",
        audience: "https://api-gcc.securitycenter.microsoft.us",
        meaning: "United States government, GCC",
    },
    CloudInfo {
        cloud: Cloud::GccHigh,
        name: "gcc-high",
        authority: "https://login.microsoftonline.us",
        audience: "https://api-gov.securitycenter.microsoft.us",
        meaning: "United States government, GCC High",
    },
    CloudInfo {
        cloud: Cloud::Dod,
        name: "dod",
        authority: "https://login.microsoftonline.us",
        audience: "https://api-gov.securitycenter.microsoft.us",
        meaning: "United States Department of Defense",
    },
];

/// Every region.
pub static REGIONS: &[RegionInfo] = &[
    RegionInfo {
        region: Region::Global,
        name: "global",
        meaning: "no region named: the service chooses",
    },
    RegionInfo {
        region: Region::UnitedStates,
        name: "us",
        meaning: "United States",
    },
    RegionInfo {
        region: Region::Europe,
        name: "eu",
        meaning: "Europe",
    },
    RegionInfo {
        region: Region::UnitedKingdom,
        name: "uk",
        meaning: "United Kingdom",
    },
    RegionInfo {
        region: Region::Australia,
        name: "au",
        meaning: "Australia; newer host names alone",
    },
    RegionInfo {
        region: Region::Swa,
        name: "swa",
        meaning: "swa; newer host names alone",
    },
    RegionInfo {
        region: Region::Ina,
        name: "ina",
        meaning: "ina (India); newer host names alone",
    },
    RegionInfo {
        region: Region::Aea,
        name: "aea",
        meaning: "aea; newer host names alone",
    },
];

/// Every host; of a cloud and a region the older family first.
pub static HOSTS: &[HostInfo] = &[
    HostInfo {
        name: "api.securitycenter.microsoft.com",
        cloud: Cloud::Commercial,
        region: Region::Global,
        family: HostFamily::SecurityCenter,
    },
    HostInfo {
        name: "api-us.securitycenter.microsoft.com",
        cloud: Cloud::Commercial,
        region: Region::UnitedStates,
        family: HostFamily::SecurityCenter,
    },
    HostInfo {
        name: "api-eu.securitycenter.microsoft.com",
        cloud: Cloud::Commercial,
        region: Region::Europe,
        family: HostFamily::SecurityCenter,
    },
    HostInfo {
        name: "api-uk.securitycenter.microsoft.com",
        cloud: Cloud::Commercial,
        region: Region::UnitedKingdom,
        family: HostFamily::SecurityCenter,
    },
    HostInfo {
        name: "api.security.microsoft.com",
        cloud: Cloud::Commercial,
        region: Region::Global,
        family: HostFamily::Security,
    },
    HostInfo {
        name: "us.api.security.microsoft.com",
        cloud: Cloud::Commercial,
        region: Region::UnitedStates,
        family: HostFamily::Security,
    },
    HostInfo {
        name: "eu.api.security.microsoft.com",
        cloud: Cloud::Commercial,
        region: Region::Europe,
        family: HostFamily::Security,
    },
    HostInfo {
        name: "uk.api.security.microsoft.com",
        cloud: Cloud::Commercial,
        region: Region::UnitedKingdom,
        family: HostFamily::Security,
    },
    HostInfo {
        name: "au.api.security.microsoft.com",
        cloud: Cloud::Commercial,
        region: Region::Australia,
        family: HostFamily::Security,
    },
    HostInfo {
        name: "swa.api.security.microsoft.com",
        cloud: Cloud::Commercial,
        region: Region::Swa,
        family: HostFamily::Security,
    },
    HostInfo {
        name: "ina.api.security.microsoft.com",
        cloud: Cloud::Commercial,
        region: Region::Ina,
        family: HostFamily::Security,
    },
    HostInfo {
        name: "aea.api.security.microsoft.com",
        cloud: Cloud::Commercial,
        region: Region::Aea,
        family: HostFamily::Security,
    },
    HostInfo {
        name: "api-gcc.securitycenter.microsoft.us",
        cloud: Cloud::Gcc,
        region: Region::Global,
        family: HostFamily::SecurityCenter,
    },
    HostInfo {
        name: "api-gov.securitycenter.microsoft.us",
        cloud: Cloud::GccHigh,
        region: Region::Global,
        family: HostFamily::SecurityCenter,
    },
    HostInfo {
        name: "api-gov.securitycenter.microsoft.us",
        cloud: Cloud::Dod,
        region: Region::Global,
        family: HostFamily::SecurityCenter,
    },
];

/// The names under which the resource application is registered.
pub static ACCEPTED_AUDIENCES: &[&str] = &[
    "https://api.securitycenter.microsoft.com",
    "https://api-us.securitycenter.microsoft.com",
    "https://api-eu.securitycenter.microsoft.com",
    "https://api-uk.securitycenter.microsoft.com",
    "https://api.securitycenter.windows.com",
    "https://api.securitycenter.windows.us",
    "https://api-gcc.securitycenter.microsoft.us",
    "https://api-gov.securitycenter.microsoft.us",
    "https://securitycenter.onmicrosoft.com/windowsatpservice",
    "https://securitycenter.microsoft.com/mtp",
    "https://securityoperations.microsoft.com",
    "https://managementapi.securitycenter.windows.com",
    "https://publicapi-prd.trafficmanager.net",
    "https://userrequestsgraphapiep-prd.trafficmanager.net",
];
