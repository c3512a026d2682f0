//! The configuration file with its profiles.
//!
//! ```toml
//! # ~/.config/quell/config.toml
//! [profiles.default]
//! tenant_id = "…"
//! client_id = "…"
//! client_secret_file = "/run/secrets/quell"   # the secret itself never stands here
//! region = "eu"
//!
//! [profiles.own]
//! base_url = "https://quell.example:8443"
//! tenant_id = "…"
//! client_id = "…"
//! client_certificate_file = "/etc/quell/responder.pem"
//! ```

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use quell_terminal::Failure;
use serde::Deserialize;

use super::files::read_text;
use super::flags::CredentialKind;
use super::given::{Given, SecretGiven};
use super::settings::Environment;
use super::told::Told;

/// The profile that is used when nothing else is said.
pub(crate) const DEFAULT: &str = "default";

/// One service and the identity for it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// A service of one's own; Microsoft's without it.
    pub(crate) base_url: Option<String>,
    /// Where tokens come from, if not from the base URL.
    pub(crate) authority: Option<String>,
    /// What tokens for a service of one's own are for.
    pub(crate) audience: Option<String>,
    /// Microsoft's cloud.
    pub(crate) cloud: Option<String>,
    /// Microsoft's region, or `auto`.
    pub(crate) region: Option<String>,
    /// Microsoft's family of host names.
    pub(crate) host_family: Option<String>,
    /// A certificate authority to trust beside those of the system, in PEM.
    pub(crate) ca_file: Option<PathBuf>,
    /// The tenant.
    pub(crate) tenant_id: Option<String>,
    /// The application.
    pub(crate) client_id: Option<String>,
    /// What proves who we are.
    pub(crate) credential: Option<CredentialKind>,
    /// Where the application's secret is kept.
    pub(crate) client_secret_file: Option<PathBuf>,
    /// Where the application's certificate and key are kept.
    pub(crate) client_certificate_file: Option<PathBuf>,
    /// Whether to send the certificate itself.
    #[serde(default)]
    pub(crate) send_certificate_chain: bool,
    /// Where a platform keeps its token.
    pub(crate) federated_token_file: Option<PathBuf>,
    /// Where an access token is kept.
    pub(crate) token_file: Option<PathBuf>,
    /// Whether a person's sign-in is kept.
    #[serde(default)]
    pub(crate) remember_sign_in: bool,
    /// Calls of each operation that all processes together may make.
    pub(crate) limits: Option<String>,
    /// Where limits and unfinished requests are kept.
    pub(crate) state: Option<String>,
}

impl Profile {
    /// What it says of who we are; `by` is its name in words.
    pub(crate) fn given(&self, by: &str) -> Given {
        let told = |value: &Option<String>| value.clone().map(|value| Told::new(value, by));
        let file = |value: &Option<PathBuf>| value.clone().map(|value| Told::new(value, by));
        Given {
            kind: self.credential.map(|kind| Told::new(kind, by)),
            tenant_id: told(&self.tenant_id),
            client_id: told(&self.client_id),
            secret: file(&self.client_secret_file).map(|told| told.map(SecretGiven::File)),
            certificate: file(&self.client_certificate_file),
            sends_chain: self.send_certificate_chain,
            federated_token: file(&self.federated_token_file),
            token: file(&self.token_file),
            remembers: self.remember_sign_in,
        }
    }
}

/// The profiles of a configuration file.
#[derive(Debug)]
pub(crate) struct Profiles {
    /// The file.
    pub(crate) path: PathBuf,
    /// By their names; empty if there is no file.
    pub(crate) profiles: BTreeMap<String, Profile>,
    exists: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

/// All profiles; none if there is no file.
pub(crate) fn all(environment: Environment<'_>) -> Result<Profiles, Failure> {
    let path = path(environment)?;
    let read = read(&path)?;
    Ok(Profiles {
        exists: read.is_some(),
        profiles: read.unwrap_or_default().profiles,
        path,
    })
}

impl Profiles {
    /// The profile of this name.
    pub(crate) fn named(mut self, name: &str) -> Result<Profile, Failure> {
        let path = self.path.display();
        if !self.exists {
            return Err(
                Failure::usage(format!("there is no configuration file {path}"))
                    .next("docs/guide/cli.md shows one"),
            );
        }
        let known: Vec<_> = self.profiles.keys().cloned().collect();
        let none = || {
            let failure = Failure::usage(format!("{path} has no profile {name}"));
            if known.is_empty() {
                failure.next("it has none; docs/guide/cli.md shows one")
            } else {
                failure.next(format!("it has: {}", known.join(", ")))
            }
        };
        self.profiles.remove(name).ok_or_else(none)
    }
}

/// The profile `default`, if there is one.
pub(crate) fn load_default(environment: Environment<'_>) -> Result<Option<Profile>, Failure> {
    let Ok(path) = path(environment) else {
        return Ok(None);
    };
    Ok(read(&path)?.and_then(|mut configuration| configuration.profiles.remove(DEFAULT)))
}

fn path(environment: Environment<'_>) -> Result<PathBuf, Failure> {
    if let Some(file) = environment("QUELL_CONFIG") {
        return Ok(file.into());
    }
    let base = match (environment("XDG_CONFIG_HOME"), environment("HOME")) {
        (Some(directory), _) => PathBuf::from(directory),
        (None, Some(home)) => PathBuf::from(home).join(".config"),
        (None, None) => {
            return Err(Failure::usage(
                "neither QUELL_CONFIG, XDG_CONFIG_HOME nor HOME is set",
            ));
        }
    };
    Ok(base.join("quell").join("config.toml"))
}

fn read(path: &Path) -> Result<Option<Configuration>, Failure> {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(
                Failure::usage(format!("{} cannot be read", path.display())).because(&error)
            );
        }
    };
    toml::from_str(&text).map(Some).map_err(|error| {
        // The message alone: the full text would quote lines of a file that may hold secrets.
        Failure::usage(format!(
            "{} is no valid configuration: {}",
            path.display(),
            error.message()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn with_file<T>(content: &str, test: impl FnOnce(Environment<'_>) -> T) -> T {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("config.toml");
        fs::write(&file, content).unwrap();
        let name = file.to_str().unwrap().to_owned();
        test(&move |variable| (variable == "QUELL_CONFIG").then(|| name.clone()))
    }

    #[test]
    fn profile_is_found_by_name() {
        let content = "[profiles.own]\nbase_url='https://q.example'\ntenant_id='t'\nclient_id='c'\nclient_secret_file='/s'\n";
        let named = |name: &str| with_file(content, |it| all(it).unwrap().named(name));
        let profile = named("own").unwrap();
        assert_eq!(profile.base_url.as_deref(), Some("https://q.example"));
        let told = named("x").unwrap_err().render();
        assert!(
            told.contains("has no profile x") && told.contains("it has: own"),
            "{told}"
        );
    }

    #[test]
    fn profile_with_a_secret_inside_is_refused_without_showing_it() {
        let content = "[profiles.default]\ntenant_id='t'\nclient_id='c'\nclient_secret='canary-1f'\nclient_secret_file='/s'\n";
        let told = with_file(content, |environment| {
            load_default(environment).unwrap_err().render()
        });
        assert!(
            told.contains("client_secret") && !told.contains("canary-1f"),
            "{told}"
        );
    }

    #[test]
    fn without_a_file_there_is_no_profile_and_that_is_said() {
        let environment: Environment<'_> =
            &|name| (name == "QUELL_CONFIG").then(|| "/nonexistent/quell.toml".to_owned());
        assert!(all(environment).unwrap().profiles.is_empty());
        let told = all(environment).unwrap().named("own").unwrap_err().render();
        assert!(told.contains("no configuration file"), "{told}");
    }
}
