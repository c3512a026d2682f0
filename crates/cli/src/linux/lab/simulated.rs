//! The lab's simulated devices.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use quell_simulator::{Fleet, Profile, Seed, Share, Simulation};
use quell_terminal::{Failure, Span};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::connection::read_text;
use crate::hurry;
use crate::linux::stage::Ground;

/// How long ago devices that are offline were heard of: long enough to be `Inactive`.
pub(super) const AWAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The most devices: each has a connection at either end, and the lab is one process.
const MAX_DEVICES: u32 = 100_000;
/// The open files that everything but devices may need.
const OTHER_FILES: u64 = 256;

/// What the command takes for them.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Simulated devices")]
pub(super) struct Flags {
    /// How many simulated devices there are beside the real one; 20 show everything
    #[arg(long, value_name = "N", default_value = "0", value_parser = clap::value_parser!(u32).range(..=i64::from(MAX_DEVICES)))]
    devices: u32,
    /// How they behave: `every` (one for each thing that can happen, then ordinary ones), `ordinary`,
    /// or a file
    #[arg(
        long,
        value_name = "NAME|FILE",
        default_value = "every",
        requires = "devices"
    )]
    device_profile: String,
    /// What names, ids, hashes and behaviours are drawn from: the same seed, the same devices
    #[arg(long, value_name = "NUMBER", default_value = "1", requires = "devices")]
    seed: u64,
    /// On how many of the ordinary devices the common file was seen
    #[arg(
        long,
        value_name = "SHARE",
        default_value = "30%",
        requires = "devices"
    )]
    seen: Share,
    /// How long the slow device takes
    #[arg(long, value_name = "SPAN", default_value = "30s", requires = "devices")]
    slow: Span,
}

impl Flags {
    /// Who the devices are; `None` without any.
    pub(super) fn fleet(&self) -> Result<Option<Arc<Fleet>>, Failure> {
        let Some(count) = usize::try_from(self.devices)
            .ok()
            .filter(|count| *count > 0)
        else {
            return Ok(None);
        };
        let profile = self.profile()?;
        let fleet = Fleet::plan(&profile, count, self.seen, Seed::new(self.seed));
        Ok(Some(Arc::new(fleet)))
    }

    fn profile(&self) -> Result<Profile, Failure> {
        match self.device_profile.as_str() {
            "every" => Ok(Profile::every(self.slow.duration())),
            "ordinary" => Ok(Profile::ordinary()),
            file => read(Path::new(file)),
        }
    }
}

fn read(file: &Path) -> Result<Profile, Failure> {
    let unusable = || format!("the device profile {} cannot be used", file.display());
    let text = read_text(file).map_err(|error| {
        Failure::usage(unusable())
            .because(&error)
            .next("the built-in profiles are `every` and `ordinary`")
    })?;
    Profile::from_toml(&text).map_err(|error| {
        Failure::usage(unusable())
            .because(&error)
            .next("docs/guide/lab.md has an example")
    })
}

/// Lets the system give this process, and those that it starts, an open file for each device.
pub(super) fn allow_open_files(fleet: &Fleet) -> Result<(), Failure> {
    let needed = (fleet.members().len() as u64).saturating_add(OTHER_FILES);
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let enough = limit.maximum.is_none_or(|most| most >= needed);
    if !enough || setrlimit(Resource::Nofile, raised).is_err() {
        let count = fleet.members().len();
        return Err(Failure::usage(format!(
            "{count} devices need {needed} open files, more than the system allows this process"
        ))
        .next("raise the limit (`ulimit -Hn`), or take fewer devices"));
    }
    Ok(())
}

/// Enrols them all. Those that are offline are enrolled first, by a clock that is then moved forward:
/// they were heard of a day ago.
pub(super) async fn enrol(ground: &Ground, fleet: &Arc<Fleet>) -> Result<Simulation, Failure> {
    let cannot = |error: &quell_simulator::SimulationError| {
        Failure::fault("the simulated devices cannot be enrolled").because(error)
    };
    let uses = u32::try_from(fleet.members().len()).unwrap_or(u32::MAX);
    let token = ground.enrolment_token(uses).await?;
    let simulation = Simulation::new(Arc::clone(fleet), &token).map_err(|error| cannot(&error))?;
    let away = simulation.enrol(|member| !simulation.is_online(member));
    away.await.map_err(|error| cannot(&error))?;
    if let Some(control) = ground.control() {
        hurry::advance(control, AWAY).await?;
    }
    let present = simulation.enrol(|member| simulation.is_online(member));
    present.await.map_err(|error| cannot(&error))?;
    Ok(simulation)
}
