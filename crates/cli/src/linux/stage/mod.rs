//! A stage for the demo and the lab: a real server and a real agent as processes of their own, on
//! loopback, in one temporary directory, with samples to act on.
//!
//! The agent is confined twice: to files below the stage's directory, and to processes that descend
//! from this one. Whatever hash is asked for, nothing else can be touched. Everything that the stage
//! starts dies with this process, however it ends.

mod authority;
mod directory;
mod ground;
mod process;
mod readiness;

use std::path::{Path, PathBuf};
use std::time::Duration;

use quell::{Client, MachineId, Sha1, Timestamp};
use quell_protocol::{Sighting, WirePath};
use quell_server::admin::AdminError;
use quell_terminal::Failure;
use serde_json::Value;
use tokio::process::Child;

use crate::linux::sample::Sample;
pub(crate) use ground::{Ground, Hurry, Plan, Service};
use process::Process;

/// The machine of the documentation's example, by which the stage's device is enrolled.
pub(crate) const MACHINE_ID: &str = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07";

/// How long a process of the stage may take to become ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// The running stage.
#[derive(Debug)]
pub(crate) struct Stage {
    agent: Process,
    samples: Vec<Child>,
    ground: Ground,
}

impl Stage {
    /// Starts the server, registers an application, enrols the device and starts the agent.
    ///
    /// Must run on the main thread, to which the kernel ties the life of the processes.
    pub(crate) async fn open(plan: &Plan) -> Result<Self, Failure> {
        Self::on(Ground::lay(plan).await?).await
    }

    /// Enrols the device with a server that runs already, and starts the agent.
    ///
    /// Must run on the main thread, to which the kernel ties the life of the processes.
    pub(crate) async fn on(ground: Ground) -> Result<Self, Failure> {
        let token = ground.enrolment_token(1).await?;
        process::enrol_agent(ground.directory(), MACHINE_ID, &token.encode()).await?;
        let agent = Process::start_agent(ground.directory())?;
        Ok(Self {
            agent,
            samples: Vec::new(),
            ground,
        })
    }

    /// How to reach the server.
    pub(crate) fn service(&self) -> &Service {
        self.ground.service()
    }

    /// Where the server's clock is moved, if it can be.
    pub(crate) fn control(&self) -> Option<&Path> {
        self.ground.control()
    }

    /// The server's data directory, for `quell server …`.
    pub(crate) fn data(&self) -> PathBuf {
        self.ground.data()
    }

    /// The directory whose files the agent may take.
    pub(crate) fn files(&self) -> PathBuf {
        self.ground.files()
    }

    /// Everything that the stage keeps on disk.
    pub(crate) fn directory(&self) -> &Path {
        self.ground.directory().path()
    }

    /// The device's id.
    pub(crate) fn machine_id() -> Result<MachineId, Failure> {
        MachineId::new(MACHINE_ID)
            .map_err(|error| Failure::fault("the stage's machine id is unusable").because(&error))
    }

    /// Starts processes of the sample until `count` run.
    ///
    /// Must be called on the main thread, to which the kernel ties the life of the processes.
    pub(crate) fn start_sample(&mut self, sample: &Sample, count: usize) -> Result<(), Failure> {
        while self.samples.len() < count {
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

    /// Forgets the samples that have ended, and says how many run.
    pub(crate) fn still_sampling(&mut self) -> usize {
        self.samples
            .retain_mut(|sample| matches!(sample.try_wait(), Ok(None)));
        self.samples.len()
    }

    /// The samples that were started.
    pub(crate) fn samples(&mut self) -> &mut [Child] {
        &mut self.samples
    }

    /// A client for the stage's server, as any program would make it.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        self.ground.client()
    }

    /// Waits until the device has told the server of the file. It asks the store, for a call of the API
    /// would count against the limits of whoever tries them out.
    pub(crate) async fn wait_until_seen(&mut self, sha1: Sha1) -> Result<(), Failure> {
        let machine = Self::machine_id()?;
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let seen = self.ground.admin().has_sighted(&machine, sha1).await;
            if seen.map_err(|error| cannot(&error))? {
                return Ok(());
            }
            self.still_running()?;
            if tokio::time::Instant::now() > deadline {
                return Err(self
                    .agent
                    .failure("the agent did not report the sample in time"));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Whether an action of the device has not ended.
    pub(crate) async fn has_open_action(&self) -> Result<bool, Failure> {
        let machine = Self::machine_id()?;
        let open = self.ground.admin().has_open_action(&machine).await;
        open.map_err(|error| cannot(&error))
    }

    /// Fails with the log of whichever process has ended by itself.
    pub(crate) fn still_running(&mut self) -> Result<(), Failure> {
        self.ground.still_running()?;
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
        self.ground
            .admin()
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

    /// The agent's command line for something on the vault, as an operator would type it.
    pub(crate) async fn agent_command(&self, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
        process::agent_command(self.ground.directory(), arguments).await
    }

    /// Ends everything in order and removes the directory.
    pub(crate) async fn close(mut self) -> Result<(), Failure> {
        self.agent.end().await;
        for sample in &mut self.samples {
            // Already ended is what the demo is about.
            let _ = sample.kill().await;
        }
        self.ground.close().await
    }
}

fn cannot(error: &AdminError) -> Failure {
    Failure::fault("the stage's server cannot be set up").because(error)
}
