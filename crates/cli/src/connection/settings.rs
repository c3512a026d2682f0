//! Which service to talk to, and as whom: flags over environment over a profile file.
//!
//! Credential, authority and base URL always come from **one** source. A base URL on the command line
//! never receives the secret of the environment, and `AZURE_*`, which other programs share, is
//! good for Microsoft's own hosts only.

mod rows;

use std::path::PathBuf;

use quell::ratelimit::Quota;
use quell::{Cloud, HostFamily, Region};
use quell_terminal::Failure;

use super::flags::ServiceFlags;
use super::given::{self, Given};
use super::identity::Identity;
use super::place::{self, RegionChoice};
use super::profile::{self, Profile};
use super::store::{self, StatePlace};
use super::told::Told;

/// The service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// Microsoft's own.
    Microsoft {
        cloud: Told<Cloud>,
        region: Told<RegionChoice>,
        family: Option<Told<HostFamily>>,
    },
    /// Somebody's own.
    Own {
        /// Where the API is.
        base_url: Told<String>,
        /// Where tokens come from.
        authority: Told<String>,
        /// What they are for.
        audience: Option<Told<String>>,
    },
}

/// Where service and credential come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The command line.
    Options,
    /// A profile of this name.
    Profile(String),
    /// `QUELL_*`.
    QuellEnvironment,
    /// `AZURE_*`, and options over them.
    AzureEnvironment,
}

/// Everything that is needed to make a client.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where service and credential come from.
    pub(crate) source: Source,
    /// The service.
    pub(crate) target: Target,
    /// Who we are to it.
    pub(crate) identity: Identity,
    /// A certificate authority to trust beside those of the system.
    pub(crate) ca: Option<Told<PathBuf>>,
    /// Calls of each operation that all processes together may make.
    pub(crate) limits: Option<Told<Quota>>,
    /// Where limits and unfinished requests are kept.
    pub(crate) state: Told<StatePlace>,
}

/// The environment, as far as a test may replace it.
pub(crate) type Environment<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// Finds the one source that the settings come from, and takes all of them from there.
pub(crate) fn resolve(
    flags: &ServiceFlags,
    environment: Environment<'_>,
) -> Result<Settings, Failure> {
    if let Some(base_url) = &flags.base_url {
        return from_flags(flags, base_url, environment);
    }
    if let Some(name) = &flags.profile {
        let profile = profile::all(environment)?.named(name)?;
        return from_profile(flags, name, &profile, environment);
    }
    if environment("QUELL_BASE_URL").is_some() || environment("QUELL_AUTHORITY").is_some() {
        return from_quell_environment(flags, environment);
    }
    if environment("QUELL_CLIENT_ID").is_some() || environment("QUELL_CLIENT_SECRET").is_some() {
        return Err(Failure::usage(
            "QUELL_CLIENT_ID or QUELL_CLIENT_SECRET is set, and QUELL_BASE_URL is not",
        )
        .next("set QUELL_BASE_URL; Microsoft's service takes AZURE_* instead"));
    }
    let given = Given::by_flags(&flags.identity);
    let by_options = given.kind.is_some() || given.client_id.is_some() || given.token.is_some();
    if by_options || environment("AZURE_CLIENT_ID").is_some() {
        return from_azure_environment(flags, given, environment);
    }
    match profile::load_default(environment)? {
        Some(profile) => from_profile(flags, profile::DEFAULT, &profile, environment),
        None => Err(nothing_configured()),
    }
}

fn from_flags(
    flags: &ServiceFlags,
    base_url: &str,
    environment: Environment<'_>,
) -> Result<Settings, Failure> {
    let base_url = Told::new(base_url.to_owned(), "--base-url");
    let option = |value: &Option<String>, by| value.clone().map(|value| Told::new(value, by));
    let target = Target::Own {
        authority: option(&flags.authority, "--authority").unwrap_or_else(|| base_url.clone()),
        audience: option(&flags.audience, "--audience"),
        base_url,
    };
    let identity = Given::by_flags(&flags.identity).identity(&given::OPTIONS)?;
    with_rest(Source::Options, target, identity, flags, None, environment)
}

fn from_profile(
    flags: &ServiceFlags,
    name: &str,
    profile: &Profile,
    environment: Environment<'_>,
) -> Result<Settings, Failure> {
    refuse_identity_flags(flags, "a profile")?;
    let by = format!("profile {name}");
    let target = match &profile.base_url {
        Some(base_url) => {
            refuse_microsoft_flags(flags)?;
            let told = |value: &str| Told::new(value.to_owned(), &by);
            Target::Own {
                base_url: told(base_url),
                authority: told(profile.authority.as_ref().unwrap_or(base_url)),
                audience: profile.audience.as_deref().map(told),
            }
        }
        None => microsoft(flags, Some((profile, &by)))?,
    };
    let identity = profile.given(&by).identity(&given::KEYS)?;
    let source = Source::Profile(name.to_owned());
    with_rest(
        source,
        target,
        identity,
        flags,
        Some((profile, &by)),
        environment,
    )
}

fn from_quell_environment(
    flags: &ServiceFlags,
    environment: Environment<'_>,
) -> Result<Settings, Failure> {
    refuse_identity_flags(flags, "QUELL_BASE_URL")?;
    refuse_microsoft_flags(flags)?;
    let told = |name: &str| environment(name).map(|value| Told::new(value, name));
    let base_url = told("QUELL_BASE_URL").ok_or_else(|| {
        Failure::usage("QUELL_AUTHORITY is set, and QUELL_BASE_URL is not")
            .next("set both, or neither")
    })?;
    let target = Target::Own {
        authority: told("QUELL_AUTHORITY").unwrap_or_else(|| base_url.clone()),
        audience: told("QUELL_AUDIENCE"),
        base_url,
    };
    let identity = Given::by_environment(&given::QUELL, environment)?.identity(&given::QUELL)?;
    let source = Source::QuellEnvironment;
    with_rest(source, target, identity, flags, None, environment)
}

fn from_azure_environment(
    flags: &ServiceFlags,
    given: Given,
    environment: Environment<'_>,
) -> Result<Settings, Failure> {
    let target = microsoft(flags, None)?;
    refuse_another_authority(&target, environment)?;
    let given = given.over(Given::by_environment(&given::AZURE, environment)?);
    let identity = given.identity(&given::AZURE)?;
    let source = Source::AzureEnvironment;
    with_rest(source, target, identity, flags, None, environment)
}

/// Microsoft's service, as options over a profile describe it.
fn microsoft(flags: &ServiceFlags, profile: Option<(&Profile, &str)>) -> Result<Target, Failure> {
    let key = |of: fn(&Profile) -> &Option<String>| {
        let (profile, by) = profile?;
        Some(Told::new(of(profile).as_deref()?, by))
    };
    let unknown = |error: String| Failure::usage(error);
    let by_key = |told: Told<&str>| told.try_map(|name| name.parse::<Cloud>());
    let cloud = match (flags.cloud, key(|profile| &profile.cloud)) {
        (Some(cloud), _) => Told::new(cloud, "--cloud"),
        (None, Some(told)) => by_key(told).map_err(|error| unknown(error.to_string()))?,
        (None, None) => Told::default(Cloud::Commercial),
    };
    let region = match (flags.region, key(|profile| &profile.region)) {
        (Some(region), _) => Told::new(region, "--region"),
        (None, Some(told)) => told.try_map(str::parse).map_err(unknown)?,
        (None, None) => Told::default(RegionChoice::Named(Region::Global)),
    };
    let family = match (flags.host_family, key(|profile| &profile.host_family)) {
        (Some(family), _) => Some(Told::new(family, "--host-family")),
        (None, Some(told)) => Some(told.try_map(place::family).map_err(unknown)?),
        (None, None) => None,
    };
    Ok(Target::Microsoft {
        cloud,
        region,
        family,
    })
}

/// Adds what does not depend on the source.
fn with_rest(
    source: Source,
    target: Target,
    identity: Identity,
    flags: &ServiceFlags,
    profile: Option<(&Profile, &str)>,
    environment: Environment<'_>,
) -> Result<Settings, Failure> {
    let is_quell = source == Source::QuellEnvironment;
    let ca_of_environment = || is_quell.then(|| environment("QUELL_CA")).flatten();
    let ca = match (&flags.ca, profile) {
        (Some(file), _) => Some(Told::new(file.clone(), "--ca")),
        (None, Some((profile, by))) => profile.ca_file.clone().map(|file| Told::new(file, by)),
        (None, None) => ca_of_environment().map(|file| Told::new(file.into(), "QUELL_CA")),
    };
    let limits = match (&flags.calls.limits, profile) {
        (Some(quota), _) => Some(Told::new(quota.clone(), "--limits")),
        (None, Some((profile, by))) => limits_of(profile, by)?,
        (None, None) => None,
    };
    Ok(Settings {
        source,
        target,
        identity,
        ca,
        limits,
        state: store::place(
            flags.calls.state.as_deref(),
            profile.and_then(|(profile, by)| Some((profile.state.as_deref()?, by))),
            environment,
        )?,
    })
}

fn limits_of(profile: &Profile, by: &str) -> Result<Option<Told<Quota>>, Failure> {
    let Some(text) = &profile.limits else {
        return Ok(None);
    };
    let quota = text
        .parse()
        .map_err(|error: quell::ratelimit::QuotaError| {
            Failure::usage(format!("the limits of {by} are wrong")).because(&error)
        })?;
    Ok(Some(Told::new(quota, by)))
}

fn refuse_identity_flags(flags: &ServiceFlags, source: &str) -> Result<(), Failure> {
    let given = Given::by_flags(&flags.identity);
    match given.first() {
        None => Ok(()),
        Some(flag) => Err(
            Failure::usage(format!("{flag} cannot be mixed with {source}")).next(
                "the service and the identity for it come from one source; give --base-url too",
            ),
        ),
    }
}

fn refuse_microsoft_flags(flags: &ServiceFlags) -> Result<(), Failure> {
    if flags.cloud.is_some() || flags.region.is_some() || flags.host_family.is_some() {
        return Err(Failure::usage(
            "--cloud, --region and --host-family are Microsoft's, and a service of your own is configured",
        )
        .next("unset QUELL_BASE_URL, or leave the option out"));
    }
    Ok(())
}

/// `AZURE_AUTHORITY_HOST` decides nothing here, but it must not say something else than the cloud.
fn refuse_another_authority(target: &Target, environment: Environment<'_>) -> Result<(), Failure> {
    let (Target::Microsoft { cloud, .. }, Some(host)) =
        (target, environment("AZURE_AUTHORITY_HOST"))
    else {
        return Ok(());
    };
    let bare = |url: &str| {
        let url = url.trim_end_matches('/').to_ascii_lowercase();
        url.strip_prefix("https://").unwrap_or(&url).to_owned()
    };
    let authority = cloud.value.info().authority;
    if bare(&host) == bare(authority) {
        return Ok(());
    }
    let what = format!(
        "AZURE_AUTHORITY_HOST is {host}, and the cloud {} has {authority}",
        cloud.value
    );
    Err(Failure::usage(what).next("say with --cloud which cloud is meant, or unset the variable"))
}

fn nothing_configured() -> Failure {
    Failure::usage("no service is configured").next(
        "for Microsoft's service set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; for a service of your \
         own set QUELL_BASE_URL, QUELL_TENANT_ID, QUELL_CLIENT_ID and QUELL_CLIENT_SECRET; to try it out run `quell lab`",
    )
}

#[cfg(test)]
mod tests;
