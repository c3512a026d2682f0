//! Where a server's store is, when it is a database that servers share.

use std::path::PathBuf;

use quell_state::{PostgresOptions, ServerTrust, StateError};
use quell_terminal::Failure;
use secrecy::ExposeSecret as _;
use url::Url;

use super::files;
use super::settings::Environment;
use super::store;

/// What is said of a server's database; nothing, when its store is in its data directory.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct ServerDatabase {
    /// The PostgreSQL database that servers share, as postgresql://USER@HOST/DATABASE without its
    /// password, which is that of PGPASSWORD or ~/.pgpass
    #[arg(
        id = "store",
        long = "store",
        value_name = "URL",
        global = true,
        env = "QUELL_SERVER_STORE"
    )]
    pub(crate) url: Option<String>,
    /// File with the database's password in its first line
    #[arg(
        id = "store_password_file",
        long = "store-password-file",
        value_name = "FILE",
        global = true,
        env = "QUELL_SERVER_STORE_PASSWORD_FILE"
    )]
    pub(crate) password_file: Option<PathBuf>,
    /// The authorities by which the database is trusted, in PEM; else those of the system
    #[arg(
        id = "store_authority",
        long = "store-authority",
        value_name = "FILE",
        global = true,
        env = "QUELL_SERVER_STORE_AUTHORITY"
    )]
    pub(crate) authority: Option<PathBuf>,
}

impl ServerDatabase {
    /// How it is reached; `None` when there is none.
    pub(crate) fn options(
        &self,
        environment: Environment<'_>,
    ) -> Result<Option<PostgresOptions>, Failure> {
        let Some(url) = &self.url else {
            return match self.password_file.is_some() || self.authority.is_some() {
                true => Err(Failure::usage("no database is named")
                    .next("give --store postgresql://USER@HOST/DATABASE too")),
                false => Ok(None),
            };
        };
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(Failure::usage("the store is no PostgreSQL URL").next(
                "write postgresql://USER@HOST/DATABASE, or leave it out: then it is a file in the data directory",
            ));
        }
        let found = store::database(url, "the store's URL", false, environment)?;
        let mut options = found.options().map_err(|error| wrong(&error))?;
        if let Some(file) = &self.password_file {
            let password = files::read_secret(file)?;
            options = options.password(password.expose_secret().as_bytes());
        }
        if let Some(file) = &self.authority {
            let pem = files::read_certificate(file)?;
            options = options.trust(ServerTrust::Only(pem.into_bytes()));
        }
        Ok(Some(options.application_name("quell-server")))
    }

    /// The URL as it may be shown.
    pub(crate) fn shown(&self) -> Option<String> {
        let mut url = Url::parse(self.url.as_ref()?).ok()?;
        url.set_query(None);
        url.set_password(None).ok()?;
        Some(url.into())
    }
}

fn wrong(error: &StateError) -> Failure {
    Failure::usage("the store's database cannot be used").because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(url: &str, variables: &[(&str, &str)]) -> Result<Option<PostgresOptions>, String> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let database = ServerDatabase {
            url: Some(url.to_owned()),
            ..ServerDatabase::default()
        };
        database
            .options(&lookup)
            .map_err(|failure| failure.render())
    }

    #[test]
    fn password_comes_from_where_libpq_has_it_and_never_from_the_url() {
        let url = "postgresql://quell@db.example/quell";
        let without = options(url, &[]).unwrap().unwrap();
        assert!(!without.has_password());
        let with = options(url, &[("PGPASSWORD", "canary")]).unwrap().unwrap();
        assert!(with.has_password());
        for url in [
            "postgresql://quell:canary@db.example/quell",
            "postgresql://quell@db.example/quell?password=canary",
        ] {
            let refused = options(url, &[]).unwrap_err();
            assert!(!refused.contains("canary") && refused.contains("PGPASSWORD"));
        }
    }

    #[test]
    fn password_file_is_read_and_what_is_shown_has_no_password() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("password");
        std::fs::write(&file, "canary\n").unwrap();
        let database = ServerDatabase {
            url: Some("postgresql://quell:x@db.example/quell?a=b".to_owned()),
            password_file: Some(file),
            authority: None,
        };
        assert_eq!(
            database.shown().as_deref(),
            Some("postgresql://quell@db.example/quell")
        );
        let database = ServerDatabase {
            url: database.shown(),
            ..database
        };
        assert!(database.options(&|_| None).unwrap().unwrap().has_password());
    }

    #[test]
    fn what_is_no_database_is_refused_without_a_word_of_it() {
        let refused = options("mysql://u:canary@h/d", &[]).unwrap_err();
        assert!(refused.contains("no PostgreSQL URL") && !refused.contains("canary"));
        let half = ServerDatabase {
            authority: Some("ca.pem".into()),
            ..ServerDatabase::default()
        };
        assert!(half.options(&|_| None).is_err());
    }
}
