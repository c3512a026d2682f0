//! What a server is told before it starts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use quell_model::RateInfo;
use quell_ratelimit::Quota;
use quell_state::PostgresOptions;
use url::{Host, Url};

use crate::api::{UnknownFile, documented};
use crate::audit::AuditConfig;
use crate::clock::{Clock, SystemClock};
use crate::core::{BlastRadius, Ceiling, DuplicateRule, PermissionRule, Rotation};
use crate::data_dir::DataDir;
use crate::issuer::Clients;
use crate::store::{SqlStore, StoreError};
use crate::trace_parent::ContinueTrace;

/// The port when none is given.
pub const DEFAULT_PORT: u16 = 8642;
/// The shortest time for which a key signs.
const SHORTEST_TURN: Duration = Duration::from_secs(60 * 60);

/// What a server is told before it starts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerConfig {
    /// Where everything is kept that is this server's alone; one server runs on it.
    pub data_dir: PathBuf,
    /// Where everything else is kept.
    pub store: StorePlace,
    /// The address to listen on; anything but loopback needs [`tls`](Self::tls).
    pub listen: SocketAddr,
    /// The server's certificate; none speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Where clients and machines reach the server, for instance `https://quell.example:8443`.
    /// None: the address that it listens on.
    pub public_url: Option<String>,
    /// How many calls an application may make.
    pub limits: Limits,
    /// Which clients get tokens.
    pub clients: Clients,
    /// Which permissions operations ask for.
    pub permissions: PermissionRule,
    /// How often the keys that tokens are signed with take turns.
    pub key_rotation: Rotation,
    /// How a second request for an active action is treated.
    pub duplicates: DuplicateRule,
    /// What to do about a file that was not seen on the machine.
    pub unknown_file: UnknownFile,
    /// How many machines a file may be on before it takes an insisting caller to stop it. None: any
    /// number.
    pub blast_radius: Option<BlastRadius>,
    /// On how many machines an application may have files stopped within an hour.
    pub ceiling: Ceiling,
    /// A machine not heard of for so long is `Inactive`. Machines ask at least every 50 seconds.
    pub inactive_after: Duration,
    /// For how long a file that was seen on a machine counts as seen; the service says 30 days.
    pub sightings_kept: Duration,
    /// The most connections at once; who comes then waits.
    pub max_connections: usize,
    /// A file to which a line is added for every call of the public API: the seconds since the
    /// server started, the application, the operation, the status.
    pub arrivals: Option<PathBuf>,
    /// A file of authorities, in PEM, that are trusted beside the system's when the server calls others: for other
    /// issuers' keys, and at a webhook.
    pub outgoing_authority: Option<PathBuf>,
    /// What is done with the audit trail, beside keeping it.
    pub audit: AuditConfig,
    /// The most connections of one address (an IPv6 network of 64 bits counts as one); more are closed at
    /// once. None: 1,000, and from loopback any number.
    pub max_connections_per_address: Option<usize>,
    /// The most time that open requests have to end when the server is told to stop.
    pub drain: Duration,
    /// Where metrics are told, which names nobody but tells how much is done: an address of its own, so that
    /// who may call the API does not learn it. Without TLS: loopback, or a network that is trusted.
    pub metrics: Option<SocketAddr>,
    /// What keeps traces, if anything does: a request's span becomes a part of its caller's trace.
    pub traces: Option<Arc<dyn ContinueTrace>>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Where a server's store is.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum StorePlace {
    /// A file in the data directory.
    #[default]
    DataDir,
    /// A PostgreSQL database, which servers share: they are replicas of each other.
    Postgres(Box<PostgresOptions>),
}

impl StorePlace {
    pub(crate) async fn open(&self, dir: &DataDir) -> Result<SqlStore, StoreError> {
        match self {
            Self::DataDir => SqlStore::open(&dir.store_file()),
            Self::Postgres(options) => SqlStore::connect(PostgresOptions::clone(options)).await,
        }
    }
}

/// How many calls an application may make of one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Limits {
    /// As documented: 100 a minute and 1500 an hour, less for the few that have a rate of their own.
    #[default]
    Documented,
    /// Others, the same for every operation.
    Of(Quota),
    /// Any number.
    Off,
}

impl Limits {
    /// What holds for operations of this rate.
    pub(crate) fn quota(&self, rate: &RateInfo) -> Option<Quota> {
        match self {
            Self::Documented => documented(rate),
            Self::Of(quota) => Some(quota.clone()),
            Self::Off => None,
        }
    }
}

/// The files of a certificate, all in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, followed by the intermediate ones.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
    /// The authority that machines are to trust. None: the last certificate of the chain, which
    /// for a certificate that signs itself is the certificate.
    pub authority: Option<PathBuf>,
}

/// The settings do not go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Without TLS on an address that others reach.
    #[error(
        "the address {0} is reached from other machines: give a certificate and a key, or listen on loopback"
    )]
    PlainText(SocketAddr),
    /// Every client is let in on an address that others reach.
    #[error("any client may be accepted on loopback only, not on {0}")]
    AnyClient(SocketAddr),
    /// The address says nothing about how the server is reached.
    #[error("the address {0} is no name to call: give the public URL too")]
    NoName(SocketAddr),
    /// A key would sign for less than an hour, and hundreds of keys would be published.
    #[error("a signing key needs at least an hour until the next one takes over")]
    HastyRotation,
    /// The public URL is more or less than scheme, host and port.
    #[error("the public URL {0:?} must be http or https, a host, and a port if need be")]
    PublicUrl(String),
    /// The public URL has no TLS, and names what others reach: every machine would refuse it.
    #[error("machines speak plain HTTP to loopback alone: the public URL {0:?} must be https")]
    PlainPublicUrl(String),
}

impl ServerConfig {
    /// A server on loopback, with everything else as documented.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            store: StorePlace::default(),
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), DEFAULT_PORT),
            tls: None,
            public_url: None,
            limits: Limits::default(),
            clients: Clients::default(),
            permissions: PermissionRule::default(),
            key_rotation: Rotation::default(),
            duplicates: DuplicateRule::default(),
            unknown_file: UnknownFile::default(),
            blast_radius: Some(BlastRadius::default()),
            ceiling: Ceiling::default(),
            inactive_after: Duration::from_secs(5 * 60),
            sightings_kept: Duration::from_secs(30 * 24 * 60 * 60),
            max_connections: 20_000,
            arrivals: None,
            outgoing_authority: None,
            audit: AuditConfig::default(),
            max_connections_per_address: None,
            drain: Duration::from_secs(30),
            metrics: None,
            traces: None,
            clock: Arc::new(SystemClock),
        }
    }

    /// Says whether the settings go together.
    ///
    /// # Errors
    /// The first [`ConfigError`].
    pub fn check(&self) -> Result<(), ConfigError> {
        let exposed = !self.listen.ip().is_loopback();
        if exposed && self.tls.is_none() {
            return Err(ConfigError::PlainText(self.listen));
        }
        if exposed && self.clients == Clients::Any {
            return Err(ConfigError::AnyClient(self.listen));
        }
        if self.key_rotation.every < SHORTEST_TURN {
            return Err(ConfigError::HastyRotation);
        }
        match &self.public_url {
            Some(url) => BaseUrl::parse(url).map(drop),
            None if self.listen.ip().is_unspecified() => Err(ConfigError::NoName(self.listen)),
            None => Ok(()),
        }
    }

    /// Where the server is reached, once it listens on `local`.
    pub(crate) fn base_url(&self, local: SocketAddr) -> Result<BaseUrl, ConfigError> {
        match &self.public_url {
            Some(url) => BaseUrl::parse(url),
            None => {
                let scheme = if self.tls.is_some() { "https" } else { "http" };
                BaseUrl::parse(&format!("{scheme}://{local}"))
            }
        }
    }
}

/// Scheme, host and port, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    text: String,
    host: String,
    is_https: bool,
}

impl BaseUrl {
    fn parse(text: &str) -> Result<Self, ConfigError> {
        let refused = || ConfigError::PublicUrl(text.to_owned());
        let url = Url::parse(text).map_err(|_| refused())?;
        let is_origin = matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if is_origin && url.scheme() == "http" && !names_loopback(&url) {
            return Err(ConfigError::PlainPublicUrl(text.to_owned()));
        }
        match url.host_str() {
            Some(host) if is_origin => Ok(Self {
                text: url.as_str().trim_end_matches('/').to_owned(),
                host: host.to_owned(),
                is_https: url.scheme() == "https",
            }),
            _ => Err(refused()),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.is_https { "https" } else { "http" }
    }
}

fn names_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(listen: &str) -> ServerConfig {
        ServerConfig {
            listen: listen.parse().unwrap(),
            ..ServerConfig::new("data")
        }
    }

    fn with_tls(config: ServerConfig) -> ServerConfig {
        ServerConfig {
            tls: Some(TlsFiles {
                certificate: "c.pem".into(),
                key: "k.pem".into(),
                authority: None,
            }),
            ..config
        }
    }

    #[test]
    fn only_loopback_goes_without_tls() {
        for good in ["127.0.0.1:0", "127.1.2.3:80", "[::1]:0"] {
            assert_eq!(config(good).check(), Ok(()), "{good}");
        }
        let refused = config("192.0.2.1:80").check().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the address 192.0.2.1:80 is reached from other machines: give a certificate and a key, or listen on loopback"
        );
        assert_eq!(with_tls(config("192.0.2.1:443")).check(), Ok(()));
    }

    #[test]
    fn keys_take_their_time() {
        let mut hasty = config("127.0.0.1:0");
        hasty.key_rotation.every = Duration::from_secs(3599);
        assert_eq!(hasty.check(), Err(ConfigError::HastyRotation));
    }

    #[test]
    fn any_client_stays_on_loopback_even_with_tls() {
        let any = ServerConfig {
            clients: Clients::Any,
            ..with_tls(config("192.0.2.1:443"))
        };
        assert!(matches!(any.check(), Err(ConfigError::AnyClient(_))));
    }

    #[test]
    fn server_on_every_address_needs_a_name() {
        let nameless = with_tls(config("0.0.0.0:443"));
        assert!(matches!(nameless.check(), Err(ConfigError::NoName(_))));
        let named = ServerConfig {
            public_url: Some("https://quell.example".to_owned()),
            ..nameless
        };
        assert_eq!(named.check(), Ok(()));
    }

    #[test]
    fn public_url_is_an_origin() {
        let base = BaseUrl::parse("https://Quell.example:443/").unwrap();
        assert_eq!(base.as_str(), "https://quell.example");
        assert_eq!((base.host(), base.scheme()), ("quell.example", "https"));
        for bad in [
            "",
            "quell.example",
            "ftp://quell.example",
            "https://quell.example/api",
            "https://user@quell.example",
            "https://quell.example/?x",
        ] {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn public_url_without_tls_names_loopback() {
        let public = |url: &str| ServerConfig {
            public_url: Some(url.to_owned()),
            ..config("127.0.0.1:80")
        };
        for good in ["http://localhost:1", "http://127.9.9.9", "http://[::1]:8"] {
            assert_eq!(public(good).check(), Ok(()), "{good}");
        }
        for bad in [
            "http://quell.example",
            "http://192.0.2.1:80",
            "http://[2001:db8::1]",
            "http://localhost.example",
        ] {
            let refused = Err(ConfigError::PlainPublicUrl(bad.to_owned()));
            assert_eq!(public(bad).check(), refused);
        }
    }
}
