//! Where limits and unfinished requests outlive a command.

use std::path::PathBuf;
use std::sync::Arc;

use quell::ratelimit::Budgets;
use quell_state::{Journal, PostgresOptions, PostgresState, SqliteState, StateError};
use quell_terminal::{Failure, output};
use secrecy::{ExposeSecret as _, SecretString};

use super::directory;
use super::passfile;
use super::settings::Environment;
use super::told::Told;

/// Where state is kept.
#[derive(Debug, Clone)]
pub(crate) enum StatePlace {
    /// Nowhere: limits hold for this process alone, and nothing is written down.
    None,
    /// In one file, which the processes of this host share.
    File(PathBuf),
    /// In one database, which many hosts share.
    Postgres(Database),
}

/// A database, with its password where it needs one.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    /// As it may be shown.
    pub(crate) shown: String,
    url: SecretString,
}

impl Database {
    /// How it is reached.
    pub(crate) fn options(&self) -> Result<PostgresOptions, StateError> {
        PostgresOptions::parse(self.url.expose_secret())
    }
}

/// State that was opened.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    /// What was used of each quota.
    pub(crate) budgets: Arc<dyn Budgets>,
    /// What was asked, and what became of it.
    pub(crate) journal: Arc<dyn Journal>,
}

impl std::fmt::Display for StatePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::File(file) => file.display().fmt(f),
            Self::Postgres(database) => f.write_str(&database.shown),
        }
    }
}

/// The place that the command line, the environment or the profile names, or the default one.
pub(crate) fn place(
    flag: Option<&str>,
    profile: Option<(&str, &str)>,
    environment: Environment<'_>,
) -> Result<Told<StatePlace>, Failure> {
    let variable = environment("QUELL_STATE");
    let (text, by, may_have_password) = match (flag, &variable, profile) {
        (Some(text), ..) => (text, "--state", false),
        (None, Some(text), _) => (text.as_str(), "QUELL_STATE", true),
        (None, None, Some((text, by))) => (text, by, false),
        (None, None, None) => {
            let file = directory::of_state(environment)?.join("state.db");
            return Ok(Told::default(StatePlace::File(file)));
        }
    };
    let place = match text {
        "none" => StatePlace::None,
        url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            StatePlace::Postgres(database(url, by, may_have_password, environment)?)
        }
        file => StatePlace::File(file.into()),
    };
    Ok(Told::new(place, by))
}

/// The database of this URL, and its password from where libpq has it too.
pub(crate) fn database(
    url: &str,
    by: &str,
    may_have_password: bool,
    environment: Environment<'_>,
) -> Result<Database, Failure> {
    // The parser's own words do not repeat the text, but what is wrong must not either.
    let mut url = url::Url::parse(url)
        .map_err(|error| Failure::usage(format!("{by} is no URL")).because(&error))?;
    let has_password = url.password().is_some() || url.query_pairs().any(|(k, _)| k == "password");
    if has_password && !may_have_password {
        return Err(
            Failure::usage(format!("{by} holds a password, where others can read it"))
                .next("keep it in PGPASSWORD, in ~/.pgpass or in the file that PGPASSFILE names"),
        );
    }
    let mut shown = url.clone();
    shown.set_query(None);
    // A URL with a host, as these have, takes a password.
    let _ = shown.set_password(None);
    if !has_password && let Some(password) = passfile::password(&url, environment)? {
        let _ = url.set_password(Some(password.expose_secret()));
    }
    Ok(Database {
        shown: shown.to_string(),
        url: url.to_string().into(),
    })
}

/// Opens it. What cannot be opened sends nothing: to send uncounted would harm everybody who shares
/// the quota.
pub(crate) async fn open(place: &Told<StatePlace>) -> Result<Option<Store>, Failure> {
    let opened = match &place.value {
        StatePlace::None => {
            output::note(&format!(
                "{} none: limits hold for this process alone, and a lost answer is not remembered",
                place.by
            ));
            return Ok(None);
        }
        StatePlace::File(file) => SqliteState::open(file).map(|state| Store {
            budgets: Arc::new(state.clone()),
            journal: Arc::new(state),
        }),
        StatePlace::Postgres(database) => connect(database).await,
    };
    opened.map(Some).map_err(|error| explain(&error, place))
}

async fn connect(database: &Database) -> Result<Store, StateError> {
    let state = PostgresState::connect(database.options()?).await?;
    Ok(Store {
        budgets: Arc::new(state.clone()),
        journal: Arc::new(state),
    })
}

fn explain(error: &StateError, place: &Told<StatePlace>) -> Failure {
    let what = format!(
        "the state in {} cannot be used, so nothing was sent",
        place.value
    );
    let exit = match error {
        StateError::Settings(_) | StateError::NetworkFileSystem { .. } => {
            quell_terminal::Exit::Usage
        }
        _ => quell_terminal::Exit::Fault,
    };
    let failure = Failure::new(exit, what).because(error);
    failure.next(next_step(error))
}

fn next_step(error: &StateError) -> &'static str {
    match error {
        StateError::NetworkFileSystem { .. } => {
            "name a file on a local disk with --state, or share one database: --state postgres://…"
        }
        StateError::TooNew { .. } => {
            "use the newer version of quell that wrote it; two versions must not count apart"
        }
        StateError::Damaged { .. } => {
            "wait an hour since the last call, move the file away with its -wal and -shm, and try again; \
             requests of unknown outcome are then forgotten: look at `quell action list`"
        }
        StateError::Full { .. } => "make room on that disk",
        StateError::Unreachable { .. } => {
            "see that the database runs and lets you in; the password comes from PGPASSWORD or ~/.pgpass"
        }
        StateError::Settings(_) => "docs/guide/cli.md shows how a database is named",
        _ => {
            "see that the file and its directory are yours to write, or name another place with --state; \
             --state none counts for this process alone"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(
        flag: Option<&str>,
        profile: Option<&str>,
        variables: &[(&str, &str)],
    ) -> Result<(String, String), String> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let profile = profile.map(|text| (text, "profile own"));
        place(flag, profile, &lookup)
            .map(|told| (told.value.to_string(), told.by))
            .map_err(|failure| failure.render())
    }

    #[test]
    fn the_place_is_the_options_the_environments_the_profiles_or_the_default() {
        let is = |(place, by): (String, String), wanted: &str| {
            assert_eq!(format!("{place} {by}"), wanted)
        };
        let both = [("QUELL_STATE", "/env.db"), ("XDG_STATE_HOME", "/x")];
        is(
            told(Some("/flag.db"), Some("/p.db"), &both).unwrap(),
            "/flag.db --state",
        );
        is(
            told(None, Some("/p.db"), &both).unwrap(),
            "/env.db QUELL_STATE",
        );
        is(
            told(None, Some("/p.db"), &both[1..]).unwrap(),
            "/p.db profile own",
        );
        is(
            told(None, None, &both[1..]).unwrap(),
            "/x/quell/state.db default",
        );
        let home = [("HOME", "/h")];
        is(
            told(None, None, &home).unwrap(),
            "/h/.local/state/quell/state.db default",
        );
        is(told(Some("none"), None, &[]).unwrap(), "none --state");
        assert!(
            told(None, None, &[])
                .unwrap_err()
                .contains("XDG_STATE_HOME")
        );
    }

    #[test]
    fn password_is_taken_from_the_environment_and_never_shown() {
        let url = "postgres://u:canary@db.example/quell";
        let refused = told(Some(url), None, &[]).unwrap_err();
        assert!(
            refused.contains("PGPASSFILE") && !refused.contains("canary"),
            "{refused}"
        );
        let query = "postgres://u@db.example/quell?password=canary";
        let refused = told(None, Some(query), &[]).unwrap_err();
        assert!(!refused.contains("canary"), "{refused}");
        for variables in [
            &[("QUELL_STATE", url)][..],
            &[("QUELL_STATE", query)],
            &[
                ("QUELL_STATE", "postgres://u@db.example/quell"),
                ("PGPASSWORD", "canary"),
            ],
        ] {
            let lookup = |name: &str| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let told = place(None, None, &lookup).unwrap();
            assert_eq!(told.value.to_string(), "postgres://u@db.example/quell");
            assert!(!format!("{told:?}").contains("canary"));
            let StatePlace::Postgres(database) = told.value else {
                panic!("no database")
            };
            assert!(database.url.expose_secret().contains("canary"));
        }
    }

    #[tokio::test]
    async fn state_that_cannot_be_used_says_what_to_do() {
        let directory = tempfile::tempdir().unwrap();
        let damaged = directory.path().join("damaged.db");
        std::fs::write(
            &damaged,
            "this is no database, however long one looks at it. ".repeat(200),
        )
        .unwrap();
        let place = Told::new(StatePlace::File(damaged), "--state");
        let told = open(&place).await.unwrap_err();
        assert_eq!(told.exit(), quell_terminal::Exit::Fault);
        let told = told.render();
        assert!(
            told.contains("nothing was sent") && told.contains("move the file away"),
            "{told}"
        );
        let beneath_a_file = directory.path().join("damaged.db").join("state.db");
        let place = Told::new(StatePlace::File(beneath_a_file), "--state");
        let told = open(&place).await.unwrap_err().render();
        assert!(told.contains("--state none"), "{told}");
    }
}
