//! Letting simulated machines speak: enrolment, and then a life of holds and reports.

mod life;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant, SystemTime};

use quell_model::{ActionId, MachineId};
use quell_protocol::route::{self, MAX_BODY, MAX_HOLD_SECONDS};
use quell_protocol::{EnrolRequest, EnrolResponse, EnrolmentToken, Inventory, ProtocolVersion};
use quell_transport::{
    BuildError, Endpoint, EndpointError, HyperTransport, Proxy, RootCertificate, RootCertificates,
    SharedTransport, TransportOptions,
};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::duty::Duty;
use crate::fleet::{Fleet, Member};
use crate::key::Key;
use crate::link::{Link, LinkError, Server};
use crate::machine;
use crate::profile::Connection;
use life::Life;

/// What an answer may take beyond the time that the server was asked to wait.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many machines enrol at once.
const ENROLLING: usize = 64;
/// How many machines share the connections of one carrier: over HTTP/2 their holds are streams of one
/// connection, of which a server takes only so many.
const SHARING: usize = 48;
/// The time between two machines' first holds, so that thousands do not connect in one moment.
const STAGGER: Duration = Duration::from_micros(200);

/// What happens, told as it does: for measurements.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happening {
    /// A machine was handed an action.
    Handed {
        /// Which machine.
        machine: MachineId,
        /// Which action.
        action: ActionId,
        /// When.
        at: Instant,
    },
    /// The server took a machine's word on an action.
    Reported {
        /// Which machine.
        machine: MachineId,
        /// Which action.
        action: ActionId,
        /// When.
        at: Instant,
    },
}

/// Whom it is told.
pub type Observer = mpsc::UnboundedSender<Happening>;

/// The machines of a fleet, and the server that they speak to.
#[derive(Debug)]
pub struct Simulation {
    fleet: Arc<Fleet>,
    server: Arc<Server>,
    carriers: Vec<SharedTransport>,
    secret: Arc<str>,
    reinfected: bool,
    observer: Option<Observer>,
}

/// The machines cannot be let in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// The token's server cannot be spoken to.
    #[error("the token's server address cannot be used")]
    Server(#[from] EndpointError),
    /// The token's authority cannot be used.
    #[error("the token's certificate authority cannot be used")]
    Authority(#[from] BuildError),
    /// A machine was not enrolled.
    #[error("the machine {machine} was not enrolled")]
    Enrol {
        /// Which.
        machine: MachineId,
        /// Why.
        source: LinkError,
    },
    /// Enrolment ended before it was done.
    #[error("enrolment was cut short")]
    CutShort,
}

impl Simulation {
    /// The fleet, and the server of this enrolment token, which must let as many machines in.
    ///
    /// # Errors
    /// [`SimulationError`] when the server cannot be spoken to.
    pub fn new(fleet: Arc<Fleet>, token: &EnrolmentToken) -> Result<Self, SimulationError> {
        let endpoint: Endpoint = token.server.parse()?;
        let longest = Duration::from_secs(MAX_HOLD_SECONDS.into()) + PATIENCE;
        let mut options = TransportOptions::default()
            .with_proxy(Proxy::Direct)
            .with_first_byte_timeout(longest)
            .with_total_timeout(longest)
            .with_body_cap(MAX_BODY);
        if let Some(authority) = token.authority_der() {
            let root = RootCertificate::der(authority);
            options = options.with_roots(RootCertificates::Only(vec![root]));
        }
        let carriers = match endpoint.url().scheme() {
            "https" => fleet.members().len().div_ceil(SHARING).max(1),
            _ => 1,
        };
        let carriers = (0..carriers)
            .map(|_| HyperTransport::new(&options).map(SharedTransport::from))
            .collect::<Result<_, _>>()?;
        let started = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Ok(Self {
            server: Arc::new(Server {
                endpoint,
                audience: token.audience.clone(),
                run: format!("{:x}", started.as_nanos()),
                proofs: AtomicU64::new(0),
            }),
            carriers,
            fleet,
            secret: token.secret().into(),
            reinfected: false,
            observer: None,
        })
    }

    /// Lets every file that a machine takes away come back at once.
    #[must_use]
    pub fn reinfected(mut self, reinfected: bool) -> Self {
        self.reinfected = reinfected;
        self
    }

    /// Tells `observer` what happens.
    #[must_use]
    pub fn observed_by(mut self, observer: Observer) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Enrols those machines of the fleet that `which` chooses, and lets them tell of their files.
    ///
    /// # Errors
    /// [`SimulationError::Enrol`] for the first that the server does not let in.
    pub async fn enrol(
        &self,
        which: impl Fn(&Member) -> bool + Send + Sync,
    ) -> Result<(), SimulationError> {
        let places = Arc::new(Semaphore::new(ENROLLING));
        let mut enrolling = JoinSet::new();
        for member in self.fleet.members().iter().filter(|member| which(member)) {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return Err(SimulationError::CutShort);
            };
            let newcomer = self.newcomer(member)?;
            enrolling.spawn(async move {
                let enrolled = newcomer.enrol().await;
                drop(place);
                enrolled
            });
            while let Some(enrolled) = enrolling.try_join_next() {
                enrolled.map_err(|_| SimulationError::CutShort)??;
            }
        }
        while let Some(enrolled) = enrolling.join_next().await {
            enrolled.map_err(|_| SimulationError::CutShort)??;
        }
        Ok(())
    }

    /// Whether a machine ever asks for orders.
    #[must_use]
    pub fn is_online(&self, member: &Member) -> bool {
        let kind = self.fleet.kind(member);
        kind.is_some_and(|kind| kind.behavior.connection != Connection::Offline)
    }

    /// Lets every machine that is not offline hold for orders and carry them out; never ends while any
    /// does. Dropped, it takes them all with it.
    ///
    /// # Errors
    /// [`SimulationError::CutShort`] when a machine has no key.
    pub async fn run(self) -> Result<(), SimulationError> {
        let mut lives = JoinSet::new();
        for member in self.fleet.members().iter().filter(|m| self.is_online(m)) {
            let life = Life {
                link: self.link(member)?,
                duty: self.duty(member),
                observer: self.observer.clone(),
                seed: self.fleet.seed,
                index: member.index,
            };
            lives.spawn(life.live());
            tokio::time::sleep(STAGGER).await;
        }
        while lives.join_next().await.is_some() {}
        Ok(())
    }

    fn link(&self, member: &Member) -> Result<Link, SimulationError> {
        let key = Key::of(&self.fleet.seed.bytes("key", member.index));
        let carrier = member.index.checked_rem(self.carriers.len());
        let carrier = carrier.and_then(|index| self.carriers.get(index));
        let (Some(key), Some(transport)) = (key, carrier) else {
            return Err(SimulationError::CutShort);
        };
        Ok(Link {
            server: Arc::clone(&self.server),
            transport: transport.clone(),
            machine: member.id.clone(),
            key,
        })
    }

    fn duty(&self, member: &Member) -> Duty {
        let kind = self.fleet.kind(member);
        Duty::new(
            member.id.clone(),
            self.server.run.clone(),
            kind.map(|kind| kind.behavior).unwrap_or_default(),
            self.fleet.paths_of(member),
            self.reinfected,
        )
    }

    fn newcomer(&self, member: &Member) -> Result<Newcomer, SimulationError> {
        let link = self.link(member)?;
        let kind = self.fleet.kind(member).ok_or(SimulationError::CutShort)?;
        let on_windows = machine::is_windows(kind);
        let facts = machine::facts(kind, &member.dns_name, member.index);
        let now = SystemTime::now().into();
        let seen = self.fleet.files_of(member);
        Ok(Newcomer {
            request: EnrolRequest {
                protocol_version: ProtocolVersion::CURRENT,
                secret: self.secret.to_string(),
                machine_id: member.id.clone(),
                public_key: link.key.public(),
                machine: facts.clone(),
            },
            inventory: Inventory {
                protocol_version: ProtocolVersion::CURRENT,
                machine: facts,
                complete: true,
                sightings: seen.map(|file| file.sighting(on_windows, now)).collect(),
            },
            link,
        })
    }
}

/// A machine that is not enrolled yet.
struct Newcomer {
    link: Link,
    request: EnrolRequest,
    inventory: Inventory,
}

impl Newcomer {
    async fn enrol(self) -> Result<(), SimulationError> {
        let told = async {
            let _: EnrolResponse = self.link.ask(route::ENROL, &self.request).await?;
            self.link.tell(route::INVENTORY, &self.inventory).await
        };
        told.await
            .map(drop)
            .map_err(|source| SimulationError::Enrol {
                machine: self.link.machine.clone(),
                source,
            })
    }
}
