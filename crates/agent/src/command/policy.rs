//! `policy check`: what this machine's policy says, and what is wrong with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use quell_terminal::{Exit, Failure, FormatFlag, Table};
use serde::Serialize;

use crate::policy::{DEFAULT_PATH, Force, LocalPolicy, Policy, PolicyFileError, Refusal, Rule};
use crate::protect::ProtectedSet;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say what a policy allows, or which line of it is wrong; touches nothing
    Check(Check),
}

#[derive(Debug, clap::Args)]
struct Check {
    /// The policy [default: /etc/quell-agent/policy.toml, if it is there]
    file: Option<PathBuf>,
    #[command(flatten)]
    format: FormatFlag,
}

/// The option that names the policy.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct PolicyFlag {
    /// What the agent may do on this machine [default: /etc/quell-agent/policy.toml, if it is there]
    #[arg(long = "policy", value_name = "FILE", global = true)]
    file: Option<PathBuf>,
}

impl PolicyFlag {
    /// Reads the policy. One that cannot be relied on lets nothing be done.
    pub(super) fn open(&self) -> Arc<LocalPolicy> {
        Arc::new(LocalPolicy::open(self.file.as_deref()))
    }
}

/// What a policy that cannot be relied on means, or where the one is that holds; for `status`.
pub(super) fn described(policy: &LocalPolicy) -> String {
    match policy.rule() {
        Rule::Unreliable(why) => format!(
            "cannot be relied on: an agent that is started carries nothing out, one that runs keeps what it has read: {why}"
        ),
        Rule::Holds(_) => match policy.path() {
            Some(path) => path.display().to_string(),
            None => "none: what holds without one is told by `policy check`".to_owned(),
        },
    }
}

/// Protects what the policy names besides, and says what a policy that cannot be relied on means.
pub(super) fn apply(rule: &Rule, protected: &ProtectedSet) {
    match rule.policy() {
        Ok(policy) => {
            let named = policy.protected.clone();
            protected.name(named.paths, named.hashes);
        }
        Err(refusal) => tracing::error!("{refusal}"),
    }
}

/// Reads the policy anew, as an operator asks for with `SIGHUP`.
pub(super) fn reload(policy: &LocalPolicy, protected: &ProtectedSet) {
    match policy.reload() {
        Ok(_) => {
            apply(&policy.rule(), protected);
            tracing::info!("the policy was read again");
        }
        Err(error) => {
            let why = crate::causes::WithCauses(&error);
            tracing::error!("the policy stays as it was: {why}");
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked<'a> {
    /// The file; none where there is none, and what holds without one is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    policy: &'a Policy,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let Command::Check(Check { file, format }) = &arguments.command;
    let path = file.as_deref().unwrap_or(Path::new(DEFAULT_PATH));
    let (policy, is_there) = match Policy::read(path) {
        Ok(policy) => (policy, true),
        Err(error) if error.is_absent() && file.is_none() => (Policy::default(), false),
        Err(error) => return Err(error.into()),
    };
    let checked = Checked {
        file: is_there.then(|| path.display().to_string()),
        policy: &policy,
    };
    format.output.write(&checked, for_people)?;
    Ok(Exit::Success)
}

impl From<PolicyFileError> for Failure {
    fn from(error: PolicyFileError) -> Self {
        let (exit, next) = match &error {
            PolicyFileError::Io { .. } => {
                (Exit::Usage, "name a file that is there and may be read")
            }
            PolicyFileError::Syntax { .. } => (
                Exit::Refused,
                "mend the line; until then the agent keeps the policy that it has, and when it is started it carries \
                 nothing out",
            ),
            PolicyFileError::TooLong(_) => (Exit::Refused, "name the policy, not another file"),
            PolicyFileError::NoFile(_) => (
                Exit::Refused,
                "put the policy itself there, and no link to it: a link could be led elsewhere",
            ),
            _ => (
                Exit::Refused,
                "let the file and the directories that it is in belong to root, and let nobody else write them",
            ),
        };
        Self::of(exit, &error).next(next)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::of(Exit::Refused, &refusal)
    }
}

fn for_people(checked: &Checked<'_>) -> String {
    let policy = checked.policy;
    let mut table = Table::of_properties();
    let nowhere = format!("{DEFAULT_PATH} is not there: this holds without it");
    table.row(["policy", checked.file.as_deref().unwrap_or(&nowhere)]);
    for (property, value) in lines(policy) {
        table.row([property, &value]);
    }
    table.render("")
}

/// What a policy says, in the file's own words.
fn lines(policy: &Policy) -> Vec<(&'static str, String)> {
    let paths = |paths: &[PathBuf]| {
        let shown: Vec<String> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        shown.join(", ")
    };
    let hashes: Vec<String> = policy
        .protected
        .hashes
        .iter()
        .map(ToString::to_string)
        .collect();
    let radius = &policy.blast_radius;
    let or = |value: Option<String>, otherwise: &str| value.unwrap_or_else(|| otherwise.to_owned());
    let vault = &policy.vault;
    vec![
        ("actions-per-hour", policy.actions_per_hour.to_string()),
        (
            "force",
            match policy.force {
                Force::Refuse => "refuse".to_owned(),
                Force::Honor => "honor".to_owned(),
            },
        ),
        ("dry-run-only", policy.dry_run_only.to_string()),
        ("stop-mappers", policy.stop_mappers.to_string()),
        (
            "roots",
            or(
                policy.roots.as_deref().map(paths),
                "as the command line says",
            ),
        ),
        ("exclusions", paths(&policy.exclusions)),
        (
            "standing-gate-seconds",
            policy.standing_gate_seconds.to_string(),
        ),
        ("blast-radius.paths", radius.paths.to_string()),
        ("blast-radius.processes", radius.processes.to_string()),
        ("blast-radius.users", radius.users.to_string()),
        ("protected.paths", paths(&policy.protected.paths)),
        ("protected.hashes", hashes.join(", ")),
        (
            "vault.retention-days",
            or(
                vault.retention_days.map(|days| days.to_string()),
                "for ever",
            ),
        ),
        (
            "vault.size-cap-mib",
            or(vault.size_cap_mib.map(|size| size.to_string()), "none"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_says_everything_that_the_file_could() {
        let policy: Policy = "roots = [\"/srv\", \"/home\"]\nforce = \"honor\""
            .parse()
            .unwrap();
        let text = for_people(&Checked {
            file: None,
            policy: &policy,
        });
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in [
            "is not there",
            "force honor",
            "roots /srv, /home",
            "actions-per-hour 20",
            "vault.retention-days for ever",
        ] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        let json = serde_json::to_value(&policy).unwrap();
        let settings = |value: &serde_json::Value| -> usize {
            let object = value.as_object().unwrap();
            let inner =
                |value: &serde_json::Value| value.as_object().map_or(1, serde_json::Map::len);
            object.values().map(inner).sum()
        };
        // The vault's two limits are left out of the document where there is none.
        assert_eq!(lines(&policy).len(), settings(&json) + 2);
    }

    #[test]
    fn what_is_no_text_or_no_number_is_a_mistake_of_its_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("policy.toml");
        for (bytes, said) in [
            (
                &b"# ours\nforce = \"honor\"\xff\n"[..],
                "line 2: this is no text",
            ),
            (
                b"actions-per-hour = -1\n",
                "whole number that is not negative",
            ),
            (
                b"[vault]\nsize-cap-mib = -1\n",
                "whole number that is not negative",
            ),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let failure = Failure::from(Policy::read(&path).unwrap_err());
            assert_eq!(failure.exit(), Exit::Refused);
            let text = failure.render();
            assert!(text.contains(said), "{text}");
            assert!(text.contains("next: mend the line"), "{text}");
        }
    }

    #[test]
    fn mistake_is_told_with_its_line_and_what_to_do() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("policy.toml");
        std::fs::write(&path, "force = \"honor\"\nactions = 3\n").unwrap();
        let failure = Failure::from(Policy::read(&path).unwrap_err());
        assert_eq!(failure.exit(), Exit::Refused);
        let text = failure.render();
        assert!(text.contains("line 2: unknown field `actions`"), "{text}");
        assert!(text.contains("next: mend the line"), "{text}");
    }
}
