//! The configuration file with its profiles, and files that hold secrets.
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
//! client_secret_file = "/run/secrets/quell-own"
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use quell_terminal::Failure;
use secrecy::SecretString;
use serde::Deserialize;

use super::settings::Environment;

/// The longest secret or configuration file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024;

/// One service and the identity for it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// A service of one's own; Microsoft's without it.
    pub(crate) base_url: Option<String>,
    /// Where tokens come from, if not from the base URL.
    pub(crate) authority: Option<String>,
    /// Microsoft's cloud.
    pub(crate) cloud: Option<String>,
    /// Microsoft's region.
    pub(crate) region: Option<String>,
    /// The tenant.
    pub(crate) tenant_id: String,
    /// The application.
    pub(crate) client_id: String,
    /// A certificate authority to trust beside those of the system, in PEM.
    pub(crate) ca_file: Option<PathBuf>,
    /// Where its secret is kept.
    pub(crate) client_secret_file: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

/// The profile of this name.
pub(crate) fn load(name: &str, environment: Environment<'_>) -> Result<Profile, Failure> {
    let path = path(environment)?;
    let configuration = read(&path)?.ok_or_else(|| {
        Failure::usage(format!("there is no configuration file {}", path.display()))
    })?;
    let known = configuration
        .profiles
        .keys()
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    configuration
        .profiles
        .into_iter()
        .find(|(key, _)| key == name)
        .map(|(_, profile)| profile)
        .ok_or_else(|| {
            Failure::usage(format!("{} has no profile {name}", path.display()))
                .next(format!("it has: {known}"))
        })
}

/// The profile `default`, if there is one.
pub(crate) fn load_default(environment: Environment<'_>) -> Result<Option<Profile>, Failure> {
    let Ok(path) = path(environment) else {
        return Ok(None);
    };
    Ok(read(&path)?.and_then(|mut configuration| configuration.profiles.remove("default")))
}

/// The first line of a file that holds nothing but a secret.
pub(crate) fn read_secret(path: &Path) -> Result<SecretString, Failure> {
    let text = read_text(path).map_err(|error| {
        Failure::usage(format!("the secret file {} cannot be read", path.display())).because(&error)
    })?;
    match text.lines().next().map(str::trim_end) {
        Some(secret) if !secret.is_empty() => Ok(secret.into()),
        _ => Err(Failure::usage(format!(
            "the secret file {} is empty",
            path.display()
        ))),
    }
}

/// A certificate in PEM.
pub(crate) fn read_certificate(path: &Path) -> Result<String, Failure> {
    read_text(path).map_err(|error| {
        let what = format!("the certificate file {} cannot be read", path.display());
        Failure::usage(what).because(&error)
    })
}

fn path(environment: Environment<'_>) -> Result<PathBuf, Failure> {
    if let Some(file) = environment("QUELL_CONFIG") {
        return Ok(file.into());
    }
    let base = match environment("XDG_CONFIG_HOME") {
        Some(directory) => PathBuf::from(directory),
        None => match environment("HOME") {
            Some(home) => PathBuf::from(home).join(".config"),
            None => {
                return Err(Failure::usage(
                    "neither QUELL_CONFIG, XDG_CONFIG_HOME nor HOME is set",
                ));
            }
        },
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

fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let file = fs::File::open(path)?;
    let length = file.take(MAX_FILE + 1).read_to_string(&mut text)?;
    if length as u64 > MAX_FILE {
        return Err(io::Error::other(format!(
            "the file is longer than {MAX_FILE} bytes"
        )));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let profile = with_file(content, |environment| load("own", environment)).unwrap();
        assert_eq!(profile.base_url.as_deref(), Some("https://q.example"));
        let told = with_file(content, |environment| load("x", environment))
            .unwrap_err()
            .render();
        assert!(
            told.contains("has no profile x") && told.contains("it has: own"),
            "{told}"
        );
    }

    #[test]
    fn profile_with_a_secret_inside_is_refused_without_showing_it() {
        let content = "[profiles.default]\ntenant_id='t'\nclient_id='c'\nclient_secret='canary-1f'\nclient_secret_file='/s'\n";
        let told = with_file(content, load_default).unwrap_err().render();
        assert!(
            told.contains("client_secret") && !told.contains("canary-1f"),
            "{told}"
        );
    }

    #[test]
    fn secret_is_the_first_line_and_never_endless() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("s");
        fs::write(&file, "\n").unwrap();
        assert!(
            read_secret(&file)
                .unwrap_err()
                .render()
                .contains("is empty")
        );
        assert!(
            read_secret(Path::new("/dev/zero"))
                .unwrap_err()
                .render()
                .contains("longer than")
        );
    }
}
