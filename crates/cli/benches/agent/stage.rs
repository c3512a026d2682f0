//! A server, an agent, and somebody who may order.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use quell::ratelimit::Quota;
use quell::{Client, Limits, Service};
use quell_testkit::{Process, Setup, World, children_of};
use tokio::runtime::Runtime;

/// How often it is asked whether an action has ended.
const OFTEN: Duration = Duration::from_millis(5);
/// After it, whatever an action leaves to be done is done.
const PAUSE: Duration = Duration::from_millis(200);

/// Dropped, everything in it has ended and is gone.
pub(crate) struct Stage {
    pub(crate) world: World,
    agent: Option<Process>,
    client: Client,
    runtime: Runtime,
}

/// When an order was posted, and when its action was seen to have succeeded.
pub(crate) struct Ordered {
    pub(crate) posted: Instant,
    pub(crate) succeeded: Instant,
}

impl Stage {
    pub(crate) fn set() -> Self {
        let setup = Setup {
            limits: "off",
            allow_unknown_files: true,
            policy: "blast-radius.processes = 100000\n".to_owned(),
            ..Setup::default()
        };
        let mut world = World::of(env!("CARGO_BIN_EXE_quell"), setup);
        world.start_agent();
        let agent = world.take_agent();
        let application = world.responder();
        let service = Service::custom(world.base_url(), world.base_url()).client_secret(
            &application.tenant_id,
            &application.client_id,
            &application.client_secret,
        );
        let plenty: Quota = "1000000/60s".parse().expect("a quota");
        let client = Client::builder()
            .service(service)
            .limits(Limits::each(plenty))
            .build()
            .expect("the service is well formed");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime starts");
        Self {
            world,
            agent: Some(agent),
            client,
            runtime,
        }
    }

    /// Where the agent may take files from.
    pub(crate) fn files(&self) -> PathBuf {
        let files = self.world.files();
        files.canonicalize().expect("the directory is there")
    }

    pub(crate) fn agent_state(&self) -> PathBuf {
        self.world.agent_state()
    }

    /// The executor and the network half.
    pub(crate) fn agent_processes(&self) -> Vec<u32> {
        let executor = self.agent.as_ref().expect("the agent runs").id();
        let halves = children_of(executor).into_iter().map(|(id, _)| id);
        std::iter::once(executor).chain(halves).collect()
    }

    /// Ends the agent, and starts it as the function says.
    pub(crate) fn change_agent(&mut self, start: impl FnOnce(&mut World) -> Process) {
        let agent = self.agent.take().expect("the agent runs");
        agent.terminate();
        self.agent = Some(start(&mut self.world));
    }

    /// Orders the content away and waits until that is done. Before and after, nothing else goes on.
    pub(crate) fn quarantine(&self, sha1: &str) -> Ordered {
        std::thread::sleep(PAUSE);
        let posted = Instant::now();
        let ended = self.runtime.block_on(async {
            let machine = self.client.machine(self.world.machine_id());
            let action = machine.stop_and_quarantine_file(sha1, "benchmark").await;
            let action = action.expect("the request is accepted");
            let wait = self.client.action(&action).wait().intervals(OFTEN, OFTEN);
            wait.within(Duration::from_secs(60)).await
        });
        let succeeded = Instant::now();
        let ended = ended.expect("the action ends");
        assert!(ended.status.is_success(), "{ended:?}");
        Ordered { posted, succeeded }
    }
}

/// A directory of its own for what is measured without an agent.
pub(crate) fn scratch() -> tempfile::TempDir {
    let made = tempfile::Builder::new().prefix("quell-bench-").tempdir();
    made.expect("a directory can be made")
}

/// A new directory in this one.
pub(crate) fn directory_in(parent: &Path, name: &str) -> PathBuf {
    let directory = parent.join(name);
    std::fs::create_dir(&directory).expect("the name is free");
    directory
}

/// What the agent had and what it had not.
pub(crate) fn privileges() -> &'static str {
    if rustix::process::geteuid().is_root() {
        "Run as root: the agent had its gate and its leases."
    } else {
        "Not run as root: the agent had no gate (fanotify), could not freeze control groups, and read every file twice that it could not lease."
    }
}
