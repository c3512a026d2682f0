use std::net::IpAddr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::tls::Tls;
use crate::StateError;

/// Where the database is, how it proves who it is, and how long it may be away.
///
/// Shown or in errors, it never tells the password.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    pub(super) config: Config,
    trust: ServerTrust,
    pub(super) patience: Duration,
    pub(super) retry: Retry,
}

/// Whose word is taken for it that the server is the one that was named.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum ServerTrust {
    /// The authorities that the operating system trusts.
    #[default]
    Platform,
    /// These authorities alone: certificates in PEM.
    Only(Vec<u8>),
}

/// How long to wait between two attempts to connect.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retry {
    pub(super) first: Duration,
    pub(super) longest: Duration,
}

/// An outage is waited for this long before callers are told that it is one.
const PATIENCE: Duration = Duration::from_secs(600);
const RETRY: Retry = Retry {
    first: Duration::from_millis(200),
    longest: Duration::from_secs(5),
};

impl PostgresOptions {
    /// Reads a connection string or URL as libpq knows them.
    ///
    /// A server that is not on this host must prove its name: the connection is encrypted and its
    /// certificate checked as libpq's `sslmode=verify-full` does, whatever weaker mode that encrypts
    /// is named. On loopback or a Unix socket there is no TLS unless the string asks for it.
    ///
    /// # Errors
    /// [`StateError::Settings`], also for a string that would send the password to another host in
    /// the clear.
    pub fn parse(connection: &str) -> Result<Self, StateError> {
        let mode = ssl_mode(connection).map(|[_, mode, _]| mode);
        let config = readable(connection).parse::<Config>();
        // The parser's own words may repeat a part of the string, and so of the password.
        let mut config = config.map_err(|_| settings("the connection string cannot be read"))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(settings("the connection string names no host"));
        }
        config.ssl_mode(demanded(mode, is_local(&config))?);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        if config.get_application_name().is_none() {
            config.application_name("quell");
        }
        Ok(Self {
            config,
            trust: ServerTrust::default(),
            patience: PATIENCE,
            retry: RETRY,
        })
    }

    /// The password, instead of one in the string, where others may read it.
    #[must_use]
    pub fn password(mut self, password: &[u8]) -> Self {
        self.config.password(password);
        self
    }

    /// Whether a password is known.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.config.get_password().is_some()
    }

    /// What the server's administrator sees the connections called; `quell` if not said.
    #[must_use]
    pub fn application_name(mut self, name: &str) -> Self {
        self.config.application_name(name);
        self
    }

    /// Whose certificates are taken.
    #[must_use]
    pub fn trust(mut self, trust: ServerTrust) -> Self {
        self.trust = trust;
        self
    }

    /// How long an outage is waited for before callers who wait for a permit are told that it is one;
    /// ten minutes if not said. No permit is given meanwhile.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How long to wait between two attempts to connect: at first, and at the longest. 200 ms and 5 s
    /// if not said.
    #[must_use]
    pub fn retry_every(mut self, first: Duration, longest: Duration) -> Self {
        self.retry = Retry {
            first,
            longest: longest.max(first),
        };
        self
    }

    pub(super) fn tls(&self) -> Result<Option<Tls>, StateError> {
        match self.config.get_ssl_mode() {
            SslMode::Disable => Ok(None),
            _ => Tls::new(&self.trust).map(Some),
        }
    }
}

fn settings(why: impl Into<String>) -> StateError {
    StateError::Settings(why.into())
}

/// The value of `sslmode` in the string, if it has one, with what stands before and after it.
fn ssl_mode(connection: &str) -> Option<[&str; 3]> {
    let (_, rest) = connection.split_once("sslmode")?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start();
    let value = value.trim_start_matches('\'');
    let end = value.find(|c: char| c == '&' || c == '\'' || c.is_whitespace());
    let (mode, after) = value.split_at_checked(end.unwrap_or(value.len()))?;
    let before = connection.strip_suffix(value)?;
    Some([before, mode, after])
}

/// The string with the modes that the parser does not know told in one that it does.
fn readable(connection: &str) -> String {
    match ssl_mode(connection) {
        Some([before, "verify-full" | "verify-ca", after]) => format!("{before}require{after}"),
        _ => connection.to_owned(),
    }
}

fn demanded(mode: Option<&str>, local: bool) -> Result<SslMode, StateError> {
    match (mode, local) {
        (None, true) | (Some("disable"), true) => Ok(SslMode::Disable),
        (None | Some("require" | "verify-ca" | "verify-full"), _) => Ok(SslMode::Require),
        (Some("prefer"), true) => Ok(SslMode::Prefer),
        (Some("disable" | "prefer" | "allow"), false) => Err(settings(
            "a database on another host needs sslmode=verify-full: without it, the password goes out in the clear",
        )),
        (Some(_), _) => Err(settings(
            "sslmode is one of disable, prefer, require, verify-ca, verify-full",
        )),
    }
}

fn is_local(config: &Config) -> bool {
    let hosts = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    hosts && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(connection: &str) -> Result<SslMode, StateError> {
        PostgresOptions::parse(connection).map(|options| options.config.get_ssl_mode())
    }

    #[test]
    fn other_hosts_are_reached_by_verified_tls_or_not_at_all() {
        let encrypted = [
            "postgres://u:p@db.example/quell",
            "postgres://u:p@db.example/quell?sslmode=require",
            "postgres://u:p@db.example/quell?sslmode=verify-full&connect_timeout=3",
            "host=db.example user=u sslmode=verify-ca dbname=quell",
            "host=db.example user=u sslmode = 'verify-full'",
            "host=localhost sslmode=verify-full",
            "host=localhost hostaddr=192.0.2.1",
        ];
        for connection in encrypted {
            assert_eq!(mode(connection).unwrap(), SslMode::Require, "{connection}");
        }
        for connection in [
            "host=db.example sslmode=disable",
            "postgres://db.example/quell?sslmode=prefer",
            "host=localhost,db.example sslmode=disable",
        ] {
            assert!(mode(connection).is_err(), "{connection}");
        }
        for connection in [
            "host=/run/postgresql",
            "host=127.0.0.1",
            "postgres://[::1]/quell",
        ] {
            assert_eq!(mode(connection).unwrap(), SslMode::Disable, "{connection}");
        }
    }

    #[test]
    fn mode_is_not_looked_for_in_names() {
        let connection = "host=verify-full.example user=verify-ca sslmode=verify-full dbname=q";
        let options = PostgresOptions::parse(connection).unwrap();
        let host = Host::Tcp("verify-full.example".to_owned());
        assert_eq!(options.config.get_hosts(), [host]);
        assert_eq!(options.config.get_user(), Some("verify-ca"));
        assert_eq!(options.config.get_ssl_mode(), SslMode::Require);
    }

    #[test]
    fn nothing_tells_the_password() {
        let options = PostgresOptions::parse("postgres://u:canary@db.example/quell").unwrap();
        assert!(!format!("{options:?}").contains("canary"));
        for wrong in [
            "postgres://u:canary@db.example/quell?canary=1",
            "host=db.example password=canary canary",
            "password=canary",
            "host=db.example password=canary sslmode=canary",
        ] {
            let error = PostgresOptions::parse(wrong).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        }
    }
}
