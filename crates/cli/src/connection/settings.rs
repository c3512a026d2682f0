//! Which service to talk to, and as whom: flags over environment over a profile file.
//!
//! Secret, authority and base URL always come from **one** source. A base URL on the command line
//! never receives the secret of the environment, and `AZURE_*`, which other programs share, is
//! good for Microsoft's own hosts only.

use std::path::PathBuf;

use quell_terminal::Failure;
use secrecy::SecretString;

use super::profile::{self, Profile};

/// The options of every command that talks to a service.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Service")]
pub(crate) struct ServiceFlags {
    /// Base URL of a service of your own, for instance `https://quell.example:8443`
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) base_url: Option<String>,
    /// Where tokens come from, if not from the base URL itself
    #[arg(long, value_name = "URL", global = true, requires = "base_url")]
    pub(crate) authority: Option<String>,
    /// Microsoft's cloud: commercial, gcc, gcc-high or dod
    #[arg(long, value_name = "NAME", global = true, conflicts_with = "base_url")]
    pub(crate) cloud: Option<String>,
    /// Microsoft's region, for instance eu; the global host without it
    #[arg(long, value_name = "NAME", global = true, conflicts_with = "base_url")]
    pub(crate) region: Option<String>,
    /// Tenant id
    #[arg(long, value_name = "ID", global = true)]
    pub(crate) tenant_id: Option<String>,
    /// Client (application) id
    #[arg(long, value_name = "ID", global = true)]
    pub(crate) client_id: Option<String>,
    /// File that holds the client secret; a secret itself is never an argument
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// Certificate authority to trust beside those of the system, in PEM
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) ca: Option<PathBuf>,
    /// Profile of the configuration file to use
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) profile: Option<String>,
    /// What carries the requests
    #[arg(long, value_name = "NAME", global = true, value_enum, default_value_t)]
    pub(crate) transport: Carrier,
}

/// What carries the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Carrier {
    /// The default
    #[default]
    Reqwest,
    /// Fewer dependencies, the same behaviour
    Hyper,
}

/// The service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// Microsoft's own.
    Microsoft {
        /// As named on the command line.
        cloud: Option<String>,
        /// As named on the command line.
        region: Option<String>,
    },
    /// Somebody's own.
    Custom {
        /// Where the API is.
        base_url: String,
        /// Where tokens come from.
        authority: String,
    },
}

/// Everything that is needed to make a client, all of one source.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The service.
    pub(crate) target: Target,
    /// The tenant.
    pub(crate) tenant_id: String,
    /// The application.
    pub(crate) client_id: String,
    /// Its secret.
    pub(crate) client_secret: SecretString,
    /// A certificate authority to trust beside those of the system.
    pub(crate) ca: Option<PathBuf>,
}

/// The environment, as far as a test may replace it.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Finds the one source that the settings come from, and takes all of them from there.
pub(crate) fn resolve(
    flags: &ServiceFlags,
    environment: Environment<'_>,
) -> Result<Settings, Failure> {
    if let Some(base_url) = &flags.base_url {
        return from_flags(flags, base_url);
    }
    if let Some(name) = &flags.profile {
        return from_profile(flags, &profile::load(name, environment)?);
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
    if flags.client_id.is_some() || environment("AZURE_CLIENT_ID").is_some() {
        return from_azure_environment(flags, environment);
    }
    match profile::load_default(environment)? {
        Some(profile) => from_profile(flags, &profile),
        None => Err(nothing_configured()),
    }
}

fn from_flags(flags: &ServiceFlags, base_url: &str) -> Result<Settings, Failure> {
    let needed = |value: &Option<String>, flag: &str| {
        value.clone().ok_or_else(|| {
            Failure::usage(format!("--base-url needs {flag} beside it")).next(
                "give all of them as options, or all of them as QUELL_* variables, or in a profile",
            )
        })
    };
    let secret_file = flags.client_secret_file.as_ref().ok_or_else(|| {
        Failure::usage("--base-url needs --client-secret-file beside it")
            .next("a secret from the environment is never sent to a service that only the command line names")
    })?;
    Ok(Settings {
        target: Target::Custom {
            base_url: base_url.to_owned(),
            authority: flags
                .authority
                .clone()
                .unwrap_or_else(|| base_url.to_owned()),
        },
        tenant_id: needed(&flags.tenant_id, "--tenant-id")?,
        client_id: needed(&flags.client_id, "--client-id")?,
        client_secret: profile::read_secret(secret_file)?,
        ca: flags.ca.clone(),
    })
}

fn from_profile(flags: &ServiceFlags, profile: &Profile) -> Result<Settings, Failure> {
    refuse_identity_flags(flags, "a profile")?;
    let target = match &profile.base_url {
        Some(base_url) => {
            refuse_microsoft_flags(flags)?;
            Target::Custom {
                base_url: base_url.clone(),
                authority: profile
                    .authority
                    .clone()
                    .unwrap_or_else(|| base_url.clone()),
            }
        }
        None => Target::Microsoft {
            cloud: flags.cloud.clone().or_else(|| profile.cloud.clone()),
            region: flags.region.clone().or_else(|| profile.region.clone()),
        },
    };
    Ok(Settings {
        target,
        tenant_id: profile.tenant_id.clone(),
        client_id: profile.client_id.clone(),
        client_secret: profile::read_secret(&profile.client_secret_file)?,
        ca: flags.ca.clone().or_else(|| profile.ca_file.clone()),
    })
}

fn from_quell_environment(
    flags: &ServiceFlags,
    environment: Environment<'_>,
) -> Result<Settings, Failure> {
    refuse_identity_flags(flags, "QUELL_BASE_URL")?;
    refuse_microsoft_flags(flags)?;
    let needed = |name: &str| {
        environment(name).ok_or_else(|| {
            Failure::usage(format!(
                "QUELL_BASE_URL names a service of your own, and {name} is not set"
            ))
            .next(format!(
                "set {name}; AZURE_* is sent to Microsoft's hosts only"
            ))
        })
    };
    let base_url = environment("QUELL_BASE_URL").ok_or_else(|| {
        Failure::usage("QUELL_AUTHORITY is set, and QUELL_BASE_URL is not")
            .next("set both, or neither")
    })?;
    let authority = environment("QUELL_AUTHORITY").unwrap_or_else(|| base_url.clone());
    Ok(Settings {
        target: Target::Custom {
            base_url,
            authority,
        },
        tenant_id: needed("QUELL_TENANT_ID")?,
        client_id: needed("QUELL_CLIENT_ID")?,
        client_secret: needed("QUELL_CLIENT_SECRET")?.into(),
        ca: flags
            .ca
            .clone()
            .or_else(|| environment("QUELL_CA").map(PathBuf::from)),
    })
}

fn from_azure_environment(
    flags: &ServiceFlags,
    environment: Environment<'_>,
) -> Result<Settings, Failure> {
    let needed = |flag: &Option<String>, option: &str, name: &str| {
        flag.clone().or_else(|| environment(name)).ok_or_else(|| {
            Failure::usage(format!("neither {option} nor {name} is given")).next(
                "the README says how to register an application and which permissions it needs",
            )
        })
    };
    let client_secret = match &flags.client_secret_file {
        Some(file) => profile::read_secret(file)?,
        None => needed(&None, "--client-secret-file", "AZURE_CLIENT_SECRET")?.into(),
    };
    Ok(Settings {
        target: Target::Microsoft {
            cloud: flags.cloud.clone(),
            region: flags.region.clone(),
        },
        tenant_id: needed(&flags.tenant_id, "--tenant-id", "AZURE_TENANT_ID")?,
        client_id: needed(&flags.client_id, "--client-id", "AZURE_CLIENT_ID")?,
        client_secret,
        ca: flags.ca.clone(),
    })
}

fn refuse_identity_flags(flags: &ServiceFlags, source: &str) -> Result<(), Failure> {
    let mixed = [
        (flags.tenant_id.is_some(), "--tenant-id"),
        (flags.client_id.is_some(), "--client-id"),
        (flags.client_secret_file.is_some(), "--client-secret-file"),
    ];
    match mixed.iter().find(|(given, _)| *given) {
        None => Ok(()),
        Some((_, flag)) => Err(
            Failure::usage(format!("{flag} cannot be mixed with {source}")).next(
                "the service and the identity for it come from one source; give --base-url too",
            ),
        ),
    }
}

fn refuse_microsoft_flags(flags: &ServiceFlags) -> Result<(), Failure> {
    if flags.cloud.is_some() || flags.region.is_some() {
        return Err(Failure::usage(
            "--cloud and --region are Microsoft's, and a service of your own is configured",
        )
        .next("unset QUELL_BASE_URL, or leave the option out"));
    }
    Ok(())
}

fn nothing_configured() -> Failure {
    Failure::usage("no service is configured").next(
        "for Microsoft's service set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; for a service of your \
         own set QUELL_BASE_URL, QUELL_TENANT_ID, QUELL_CLIENT_ID and QUELL_CLIENT_SECRET; to try it out run `quell lab`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    const AZURE: &[(&str, &str)] = &[
        ("AZURE_TENANT_ID", "t"),
        ("AZURE_CLIENT_ID", "c"),
        ("AZURE_CLIENT_SECRET", "azure-secret"),
    ];
    const QUELL: &[(&str, &str)] = &[
        ("QUELL_BASE_URL", "http://127.0.0.1:1"),
        ("QUELL_TENANT_ID", "qt"),
        ("QUELL_CLIENT_ID", "qc"),
        ("QUELL_CLIENT_SECRET", "quell-secret"),
    ];

    fn resolve_with(flags: &ServiceFlags, variables: &[(&str, &str)]) -> Result<Settings, String> {
        let lookup = |name: &str| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        resolve(flags, &lookup).map_err(|failure| failure.render())
    }

    #[test]
    fn settings_azure_variables_serve_microsoft() {
        let settings = resolve_with(&ServiceFlags::default(), AZURE).unwrap();
        assert_eq!(
            settings.target,
            Target::Microsoft {
                cloud: None,
                region: None
            }
        );
        assert_eq!(settings.client_secret.expose_secret(), "azure-secret");
    }

    #[test]
    fn settings_own_service_takes_everything_from_quell_variables() {
        let both = [AZURE, QUELL].concat();
        let settings = resolve_with(&ServiceFlags::default(), &both).unwrap();
        assert_eq!(settings.client_secret.expose_secret(), "quell-secret");
        assert_eq!(settings.tenant_id, "qt");
        let Target::Custom {
            base_url,
            authority,
        } = settings.target
        else {
            panic!("Microsoft's")
        };
        assert_eq!(base_url, authority);
    }

    #[test]
    fn settings_azure_secret_never_goes_to_an_own_service() {
        let variables = [AZURE, &[("QUELL_BASE_URL", "http://127.0.0.1:1")]].concat();
        let told = resolve_with(&ServiceFlags::default(), &variables).unwrap_err();
        assert!(told.contains("QUELL_TENANT_ID"), "{told}");
        assert!(!told.contains("azure-secret"));
    }

    #[test]
    fn settings_secret_of_the_environment_never_goes_to_a_url_of_the_command_line() {
        let flags = ServiceFlags {
            base_url: Some("https://elsewhere.example".to_owned()),
            tenant_id: Some("t".to_owned()),
            client_id: Some("c".to_owned()),
            ..ServiceFlags::default()
        };
        let told = resolve_with(&flags, &[AZURE, QUELL].concat()).unwrap_err();
        assert!(told.contains("--client-secret-file"), "{told}");
    }

    #[test]
    fn settings_of_an_own_service_without_its_address_say_what_is_missing() {
        let without = &QUELL[1..];
        let told = resolve_with(&ServiceFlags::default(), &[without, AZURE].concat()).unwrap_err();
        assert!(told.contains("QUELL_BASE_URL is not"), "{told}");
    }

    #[test]
    fn settings_identity_options_are_not_mixed_into_the_environment() {
        let flags = ServiceFlags {
            client_id: Some("other".to_owned()),
            ..ServiceFlags::default()
        };
        assert!(
            resolve_with(&flags, QUELL)
                .unwrap_err()
                .contains("--client-id cannot be mixed")
        );
    }

    #[test]
    fn settings_without_anything_say_what_to_set() {
        let told = resolve_with(&ServiceFlags::default(), &[]).unwrap_err();
        for word in ["AZURE_CLIENT_ID", "QUELL_BASE_URL", "quell lab"] {
            assert!(told.contains(word), "{told}");
        }
    }

    #[test]
    fn settings_from_options_alone() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        std::fs::write(&file, "from-file\n").unwrap();
        let flags = ServiceFlags {
            base_url: Some("https://own.example".to_owned()),
            tenant_id: Some("t".to_owned()),
            client_id: Some("c".to_owned()),
            client_secret_file: Some(file),
            ..ServiceFlags::default()
        };
        let settings = resolve_with(&flags, AZURE).unwrap();
        assert_eq!(settings.client_secret.expose_secret(), "from-file");
    }
}
