//! A stage for the demo and the lab: a real server and a real agent as processes of their own, on
//! loopback, in one temporary directory, with samples to act on.
//!
//! The agent is confined twice: to files below the stage's directory, and to processes that descend
//! from this one. Whatever hash is asked for, nothing else can be touched. Everything that the stage
//! starts dies with this process, however it ends.

mod directory;
mod process;
mod readiness;

use std::path::{Path, PathBuf};
use std::time::Duration;

use quell::{Client, MachineId, Sha1, Timestamp};
use quell_protocol::{Sighting, WirePath};
use quell_server::admin::{Admin, AdminError, NewApplication, NewToken};
use quell_terminal::Failure;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::process::Child;

use crate::connection::Explained as _;
use crate::linux::sample::Sample;
use directory::Directory;
use process::Process;

/// The machine of the documentation's example, by which the stage's device is enrolled.
pub(crate) const MACHINE_ID: &str = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07";

/// How long a process of the stage may take to become ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the stage is made for.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The first word of the directory's name.
    pub(crate) name: &'static str,
    /// Where the server listens: a loopback address.
    pub(crate) listen: std::net::SocketAddr,
    /// Accept every client id and secret, with all permissions.
    pub(crate) any_client: bool,
}

/// The running stage.
#[derive(Debug)]
pub(crate) struct Stage {
    agent: Process,
    server: Process,
    samples: Vec<Child>,
    directory: Directory,
    admin: Admin,
    service: Service,
}

/// How to reach the stage's server.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    /// Where the API is.
    pub(crate) base_url: String,
    /// The tenant.
    pub(crate) tenant_id: String,
    /// The application with all permissions.
    pub(crate) client_id: String,
    /// Its secret.
    pub(crate) client_secret: SecretString,
}

impl Stage {
    /// Starts the server, registers an application, enrols the device and starts the agent.
    ///
    /// Must run on the main thread, to which the kernel ties the life of the processes.
    pub(crate) async fn open(plan: &Plan) -> Result<Self, Failure> {
        adopt_orphans()?;
        let directory = Directory::create(plan.name)?;
        let data = directory.subdirectory("server")?;
        directory.subdirectory("files")?;
        let mut server = Process::start_server(plan, &data, &directory)?;
        let ready = readiness::of_server(&mut server, PATIENCE).await?;
        let admin = Admin::open(&data).await.map_err(|error| cannot(&error))?;
        let service = register(&admin, ready.base_url).await?;
        let token = enrolment_token(&admin, &service.base_url).await?;
        process::enrol_agent(&directory, MACHINE_ID, &token).await?;
        let agent = Process::start_agent(&directory)?;
        Ok(Self {
            agent,
            server,
            samples: Vec::new(),
            directory,
            admin,
            service,
        })
    }

    /// How to reach the server.
    pub(crate) fn service(&self) -> &Service {
        &self.service
    }

    /// The directory whose files the agent may take.
    pub(crate) fn files(&self) -> PathBuf {
        self.directory.path().join("files")
    }

    /// Everything that the stage keeps on disk.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The device's id.
    pub(crate) fn machine_id() -> Result<MachineId, Failure> {
        MachineId::new(MACHINE_ID)
            .map_err(|error| Failure::fault("the stage's machine id is unusable").because(&error))
    }

    /// Starts `count` processes of the sample.
    pub(crate) fn start_sample(&mut self, sample: &Sample, count: usize) -> Result<(), Failure> {
        for _ in 0..count {
            let child = sample.start().map_err(|error| {
                Failure::fault(format!(
                    "the sample {} cannot be started",
                    sample.path().display()
                ))
                .because(&error)
                .next("if the temporary directory is mounted noexec, set TMPDIR to another one")
            })?;
            self.samples.push(child);
        }
        Ok(())
    }

    /// The samples that were started.
    pub(crate) fn samples(&mut self) -> &mut [Child] {
        &mut self.samples
    }

    /// A client for the stage's server, as any program would make it.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let Service {
            base_url,
            tenant_id,
            client_id,
            client_secret,
        } = &self.service;
        let service = quell::Service::custom(base_url, base_url).client_secret(
            tenant_id,
            client_id,
            client_secret.expose_secret(),
        );
        Client::builder()
            .service(service)
            .build()
            .map_err(|error| Failure::fault("the stage's server cannot be used").because(&error))
    }

    /// Waits until the device has told the server of the file, as the API shows it.
    pub(crate) async fn wait_until_seen(
        &mut self,
        client: &Client,
        sha1: Sha1,
    ) -> Result<(), Failure> {
        let machine = Self::machine_id()?;
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let machines = client.file(sha1).machines().await.explained()?;
            if machines.iter().any(|found| found.id == machine) {
                return Ok(());
            }
            self.still_running()?;
            if tokio::time::Instant::now() > deadline {
                return Err(self
                    .agent
                    .failure("the agent did not report the sample in time"));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Fails with the log of whichever process has ended by itself.
    pub(crate) fn still_running(&mut self) -> Result<(), Failure> {
        self.server.still_running()?;
        self.agent.still_running()
    }

    /// Lets a file count as seen on the device, though nobody has it: what the documentation's
    /// example needs to be answered like there.
    pub(crate) async fn pretend_to_have_seen(&self, sha1: Sha1) -> Result<(), Failure> {
        let sighting = Sighting {
            sha1,
            sha256: None,
            size: 0,
            path: WirePath::from_bytes(b"the documentation's example"),
            seen_at: Timestamp::from(std::time::SystemTime::now()),
            running: false,
            protection: None,
        };
        let machine = Self::machine_id()?;
        self.admin
            .add_sightings(&machine, vec![sighting])
            .await
            .map_err(|error| cannot(&error))
    }

    /// The protections that are off on this device, in words.
    pub(crate) async fn protections_off(&self) -> Result<Vec<String>, Failure> {
        let status = self.agent_command(&["status", "--output", "json"]).await?;
        let status: Value = serde_json::from_slice(&status)
            .map_err(|error| Failure::fault("the agent's status cannot be read").because(&error))?;
        let off = status
            .get("degraded")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        Ok(off
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect())
    }

    /// Goes on until the server or the agent ends by itself, which is a failure.
    pub(crate) async fn run_until_a_process_ends(&mut self) -> Result<(), Failure> {
        loop {
            self.still_running()?;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// The agent's command line for something on the vault, as an operator would type it.
    pub(crate) async fn agent_command(&self, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
        process::agent_command(&self.directory, arguments).await
    }

    /// Ends everything in order and removes the directory.
    pub(crate) async fn close(mut self) -> Result<(), Failure> {
        self.agent.end().await;
        for sample in &mut self.samples {
            // Already ended is what the demo is about.
            let _ = sample.kill().await;
        }
        self.server.end().await;
        self.directory.remove()
    }
}

/// Keeps what our children start among our descendants, even when a child ends: the agent may touch
/// nothing else.
fn adopt_orphans() -> Result<(), Failure> {
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
        .map_err(|error| Failure::fault("the stage cannot be closed off").because(&error))
}

/// An application with every permission that the main job and its neighbours need.
async fn register(admin: &Admin, base_url: String) -> Result<Service, Failure> {
    let permissions = [
        "Machine.StopAndQuarantine",
        "Machine.Read.All",
        "File.Read.All",
    ];
    let new = NewApplication {
        display_name: "quell".to_owned(),
        permissions: permissions.map(str::to_owned).to_vec(),
    };
    let added = admin
        .add_application(new)
        .await
        .map_err(|error| cannot(&error))?;
    Ok(Service {
        base_url,
        tenant_id: added.tenant_id,
        client_id: added.client_id,
        client_secret: added.secret.expose().to_owned().into(),
    })
}

async fn enrolment_token(admin: &Admin, base_url: &str) -> Result<String, Failure> {
    let new = NewToken {
        lifetime: PATIENCE,
        uses: 1,
        server_url: Some(base_url.to_owned()),
        authority: None,
    };
    Ok(admin
        .enrolment_token(new)
        .await
        .map_err(|error| cannot(&error))?
        .encode())
}

fn cannot(error: &AdminError) -> Failure {
    Failure::fault("the stage's server cannot be set up").because(error)
}
