//! The server: from settings to answered connections.

mod connection;
mod examine;
mod panics;
mod sweeper;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use sweeper::Sweeper;
pub use examine::{Finding, Verdict, examine};
pub use tls::TlsError;

use crate::api::{self, Api, Arrivals, Hosts, Throttle};
use crate::audit::{AuditKeyError, AuditKeyFile, Keeper, Refusals};
use crate::config::{BaseUrl, ConfigError, ServerConfig};
use crate::core::PermissionRule;
use crate::data_dir::{DataDir, DataDirError, ServerLock};
use crate::devices::{self, Devices, Wake};
use crate::issuer::{Issuer, StartError};
use crate::store::record::{Address, SweepRule};
use crate::store::{Directory as _, SqlStore, Store, StoreError};
use connection::Connections;
use tls::Tls;

/// How long open requests may take to end when the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How long to wait before accepting again when the system has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A server that listens and does not answer yet: see [`run`](Self::run).
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    local_addr: SocketAddr,
    base_url: BaseUrl,
    router: Router,
    tls: Option<Tls>,
    keeper: Keeper,
    sweeper: Sweeper,
    closing: CancellationToken,
    max_connections: usize,
    lock: ServerLock,
}

/// The server cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// The settings do not go together.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data directory cannot be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The issuer cannot start.
    #[error(transparent)]
    Issuer(#[from] StartError),
    /// The audit key cannot be used.
    #[error(transparent)]
    AuditKey(#[from] AuditKeyError),
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The log of arrivals cannot be written.
    #[error("the log of arrivals {} cannot be opened", path.display())]
    Arrivals {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

impl Server {
    /// Opens the data directory, makes what is not there yet, and listens.
    ///
    /// # Errors
    /// [`BindError`].
    pub async fn bind(config: ServerConfig) -> Result<Self, BindError> {
        config.check()?;
        let dir = DataDir::create(&config.data_dir)?;
        let lock = dir.lock()?;
        let tls = config.tls.as_ref().map(Tls::load).transpose()?;
        let store = SqlStore::open(&dir.store_file())?;
        let (listener, local_addr) = listen(config.listen).await?;
        let base_url = config.base_url(local_addr)?;
        if let Some(objection) = tls.as_ref().and_then(|tls| tls.objection(base_url.host())) {
            // Machines may be told another address; for this one they would be shut out.
            tracing::warn!(
                url = base_url.as_str(),
                objection,
                "machines will not accept this server's certificate: give the authority that signed it \
                 (--tls-authority), and check its names and dates"
            );
        }
        store
            .set_address(Address {
                base_url: base_url.as_str().to_owned(),
                authority: tls.as_ref().map(|tls| tls.authority.clone()),
            })
            .await?;
        let store: Arc<dyn Store> = Arc::new(store);
        let closing = CancellationToken::new();
        let issuer = issuer(&config, &base_url, &store).await?;
        let refusals = Arc::new(Refusals::default());
        let keeper = keeper(&config, &dir, &store, &refusals)?;
        let router = router(&config, &base_url, &store, &issuer, &refusals, &closing).await?;
        Ok(Self {
            listener,
            local_addr,
            base_url,
            router,
            tls,
            keeper,
            sweeper: Sweeper::new(
                store,
                issuer,
                Arc::clone(&config.clock),
                SweepRule {
                    inactive_after: config.inactive_after,
                    sightings_kept: config.sightings_kept,
                },
            ),
            closing,
            max_connections: config.max_connections,
            lock,
        })
    }

    /// The address that it listens on, with the port that the system chose if it was 0.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Where metrics are told, if anywhere.
    #[must_use]
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        None
    }

    /// Where it is reached, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.base_url.as_str()
    }

    /// What lets time pass in this server's store: for whoever moves its clock and does not want to
    /// wait for what follows from that.
    #[must_use]
    pub fn sweeper(&self) -> Sweeper {
        self.sweeper.clone()
    }

    /// Answers until `shutdown` is ready; then ends every hold at once, lets open requests end for
    /// some seconds, and returns.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) {
        let tasks = TaskTracker::new();
        tasks.spawn(self.sweeper.run(self.closing.clone()));
        tasks.spawn(self.keeper.clone().run(self.closing.clone()));
        let connections = Connections {
            router: self.router,
            tls: self.tls,
            closing: self.closing.clone(),
            tasks: tasks.clone(),
            free: Arc::new(Semaphore::new(self.max_connections)),
        };
        tracing::info!(address = %self.local_addr, url = self.base_url.as_str(), "listening");
        tokio::select! {
            () = accept_all(&self.listener, &connections) => {}
            () = shutdown => {}
        }
        drop(self.listener);
        self.closing.cancel();
        tasks.close();
        if tokio::time::timeout(DRAIN, tasks.wait()).await.is_err() {
            tracing::warn!(open = tasks.len(), "gave up waiting for open connections");
        }
        self.keeper.close().await;
        drop(self.lock);
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), BindError> {
    let failed = |source| BindError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let local_addr = listener.local_addr().map_err(failed)?;
    Ok((listener, local_addr))
}

async fn accept_all(listener: &TcpListener, connections: &Connections) {
    loop {
        let Ok(permit) = Arc::clone(&connections.free).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, peer)) => connections.serve(stream, peer, permit),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn arrivals(path: &Path) -> Result<Arrivals, BindError> {
    Arrivals::open(path).map_err(|source| BindError::Arrivals {
        path: path.to_owned(),
        source,
    })
}

fn keeper(
    config: &ServerConfig,
    dir: &DataDir,
    store: &Arc<dyn Store>,
    refusals: &Arc<Refusals>,
) -> Result<Keeper, BindError> {
    let file = config.audit.key.clone();
    let key = AuditKeyFile::at(&file.unwrap_or_else(|| dir.audit_key_file())).find_or_make()?;
    tracing::info!(key = %key.public(), "audit key");
    Ok(Keeper::new(
        Arc::clone(store),
        Arc::clone(&config.clock),
        key,
        Arc::clone(refusals),
    ))
}

fn hosts(config: &ServerConfig, base_url: &BaseUrl) -> Hosts {
    let hosts = Hosts::new(
        base_url.scheme(),
        base_url.host().to_owned(),
        config.listen.ip().is_loopback(),
    );
    match config.public_url {
        Some(_) => hosts.with_public(base_url.as_str()),
        None => hosts,
    }
}

pub(crate) async fn issuer(
    config: &ServerConfig,
    base_url: &BaseUrl,
    store: &Arc<dyn Store>,
) -> Result<Arc<Issuer>, BindError> {
    store.first_tenant(config.clock.now()).await?;
    let issuer = Issuer::start(
        Arc::clone(store),
        Arc::clone(&config.clock),
        config.clients,
        base_url.as_str().to_owned(),
        config.key_rotation,
    )
    .await?;
    Ok(Arc::new(issuer))
}

pub(crate) async fn router(
    config: &ServerConfig,
    base_url: &BaseUrl,
    store: &Arc<dyn Store>,
    issuer: &Arc<Issuer>,
    refusals: &Arc<Refusals>,
    closing: &CancellationToken,
) -> Result<Router, BindError> {
    if config.permissions == PermissionRule::Documented {
        tracing::warn!(
            "by the documented permissions, whoever may read machines may quarantine files"
        );
    }
    let wake = Arc::new(Wake::default());
    let devices = Devices {
        store: Arc::clone(store),
        clock: Arc::clone(&config.clock),
        wake: Arc::clone(&wake),
        refusals: Arc::clone(refusals),
        audience: store.server_name().await?,
        closing: closing.clone(),
    };
    let api = Api {
        store: Arc::clone(store),
        clock: Arc::clone(&config.clock),
        issuer: Arc::clone(issuer),
        hosts: hosts(config, base_url),
        throttle: Throttle::new(|rate| config.limits.quota(rate)),
        arrivals: config.arrivals.as_deref().map(arrivals).transpose()?,
        wake,
        permissions: config.permissions,
        duplicates: config.duplicates,
        unknown_file: config.unknown_file,
        sightings_kept: config.sightings_kept,
        refusals: Arc::clone(refusals),
    };
    let operations = Router::new()
        .fallback(api::answer)
        .with_state(Arc::new(api));
    Ok(devices::routes(Arc::new(devices))
        .method_not_allowed_fallback(api::wrong_method)
        .merge(operations))
}
