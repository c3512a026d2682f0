//! The words of the file.

use std::fmt;
use std::path::PathBuf;

use quell_model::Sha1;
use serde::{Deserialize, Deserializer, de};

use super::{BlastRadius, Force, Named, Policy, VaultLimits};

/// The file does not say what a policy can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    line: Option<usize>,
    message: String,
}

impl SyntaxError {
    /// The file is no text from this position in bytes on.
    pub(super) fn no_text(bytes: &[u8], position: usize) -> Self {
        Self {
            line: Some(line_of(bytes, position)),
            message: "this is no text in UTF-8".to_owned(),
        }
    }

    /// Which line it is, from 1, where that can be said.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for SyntaxError {}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    actions_per_hour: Option<u32>,
    force: Option<Force>,
    dry_run_only: bool,
    stop_mappers: bool,
    roots: Option<Vec<AbsolutePath>>,
    exclusions: Vec<AbsolutePath>,
    blast_radius: Radius,
    protected: Protected,
    vault: Vault,
    standing_gate_seconds: Option<UpToADay>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct Radius {
    paths: Option<u32>,
    processes: Option<u32>,
    users: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct Protected {
    paths: Vec<AbsolutePath>,
    hashes: Vec<Sha1>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct Vault {
    retention_days: Option<AtLeastOne<u32>>,
    size_cap_mib: Option<AtLeastOne<u64>>,
}

/// A path from the root that does not climb: anything else would mean another place for whoever
/// reads it.
#[derive(Debug)]
struct AbsolutePath(PathBuf);

impl<'de> Deserialize<'de> for AbsolutePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = PathBuf::deserialize(deserializer)?;
        let climbs = path
            .components()
            .any(|part| part == std::path::Component::ParentDir);
        match path.is_absolute() && !climbs {
            true => Ok(Self(path.components().collect())),
            false => Err(de::Error::custom(format!(
                "{} is no absolute path without \"..\"",
                path.display()
            ))),
        }
    }
}

/// A number of which nothing would mean everything or nothing.
#[derive(Debug, Clone, Copy)]
struct AtLeastOne<T>(T);

impl<'de, T: Deserialize<'de> + Default + PartialEq> Deserialize<'de> for AtLeastOne<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = T::deserialize(deserializer)?;
        match number == T::default() {
            true => Err(de::Error::custom("must be at least 1")),
            false => Ok(Self(number)),
        }
    }
}

/// Seconds; a gate that stands for longer would be forgotten.
#[derive(Debug, Clone, Copy)]
struct UpToADay(u32);

impl<'de> Deserialize<'de> for UpToADay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = u32::deserialize(deserializer)?;
        match seconds > 86_400 {
            true => Err(de::Error::custom("must be at most 86400, a day")),
            false => Ok(Self(seconds)),
        }
    }
}

impl std::str::FromStr for Policy {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let file: File = toml::from_str(text).map_err(|error| SyntaxError {
            line: error
                .span()
                .map(|span| line_of(text.as_bytes(), span.start)),
            message: one_line(error.message()),
        })?;
        Ok(file.into())
    }
}

/// The line, from 1, of a position in bytes.
fn line_of(text: &[u8], position: usize) -> usize {
    let before = text.iter().take(position);
    before.filter(|byte| **byte == b'\n').count() + 1
}

/// In words that whoever writes a policy knows.
fn one_line(message: &str) -> String {
    let words = message.split_whitespace().collect::<Vec<_>>().join(" ");
    words
        .replace(
            "expected u32",
            "expected a whole number that is not negative",
        )
        .replace(
            "expected u64",
            "expected a whole number that is not negative",
        )
}

impl From<File> for Policy {
    fn from(file: File) -> Self {
        let usual = Self::default();
        let radius = BlastRadius::default();
        let paths = |paths: Vec<AbsolutePath>| paths.into_iter().map(|path| path.0).collect();
        Self {
            actions_per_hour: file.actions_per_hour.unwrap_or(usual.actions_per_hour),
            force: file.force.unwrap_or_default(),
            dry_run_only: file.dry_run_only,
            stop_mappers: file.stop_mappers,
            roots: file.roots.map(paths),
            exclusions: paths(file.exclusions),
            blast_radius: BlastRadius {
                paths: file.blast_radius.paths.unwrap_or(radius.paths),
                processes: file.blast_radius.processes.unwrap_or(radius.processes),
                users: file.blast_radius.users.unwrap_or(radius.users),
            },
            protected: Named {
                paths: paths(file.protected.paths),
                hashes: file.protected.hashes,
            },
            vault: VaultLimits {
                retention_days: file.vault.retention_days.map(|days| days.0),
                size_cap_mib: file.vault.size_cap_mib.map(|size| size.0),
            },
            standing_gate_seconds: file
                .standing_gate_seconds
                .map_or(usual.standing_gate_seconds, |seconds| seconds.0),
        }
    }
}
