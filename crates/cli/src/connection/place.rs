//! Clouds, regions and families of host names, as people write them.

use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use quell::{Cloud, HostFamily, Region};
use quell_model::{CLOUDS, REGIONS, UnknownName};

/// The word for the nearest region.
const AUTO: &str = "auto";

/// Which region is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RegionChoice {
    /// The nearest, by measured connects.
    Auto,
    /// The one that was named, which is never left.
    Named(Region),
}

impl FromStr for RegionChoice {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        if name.eq_ignore_ascii_case(AUTO) {
            return Ok(Self::Auto);
        }
        let named = name.parse().map(Self::Named);
        named.map_err(|error: UnknownName| format!("{error}, and {AUTO} for the nearest"))
    }
}

impl std::fmt::Display for RegionChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Auto => f.write_str(AUTO),
            Self::Named(region) => region.fmt(f),
        }
    }
}

/// A family's name: the domain that its hosts have before `microsoft.com`.
pub(crate) const fn family_name(family: HostFamily) -> &'static str {
    match family {
        HostFamily::Security => "security",
        _ => "securitycenter",
    }
}

/// The family of this name.
pub(crate) fn family(name: &str) -> Result<HostFamily, String> {
    let families = [HostFamily::SecurityCenter, HostFamily::Security];
    let found = families
        .into_iter()
        .find(|family| family_name(*family).eq_ignore_ascii_case(name));
    let none = "there is no host family of this name, there are: securitycenter, security";
    found.ok_or_else(|| none.to_owned())
}

/// For `--cloud`: completions know the values.
pub(crate) fn cloud_parser() -> impl TypedValueParser<Value = Cloud> {
    let offered = CLOUDS
        .iter()
        .map(|info| PossibleValue::new(info.name).help(info.meaning));
    PossibleValuesParser::new(offered).try_map(|name| name.parse::<Cloud>())
}

/// For `--region`: completions know the values.
pub(crate) fn region_parser() -> impl TypedValueParser<Value = RegionChoice> {
    let nearest = PossibleValue::new(AUTO).help("the nearest, by measured connects");
    let offered = REGIONS
        .iter()
        .map(|info| PossibleValue::new(info.name).help(info.meaning));
    let parser = PossibleValuesParser::new(offered.chain([nearest]));
    parser.try_map(|name| name.parse::<RegionChoice>())
}

/// For `--host-family`: completions know the values.
pub(crate) fn family_parser() -> impl TypedValueParser<Value = HostFamily> {
    let older = PossibleValue::new("securitycenter")
        .help("api[-REGION].securitycenter.microsoft.com, the older one");
    let newer =
        PossibleValue::new("security").help("[REGION.]api.security.microsoft.com, the newer one");
    PossibleValuesParser::new([older, newer]).try_map(|name| family(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_what_it_names_and_back() {
        for info in REGIONS {
            let choice: RegionChoice = info.name.parse().unwrap();
            assert_eq!(choice, RegionChoice::Named(info.region));
            assert_eq!(choice.to_string(), info.name);
        }
        assert_eq!("Auto".parse(), Ok(RegionChoice::Auto));
        for name in ["security", "SecurityCenter"] {
            assert!(family_name(family(name).unwrap()).eq_ignore_ascii_case(name));
        }
    }

    #[test]
    fn unknown_names_are_answered_with_the_known_ones() {
        let told = "mars".parse::<RegionChoice>().unwrap_err();
        assert!(told.contains("eu") && told.contains("auto"), "{told}");
        assert!(family("mars").unwrap_err().contains("securitycenter"));
    }
}
