//! `quell lab`: the API on loopback with a real device behind it, for people who write clients.

mod advance;
mod ready;
mod reinfect;
mod simulated;
mod table;

use std::convert::Infallible;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use quell_simulator::{Fleet, Simulation};
use quell_terminal::{Exit, Failure, Format, FormatFlag, Interrupt};

use super::sample::Sample;
use super::stage::{Ground, Hurry, Plan, Stage};
use crate::commands::serve;

/// The hash of the documentation's example. Nobody has such a file; the device answers that.
const DOCUMENTED_SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";
/// How many processes of the sample run.
const PROCESSES: usize = 3;

/// What the command takes.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    lab: Lab,
}

/// What is asked of a lab that runs.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Move the clock of a running lab forward: three days pass at once
    Advance(advance::Arguments),
}

/// What a lab is made of.
#[derive(Debug, clap::Args)]
struct Lab {
    /// Where to listen: a loopback address; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Speak https, by the certificate of an authority that is made now and thrown away with the lab
    ///
    /// Nothing trusts it by itself: its file is printed, with the variables by which clients of
    /// several languages are told of it.
    #[arg(long)]
    tls: bool,
    /// Accept every client id and secret, with all permissions
    #[arg(long)]
    any_client: bool,
    /// Which permissions operations ask for: observed, documented or documented-2021-03, as with
    /// `quell serve`
    #[arg(long, value_name = "READING", default_value = "observed", value_parser = |text: &str| serve::checked("permissions", text))]
    permissions: String,
    /// Calls an application may make of one operation, for instance 3/60s,20/3600s, or off
    #[arg(long, value_name = "LIMITS", default_value = "100/60s,1500/3600s", value_parser = |text: &str| serve::checked("limits", text))]
    limits: String,
    /// Add a line for every call to this file: seconds since the start, application, operation, status
    ///
    /// The seconds, with microseconds, are those of the arrival; the line is written when the call is
    /// answered. What the file holds already stays.
    #[arg(long, value_name = "FILE")]
    arrivals: Option<PathBuf>,
    /// How many times as fast as others the server's clock goes; `quell lab advance` moves it at once
    ///
    /// Tokens, actions and sightings age by it; limits count seconds that really pass.
    #[arg(long, value_name = "N", default_value = "1")]
    clock_rate: NonZeroU32,
    /// Put the sample back and run it again after each finished action, at most once a second
    #[arg(long)]
    reinfect: bool,
    /// How often the sample is put back before it stays away
    #[arg(long, value_name = "N", default_value = "100", requires = "reinfect")]
    reinfect_limit: u32,
    /// Run even as root
    #[arg(long)]
    as_root: bool,
    #[command(flatten)]
    format: FormatFlag,
    #[command(flatten)]
    simulated: simulated::Flags,
}

/// A lab that is set up.
struct Running {
    stage: Stage,
    devices: Option<Devices>,
}

/// Its simulated devices, enrolled and silent.
struct Devices {
    fleet: Arc<Fleet>,
    simulation: Simulation,
}

/// Runs until it is interrupted.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    match &arguments.command {
        Some(Command::Advance(arguments)) => advance::run(arguments).await,
        None => arguments.lab.run().await,
    }
}

impl Lab {
    async fn run(&self) -> Result<Exit, Failure> {
        self.refuse_what_is_unsafe()?;
        let mut interrupt = Interrupt::listen()?;
        let Some(running) = interrupt.unless(Box::pin(self.open())).await else {
            return Ok(Exit::Success);
        };
        let Running { mut stage, devices } = running?;
        let ran = interrupt
            .unless(Box::pin(self.serve(
                &mut stage,
                devices,
                self.format.output,
            )))
            .await;
        let closed = stage.close().await;
        ran.transpose()?;
        closed?;
        Ok(Exit::Success)
    }

    fn refuse_what_is_unsafe(&self) -> Result<(), Failure> {
        if !self.listen.ip().is_loopback() {
            return Err(Failure::usage(format!("{} is no loopback address", self.listen))
                .next("the lab knows one secret and has devices that do what anyone asks: use 127.0.0.1 or [::1]; `quell serve` is for networks"));
        }
        if rustix::process::geteuid().is_root() && !self.as_root {
            return Err(Failure::new(
                Exit::Refused,
                "the lab does not need root and is safer without",
            )
            .next("run it as an ordinary user, or add --as-root"));
        }
        Ok(())
    }

    async fn open(&self) -> Result<Running, Failure> {
        let fleet = self.simulated.fleet()?;
        if let Some(fleet) = &fleet {
            simulated::allow_open_files(fleet)?;
        }
        let ground = Ground::lay(&self.plan(fleet.is_some())).await?;
        let devices = match fleet {
            None => None,
            Some(fleet) => Some(Devices {
                simulation: simulated::enrol(&ground, &fleet).await?,
                fleet,
            }),
        };
        let stage = Stage::on(ground).await?;
        Ok(Running { stage, devices })
    }

    fn plan(&self, has_devices: bool) -> Plan {
        let mut options: Vec<OsString> = vec!["--limits".into(), self.limits.clone().into()];
        options.extend(["--permissions".into(), self.permissions.clone().into()]);
        if let Some(file) = &self.arrivals {
            options.extend(["--arrivals".into(), file.into()]);
        }
        if self.any_client {
            options.push("--any-client".into());
        }
        Plan {
            name: "lab",
            listen: self.listen,
            tls: self.tls,
            hurry: Some(Hurry {
                rate: self.clock_rate,
                behind: if has_devices {
                    simulated::AWAY
                } else {
                    Duration::ZERO
                },
            }),
            options,
        }
    }

    async fn serve(
        &self,
        stage: &mut Stage,
        devices: Option<Devices>,
        format: Format,
    ) -> Result<Infallible, Failure> {
        let sample = Sample::create(&stage.files())
            .map_err(|error| Failure::fault("the sample cannot be made").because(&error))?;
        let sha1 = sample.sha1();
        stage.start_sample(&sample, PROCESSES)?;
        stage.wait_until_seen(sha1).await?;
        let documented =
            DOCUMENTED_SHA1
                .parse()
                .map_err(|error: quell_model::ParseSha1Error| {
                    Failure::fault("the documentation's example cannot be set up").because(&error)
                })?;
        stage.pretend_to_have_seen(documented).await?;
        ready::announce(
            stage,
            &sample,
            devices.as_ref().map(|d| d.fleet.as_ref()),
            format,
        )?;
        let limit = if self.reinfect {
            self.reinfect_limit
        } else {
            0
        };
        tokio::select! {
            ended = reinfect::run(stage, &sample, limit) => ended,
            ended = simulate(devices, self.reinfect) => ended,
        }
    }
}

/// Lets the simulated devices live; fails when they cannot.
async fn simulate(devices: Option<Devices>, reinfected: bool) -> Result<Infallible, Failure> {
    if let Some(Devices { simulation, .. }) = devices {
        let lived = simulation.reinfected(reinfected).run().await;
        lived
            .map_err(|error| Failure::fault("the simulated devices cannot live").because(&error))?;
    }
    // None is left; the real one is.
    std::future::pending().await
}
