//! The server: from settings to answered connections.

mod activity;
mod census;
mod connection;
mod door;
mod doors;
mod examine;
mod front;
mod handle;
mod health;
mod meters;
mod panics;
mod patience;
mod presence;
mod renewal;
mod sent;
mod side;
mod sweeper;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use quell_transport::{RootCertificate, RootCertificates};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use examine::{Finding, Verdict, examine};
pub(crate) use presence::SILENCE;
pub use sweeper::Sweeper;
pub use tls::TlsError;

use crate::api::{self, Api, Arrivals, FleetSizes, Hosts, Throttle};
use crate::audit::{AuditKeyError, AuditKeyFile, Courier, Keeper, Refusals};
use crate::clock::Clock;
use crate::config::{BaseUrl, ConfigError, Limits, ServerConfig};
use crate::core::PermissionRule;
use crate::data_dir::{DataDir, DataDirError, ServerLock};
use crate::devices::{self, Devices, Wake};
use crate::issuer::{HttpFetch, Issuer, IssuerRule, StartError};
use crate::store::record::{Address, SweepRule};
use crate::store::{Directory as _, Store, StoreError, WriteWatch};
use connection::Connections;
use door::Answer;
use doors::Doors;
use front::Front;
pub use handle::Handle;
use health::Health;
use meters::Meters;
use presence::Presence;
use renewal::{LiveTls, Renewal};
use side::Side;

/// The most connections at once of those who look after the server.
const MAX_BESIDE: usize = 64;
/// How long to wait before accepting again when the system has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A server that listens and does not answer yet: see [`run`](Self::run).
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    local_addr: SocketAddr,
    base_url: BaseUrl,
    front: Arc<Front>,
    side: Option<(TcpListener, SocketAddr)>,
    tls: Option<Arc<LiveTls>>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    wake: Arc<Wake>,
    keeper: Keeper,
    couriers: Vec<Courier>,
    sweeper: Sweeper,
    closing: CancellationToken,
    handle: Handle,
    max_connections: usize,
    doors: Doors,
    drain: Duration,
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
    /// No request can be made to a webhook.
    #[error("no webhook can be called")]
    Outgoing(#[source] quell_transport::BuildError),
    /// The file of authorities that are trusted beside the system's cannot be read.
    #[error("the authorities in {} cannot be read", path.display())]
    OutgoingAuthority {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
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
        let live = config
            .tls
            .as_ref()
            .map(LiveTls::load)
            .transpose()?
            .map(Arc::new);
        let tls = live.as_ref().map(|live| live.current());
        let store = config.store.open(&dir).await?;
        let meters = Arc::new(Meters::default());
        store.watch_writes(Arc::clone(&meters) as Arc<dyn WriteWatch>);
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
        let refusals = Arc::new(Refusals::default());
        let issuer = issuer(&config, &base_url, &store, &refusals).await?;
        let keeper = keeper(&config, &dir, &store, &refusals)?;
        let couriers = couriers(&config, &store)?;
        let wake = Arc::new(Wake::default());
        let router = router(
            &config, &base_url, &store, &issuer, &refusals, &wake, &closing,
        )
        .await?;
        let front = Front {
            router,
            health: Arc::new(Health::new(Arc::clone(&store), Arc::clone(&config.clock))),
            meters,
            traces: config.traces.clone(),
        };
        let side = match config.metrics {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        Ok(Self {
            listener,
            local_addr,
            base_url,
            front: Arc::new(front),
            side,
            tls: live,
            store: Arc::clone(&store),
            clock: Arc::clone(&config.clock),
            wake,
            keeper,
            couriers,
            sweeper: Sweeper::new(
                store,
                issuer,
                Arc::clone(&config.clock),
                SweepRule {
                    inactive_after: config.inactive_after,
                    sightings_kept: config.sightings_kept,
                    held_back: Duration::ZERO,
                },
            ),
            closing,
            handle: Handle::default(),
            max_connections: config.max_connections,
            doors: Doors::new(config.max_connections_per_address),
            drain: config.drain,
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
        self.side.as_ref().map(|(_, address)| *address)
    }

    /// A hand on the server while it runs.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
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

    /// Answers until `shutdown` is ready. Then it says that it is not ready any more, takes no connection,
    /// ends every hold at once, lets open requests end for as long as its settings say, and returns.
    pub async fn run(mut self, shutdown: impl Future<Output = ()> + Send) {
        let tasks = TaskTracker::new();
        self.look_after_itself(&tasks);
        for courier in std::mem::take(&mut self.couriers) {
            tasks.spawn(courier.run(self.closing.clone()));
        }
        let side = self.side.take();
        let beside = CancellationToken::new();
        let sides = TaskTracker::new();
        if let Some((listener, address)) = side {
            tracing::info!(%address, "metrics");
            let connections = self.beside(&beside, &sides);
            sides.spawn(accept_until(listener, connections, beside.clone()));
        }
        let connections = Connections {
            door: Arc::clone(&self.front),
            tls: self.tls.clone(),
            closing: self.closing.clone(),
            tasks: tasks.clone(),
            free: Arc::new(Semaphore::new(self.max_connections)),
            doors: self.doors.clone(),
            meters: Arc::clone(&self.front.meters),
        };
        tracing::info!(address = %self.local_addr, url = self.base_url.as_str(), "listening");
        tokio::select! {
            () = accept_all(&self.listener, &connections) => {}
            () = shutdown => {}
        }
        self.front.health.drain();
        drop(self.listener);
        self.closing.cancel();
        tasks.close();
        tracing::info!(open = tasks.len(), "told to stop");
        tokio::select! {
            () = tasks.wait() => {}
            () = tokio::time::sleep(self.drain) => {
                tracing::warn!(open = tasks.len(), "gave up waiting for open connections");
            }
            () = self.handle.impatience.cancelled() => {
                tracing::warn!(open = tasks.len(), "ended at once");
            }
        }
        self.keeper.close().await;
        // Until now whoever looks after the server could see it drain.
        beside.cancel();
        drop(self.lock);
    }

    /// What goes on beside the answers.
    fn look_after_itself(&self, tasks: &TaskTracker) {
        let meters = &self.front.meters;
        tasks.spawn(self.sweeper.clone().run(self.closing.clone()));
        tasks.spawn(self.keeper.clone().run(self.closing.clone()));
        tasks.spawn(devices::tell_of_freezes(
            Arc::clone(&self.store),
            Arc::clone(&self.wake),
            self.closing.clone(),
        ));
        let presence = Presence::new(
            Arc::clone(&self.store),
            Arc::clone(&self.clock),
            Arc::clone(meters),
        );
        tasks.spawn(presence.run(self.closing.clone()));
        if self.side.is_some() {
            let store = Arc::clone(&self.store);
            tasks.spawn(census::count(
                store,
                Arc::clone(meters),
                self.closing.clone(),
            ));
        }
        if let Some(tls) = &self.tls {
            let renewal = Renewal {
                tls: Arc::clone(tls),
                asked: Arc::clone(&self.handle.renewal),
                store: Arc::clone(&self.store),
                base_url: self.base_url.as_str().to_owned(),
                meters: Arc::clone(meters),
            };
            tasks.spawn(renewal.run(self.closing.clone()));
        }
    }

    fn beside(&self, closing: &CancellationToken, tasks: &TaskTracker) -> Connections<Side> {
        let meters = &self.front.meters;
        Connections {
            door: Arc::new(Side {
                health: Arc::clone(&self.front.health),
                meters: Arc::clone(meters),
            }),
            tls: None,
            closing: closing.clone(),
            tasks: tasks.clone(),
            free: Arc::new(Semaphore::new(MAX_BESIDE)),
            doors: Doors::new(None),
            meters: Arc::clone(meters),
        }
    }
}

async fn accept_until(
    listener: TcpListener,
    connections: Connections<Side>,
    end: CancellationToken,
) {
    tokio::select! {
        () = accept_all(&listener, &connections) => {}
        () = end.cancelled() => {}
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), BindError> {
    let failed = |source| BindError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let local_addr = listener.local_addr().map_err(failed)?;
    Ok((listener, local_addr))
}

async fn accept_all<A: Answer>(listener: &TcpListener, connections: &Connections<A>) {
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

/// Whom the server trusts when it calls others.
fn trusted(config: &ServerConfig) -> Result<RootCertificates, BindError> {
    let Some(path) = &config.outgoing_authority else {
        return Ok(RootCertificates::Platform);
    };
    let text = std::fs::read(path).map_err(|source| BindError::OutgoingAuthority {
        path: path.clone(),
        source,
    })?;
    Ok(RootCertificates::PlatformAnd(vec![RootCertificate::pem(
        text,
    )]))
}

fn couriers(config: &ServerConfig, store: &Arc<dyn Store>) -> Result<Vec<Courier>, BindError> {
    let trusted = trusted(config)?;
    let courier = |destination| Courier::new(Arc::clone(store), destination, trusted.clone());
    let couriers: Result<_, _> = config.audit.destinations.iter().map(courier).collect();
    couriers.map_err(BindError::Outgoing)
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
    refusals: &Arc<Refusals>,
) -> Result<Arc<Issuer>, BindError> {
    store.first_tenant(config.clock.now()).await?;
    let rule = IssuerRule {
        clients: config.clients,
        base_url: base_url.as_str().to_owned(),
        rotation: config.key_rotation,
        guarded: config.limits != Limits::Off,
    };
    let fetch = HttpFetch::new(trusted(config)?).map_err(StartError::from)?;
    let issuer = Issuer::start(
        Arc::clone(store),
        Arc::clone(&config.clock),
        rule,
        Arc::new(fetch),
        Arc::clone(refusals),
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
    wake: &Arc<Wake>,
    closing: &CancellationToken,
) -> Result<Router, BindError> {
    if config.permissions == PermissionRule::Documented {
        tracing::warn!(
            "by the documented permissions, whoever may read machines may quarantine files"
        );
    }
    let (listening, others, ended) = (Arc::clone(wake), store.hear(), closing.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = ended.cancelled() => {}
            () = listening.listen(others) => {}
        }
    });
    let devices = Devices {
        store: Arc::clone(store),
        clock: Arc::clone(&config.clock),
        wake: Arc::clone(wake),
        refusals: Arc::clone(refusals),
        audience: store.server_name().await?,
        closing: closing.clone(),
    };
    let api = Api {
        store: Arc::clone(store),
        clock: Arc::clone(&config.clock),
        issuer: Arc::clone(issuer),
        hosts: hosts(config, base_url),
        throttle: Throttle::new(store, |rate| config.limits.quota(rate)),
        arrivals: config.arrivals.as_deref().map(arrivals).transpose()?,
        wake: Arc::clone(wake),
        permissions: config.permissions,
        duplicates: config.duplicates,
        unknown_file: config.unknown_file,
        sightings_kept: config.sightings_kept,
        blast_radius: config.blast_radius,
        fleet_sizes: FleetSizes::default(),
        ceiling: config.ceiling,
        refusals: Arc::clone(refusals),
    };
    let operations = Router::new()
        .fallback(api::answer)
        .with_state(Arc::new(api));
    Ok(devices::routes(Arc::new(devices))
        .method_not_allowed_fallback(api::wrong_method)
        .merge(operations))
}
