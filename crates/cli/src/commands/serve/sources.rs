//! Where settings come from: flags over environment over file.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use quell_terminal::Failure;

use super::file;
use super::flags::Flags;
use super::keys::{self, KEYS, Key, Kind};
use super::plan::Plan;

/// What the names of a server's variables begin with.
pub(super) const PREFIX: &str = "QUELL_SERVER_";
/// The variable that names the configuration file.
const CONFIG: &str = "QUELL_SERVER_CONFIG";
/// What stands for a secret.
const MASK: &str = "********";

/// A setting as it was given.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) key: &'static Key,
    pub(super) text: String,
    pub(super) source: Source,
}

/// Where it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Default,
    File { path: PathBuf, line: usize },
    Variable(String),
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// All settings, each with the place that it comes from.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) plan: Plan,
    sources: BTreeMap<&'static str, Source>,
}

/// One line of what holds.
#[derive(Debug, PartialEq, Eq, serde::Serialize)]
pub(super) struct Holding {
    pub(super) name: &'static str,
    /// None: the setting has no value.
    pub(super) value: Option<String>,
    pub(super) source: String,
}

impl Settings {
    /// Gathers what is given and reads it.
    pub(super) fn gather(
        flags: &Flags,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Failure> {
        let environment: BTreeMap<_, _> = environment
            .into_iter()
            .filter(|(name, value)| name.starts_with(PREFIX) && !value.is_empty())
            .collect();
        let config = flags
            .config
            .clone()
            .or_else(|| environment.get(CONFIG).map(PathBuf::from));
        let mut given = match config {
            Some(path) => file::read(&path)?,
            None => Vec::new(),
        };
        given.extend(of_environment(&environment)?);
        given.extend(flags.given.iter().cloned());
        Self::read(given)
    }

    /// Reads what is given; of two the later counts.
    fn read(given: Vec<Given>) -> Result<Self, Failure> {
        let mut settings = Self {
            plan: Plan::default(),
            sources: BTreeMap::new(),
        };
        for Given { key, text, source } in given {
            (key.set)(&mut settings.plan, &text).map_err(|wrong| {
                let shown = match key.kind {
                    Kind::Secret => MASK.to_owned(),
                    Kind::Text | Kind::Path | Kind::Number => format!("{text:?}"),
                };
                Failure::usage(format!("{source}: {} cannot be {shown}", key.name)).next(wrong.0)
            })?;
            settings.sources.insert(key.name, source);
        }
        Ok(settings)
    }

    /// Every setting as it holds, without its secrets.
    pub(super) fn holding(&self) -> Vec<Holding> {
        let row = |key: &Key| {
            let value = (key.shown)(&self.plan);
            Holding {
                name: key.name,
                value: match key.kind {
                    Kind::Secret => value.map(|_| MASK.to_owned()),
                    Kind::Text | Kind::Path | Kind::Number => value,
                },
                source: self
                    .sources
                    .get(key.name)
                    .unwrap_or(&Source::Default)
                    .to_string(),
            }
        };
        KEYS.iter().map(row).collect()
    }
}

fn of_environment(environment: &BTreeMap<String, String>) -> Result<Vec<Given>, Failure> {
    let mut given = Vec::new();
    for (name, value) in environment.iter().filter(|(name, _)| *name != CONFIG) {
        let key = KEYS.iter().find(|key| key.variable() == *name);
        let key = key.ok_or_else(|| unknown_variable(name))?;
        given.push(Given {
            key,
            text: value.clone(),
            source: Source::Variable(name.clone()),
        });
    }
    Ok(given)
}

/// A variable that nobody reads is a setting that somebody believes in.
fn unknown_variable(name: &str) -> Failure {
    let failure = Failure::usage(format!(
        "{name} is set in the environment, and is no setting"
    ));
    let meant = name
        .strip_prefix(PREFIX)
        .unwrap_or(name)
        .to_ascii_lowercase();
    match keys::nearest(&meant.replacen('_', ".", 1))
        .or_else(|| keys::nearest(&meant.replace('_', "-")))
    {
        Some(meant) => failure.next(format!(
            "write {}, if that is what you mean",
            keys::named(meant).map(Key::variable).unwrap_or_default()
        )),
        None => failure.next("unset it; the guide to the server lists the settings"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(given: &[(&'static str, &str)]) -> Flags {
        let given = given.iter().map(|(name, text)| Given {
            key: keys::named(name).unwrap(),
            text: (*text).to_owned(),
            source: Source::Flag(name),
        });
        Flags {
            config: None,
            given: given.collect(),
        }
    }

    fn variables(given: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        given.iter().map(owned).collect()
    }

    fn told(settings: &Settings, name: &str) -> (Option<String>, String) {
        let held = settings
            .holding()
            .into_iter()
            .find(|held| held.name == name)
            .unwrap();
        (held.value, held.source)
    }

    #[test]
    fn flags_beat_the_environment_which_beats_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("server.toml");
        let all = "data = 'd'\nlisten = '127.0.0.1:1'\nlimits = 'off'\n";
        std::fs::write(&path, all).unwrap();
        let environment = variables(&[
            ("QUELL_SERVER_CONFIG", path.to_str().unwrap()),
            ("QUELL_SERVER_LISTEN", "127.0.0.1:2"),
            ("QUELL_SERVER_LIMITS", "5/60s"),
            ("QUELL_SERVER_LOG_FORMAT", ""),
            ("QUELL_BASE_URL", "http://of.another.command"),
        ]);
        let settings = Settings::gather(&flags(&[("listen", "127.0.0.1:3")]), environment).unwrap();
        let beside = directory.path().join("d").display().to_string();
        assert_eq!(
            told(&settings, "data"),
            (Some(beside), format!("{}, line 1", path.display()))
        );
        assert_eq!(
            told(&settings, "limits"),
            (Some("5/60s".to_owned()), "QUELL_SERVER_LIMITS".to_owned())
        );
        assert_eq!(
            told(&settings, "listen"),
            (Some("127.0.0.1:3".to_owned()), "--listen".to_owned())
        );
        assert_eq!(
            told(&settings, "log.format"),
            (Some("text".to_owned()), "default".to_owned())
        );
        assert_eq!(told(&settings, "public-url"), (None, "default".to_owned()));
    }

    #[test]
    fn wrong_value_says_where_it_stands_and_what_would_be_right() {
        let failed = Settings::gather(&flags(&[("listen", "here")]), Vec::new())
            .err()
            .unwrap();
        let said = failed.render();
        assert!(
            said.contains("--listen: listen cannot be \"here\""),
            "{said}"
        );
        assert!(
            said.contains("next: write an IP address and a port"),
            "{said}"
        );
    }

    #[test]
    fn variable_that_nobody_reads_is_refused() {
        let of = |name: &str| {
            let gathered = Settings::gather(&flags(&[]), variables(&[(name, "x")]));
            gathered.err().unwrap().render()
        };
        assert!(of("QUELL_SERVER_LISTN").contains("QUELL_SERVER_LISTEN"));
        assert!(of("QUELL_SERVER_TLS_CERTIFICAT").contains("QUELL_SERVER_TLS_CERTIFICATE"));
        assert!(of("QUELL_SERVER_XYZZY").contains("unset it"));
    }
}
