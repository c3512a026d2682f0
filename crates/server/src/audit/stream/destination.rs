//! Where the trail is sent to.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use quell_transport::{BuildError, RootCertificates};
use url::Url;

use super::Receiver;
use super::file::FileReceiver;
use super::syslog::SyslogReceiver;
use super::webhook::WebhookReceiver;
use crate::outgoing::may_be_called;
use crate::secret::Shared;

/// Where the trail is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Destination {
    /// Appended to a file, a line an entry.
    File(PathBuf),
    /// A message an entry (RFC 5424).
    Syslog(SyslogAddress),
    /// Posted in batches.
    Webhook {
        /// Where to: `https`, or loopback.
        url: Url,
        /// What the batches are signed with.
        secret: Shared,
    },
}

/// Where a syslog daemon listens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyslogAddress {
    /// A datagram socket of this host, as a rule `/dev/log`.
    Unix(PathBuf),
    /// `host:port`; nothing says whether a message arrived.
    Udp(String),
    /// `host:port`; messages have their length before them (RFC 6587, section 3.4.1).
    Tcp(String),
}

/// A destination cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDestination {
    /// The text names no syslog daemon.
    #[error("a syslog address is unix:PATH, udp:HOST:PORT or tcp:HOST:PORT")]
    Syslog,
    /// The URL would carry the trail in the clear.
    #[error("a webhook's URL must be https, or http on loopback, without a user or a fragment")]
    Webhook,
}

impl FromStr for SyslogAddress {
    type Err = InvalidDestination;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, rest) = text.split_once(':').ok_or(InvalidDestination::Syslog)?;
        let has_port = rest
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        match kind {
            "unix" if rest.starts_with('/') => Ok(Self::Unix(rest.into())),
            "udp" if has_port => Ok(Self::Udp(rest.to_owned())),
            "tcp" if has_port => Ok(Self::Tcp(rest.to_owned())),
            _ => Err(InvalidDestination::Syslog),
        }
    }
}

impl fmt::Display for SyslogAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Udp(address) => write!(f, "udp:{address}"),
            Self::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}

impl Destination {
    /// A webhook.
    ///
    /// # Errors
    /// [`InvalidDestination::Webhook`].
    pub fn webhook(url: Url, secret: Shared) -> Result<Self, InvalidDestination> {
        match may_be_called(&url) {
            true => Ok(Self::Webhook { url, secret }),
            false => Err(InvalidDestination::Webhook),
        }
    }

    /// Its name, under which is kept how far it got. A URL's query may be secret.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => format!("file:{}", path.display()),
            Self::Syslog(address) => format!("syslog:{address}"),
            Self::Webhook { url, .. } => format!(
                "webhook:{}{}",
                url.origin().ascii_serialization(),
                url.path()
            ),
        }
    }

    pub(super) fn receiver(
        &self,
        trusted: RootCertificates,
    ) -> Result<Box<dyn Receiver>, BuildError> {
        Ok(match self {
            Self::File(path) => Box::new(FileReceiver::new(path.clone())),
            Self::Syslog(address) => Box::new(SyslogReceiver::new(address.clone())),
            Self::Webhook { url, secret } => {
                Box::new(WebhookReceiver::new(url.clone(), secret.clone(), trusted)?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syslog_address_names_its_socket() {
        for good in ["unix:/dev/log", "udp:log.example:514", "tcp:[::1]:601"] {
            assert_eq!(good.parse::<SyslogAddress>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "unix:log",
            "udp:log.example",
            "tcp::1",
            "tls:a:1",
            "udp:a:70000",
        ] {
            assert!(bad.parse::<SyslogAddress>().is_err(), "{bad}");
        }
    }

    #[test]
    fn webhook_s_name_has_no_secret() {
        let url: Url = "https://siem.example/in?token=canary".parse().unwrap();
        let hook = Destination::webhook(url, Shared::new("canary")).unwrap();
        assert_eq!(hook.name(), "webhook:https://siem.example/in");
    }
}
