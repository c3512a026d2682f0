//! `pause` and `resume`: the machine's owner holds the agent back, whatever its server orders.

use std::time::SystemTime;

use quell_model::Timestamp;
use quell_terminal::{Exit, Failure, FormatFlag};
use serde::Serialize;

use super::place::PlaceFlag;
use crate::config::{self, StateDir};
use crate::engine::degraded;

#[derive(Debug, clap::Args)]
pub(super) struct Pause {
    /// Why, for whoever asks the agent's status; the server is told too
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    place: PlaceFlag,
    #[command(flatten)]
    format: FormatFlag,
}

#[derive(Debug, clap::Args)]
pub(super) struct Resume {
    #[command(flatten)]
    place: PlaceFlag,
    #[command(flatten)]
    format: FormatFlag,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    paused: bool,
    /// Whether it was otherwise before.
    changed: bool,
}

pub(super) fn pause(arguments: &Pause) -> Result<Exit, Failure> {
    let state = arguments.place.open()?;
    let changed = state.paused().is_none();
    let pause = config::Pause {
        since: Some(Timestamp::from(SystemTime::now())),
        reason: arguments.reason.clone(),
    };
    state
        .pause(&pause)
        .map_err(|error| Failure::fault("the agent cannot be paused").because(&error))?;
    let held = Held {
        paused: true,
        changed,
    };
    arguments.format.output.write(&held, |_| {
        "paused: nothing is begun until `quell-agent resume`; what is under way is finished\n"
            .into()
    })?;
    Ok(Exit::Success)
}

pub(super) fn resume(arguments: &Resume) -> Result<Exit, Failure> {
    let state = arguments.place.open()?;
    let changed = state
        .resume()
        .map_err(|error| Failure::fault("the agent cannot be resumed").because(&error))?;
    let held = Held {
        paused: false,
        changed,
    };
    arguments
        .format
        .output
        .write(&held, |held| match held.changed {
            true => "resumed: what waited is carried out now, unless it has expired\n".into(),
            false => "the agent was not paused\n".into(),
        })?;
    Ok(Exit::Success)
}

/// The protections that are off, and the pause if there is one: the server shows both.
pub(super) fn degraded_or_paused(state: &StateDir) -> Vec<String> {
    let said = |reason: &Option<String>| reason.as_deref().map(|text| format!(": {text}"));
    let paused = state.paused().map(|pause| {
        let reason = said(&pause.reason).unwrap_or_default();
        format!("paused by the machine's owner, nothing is begun{reason}")
    });
    degraded().into_iter().chain(paused).collect()
}
