//! What all settings together say.

use std::path::PathBuf;

use super::audit::AuditPlan;
use super::traces::TracesPlan;
use quell_server::{ServerConfig, StorePlace, TlsFiles};
use quell_terminal::Failure;
use quell_terminal::log::LogFormat;

use crate::connection::{ServerDatabase, environment};

/// What all settings together say.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) data: Option<PathBuf>,
    pub(super) database: ServerDatabase,
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    pub(super) authority: Option<PathBuf>,
    pub(super) audit: AuditPlan,
    pub(super) traces: TracesPlan,
    pub(super) log: Option<String>,
    pub(super) log_format: LogFormat,
    pub(super) server: ServerConfig,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            data: None,
            database: ServerDatabase::default(),
            certificate: None,
            key: None,
            authority: None,
            audit: AuditPlan::default(),
            traces: TracesPlan::default(),
            log: None,
            log_format: LogFormat::default(),
            // Its directory is the only thing without a default.
            server: ServerConfig::new(PathBuf::new()),
        }
    }
}

impl Plan {
    /// The server's configuration, if the settings go together.
    pub(super) fn server(&self) -> Result<ServerConfig, Failure> {
        let mut server = self.server.clone();
        server.data_dir = self.data.clone().ok_or_else(|| {
            Failure::usage("where is everything to be kept? There is no data directory")
                .next("give --data DIR, QUELL_SERVER_DATA, or data in the configuration file")
        })?;
        server.tls = self.tls()?;
        server.audit = self.audit.config()?;
        // Used elsewhere; a check tells of it here.
        self.traces.collector()?;
        if let Some(options) = self.database.options(&environment)? {
            server.store = StorePlace::Postgres(Box::new(options));
        }
        server.check().map_err(|error| {
            Failure::usage("the server would not be safe like this")
                .because(&error)
                .next("without TLS it listens on loopback only; TLS is --tls-certificate and --tls-key")
        })?;
        Ok(server)
    }

    fn tls(&self) -> Result<Option<TlsFiles>, Failure> {
        let authority = self.authority.clone();
        match (self.certificate.clone(), self.key.clone()) {
            (Some(certificate), Some(key)) => Ok(Some(TlsFiles {
                certificate,
                key,
                authority,
            })),
            (None, None) if authority.is_none() => Ok(None),
            (Some(_), None) => Err(half("a certificate", "its private key", "tls.key")),
            _ => Err(half("a part of TLS", "the certificate", "tls.certificate")),
        }
    }
}

fn half(given: &str, missing: &str, name: &str) -> Failure {
    Failure::usage(format!("{given} is given, and {missing} is not")).next(format!(
        "give --{}, or {name} in the configuration file",
        name.replace('.', "-")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_tls_are_refused() {
        let plan = |certificate: bool, key: bool, authority: bool| Plan {
            data: Some("data".into()),
            certificate: certificate.then(|| "c.pem".into()),
            key: key.then(|| "k.pem".into()),
            authority: authority.then(|| "a.pem".into()),
            ..Plan::default()
        };
        assert!(plan(false, false, false).server().unwrap().tls.is_none());
        assert!(plan(true, true, false).server().unwrap().tls.is_some());
        for (certificate, key, authority) in [
            (true, false, false),
            (false, true, false),
            (false, false, true),
            (true, false, true),
        ] {
            let half = plan(certificate, key, authority).server().unwrap_err();
            assert!(half.render().contains("is given"), "{}", half.render());
        }
    }

    #[test]
    fn server_without_a_directory_is_asked_for_one() {
        let told = Plan::default().server().unwrap_err().render();
        assert!(told.contains("QUELL_SERVER_DATA"), "{told}");
    }
}
