//! Where the audit trail goes, besides the data directory.

use std::path::{Path, PathBuf};

use quell_server::AuditConfig;
use quell_server::audit::{Destination, SyslogAddress};
use quell_server::secret::Shared;
use quell_terminal::Failure;
use url::Url;

/// The longest secret of a webhook that is read, in bytes.
const MAX_SECRET: usize = 4096;

/// What the settings say.
#[derive(Clone, Debug, Default)]
pub(super) struct AuditPlan {
    pub(super) key: Option<PathBuf>,
    pub(super) file: Option<PathBuf>,
    pub(super) syslog: Option<SyslogAddress>,
    pub(super) webhook: Option<Url>,
    pub(super) webhook_secret_file: Option<PathBuf>,
}

impl AuditPlan {
    pub(super) fn config(&self) -> Result<AuditConfig, Failure> {
        let mut config = AuditConfig::default();
        config.key.clone_from(&self.key);
        let file = self.file.clone().map(Destination::File);
        let syslog = self.syslog.clone().map(Destination::Syslog);
        config.destinations.extend(file.into_iter().chain(syslog));
        config.destinations.extend(self.webhook()?);
        Ok(config)
    }

    fn webhook(&self) -> Result<Option<Destination>, Failure> {
        match (&self.webhook, &self.webhook_secret_file) {
            (Some(url), Some(file)) => Destination::webhook(url.clone(), secret(file)?)
                .map(Some)
                .map_err(|error| Failure::usage(error.to_string())),
            (None, None) => Ok(None),
            _ => Err(
                Failure::usage("a webhook for the audit trail needs its URL and its secret")
                    .next("give both --audit-webhook and --audit-webhook-secret-file"),
            ),
        }
    }
}

fn secret(file: &Path) -> Result<Shared, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::usage(format!("the secret {} cannot be read", file.display())).because(&error)
    })?;
    let secret = text.trim();
    if secret.is_empty() || secret.len() > MAX_SECRET {
        return Err(Failure::usage(format!(
            "{} holds no secret of 1 to {MAX_SECRET} bytes",
            file.display()
        ))
        .next("make one with `openssl rand -hex 32`"));
    }
    Ok(Shared::new(secret))
}
