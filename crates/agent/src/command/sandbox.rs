//! `sandbox`: what the network half's walls are worth on this machine.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Output, Stdio};

use quell_terminal::{Exit, Failure, FormatFlag, Table};
use serde::{Deserialize, Serialize};

use super::place::PlaceFlag;
use crate::config::StateDir;
use crate::link::Launch;
use crate::network::{Attempt, Attempted};

/// The signal by which the kernel ends who makes a forbidden system call.
const SIGSYS: i32 = 31;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: PlaceFlag,
    #[command(flatten)]
    format: FormatFlag,
}

/// What came of all attempts.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sandbox {
    /// Whether every wall held.
    held: bool,
    attempts: Vec<Tried>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tried {
    attempt: Attempt,
    #[serde(flatten)]
    attempted: Attempted,
}

pub(super) fn run(arguments: &Arguments, before: Vec<OsString>) -> Result<Exit, Failure> {
    let state = arguments.place.open()?;
    let launch = Launch {
        before,
        after: Vec::new(),
    };
    let all = Attempt::ALL.into_iter();
    let attempts: Vec<Tried> = all
        .map(|attempt| tried(attempt, &launch, &state))
        .collect::<Result<_, _>>()?;
    let held = attempts.iter().all(|tried| tried.attempted.held);
    let sandbox = Sandbox { held, attempts };
    arguments.format.output.write(&sandbox, for_people)?;
    match held {
        true => Ok(Exit::Success),
        false => Ok(Exit::Failed),
    }
}

/// Makes one attempt in a process of its own, which the kernel may kill for it.
fn tried(attempt: Attempt, launch: &Launch, state: &StateDir) -> Result<Tried, Failure> {
    let name = clap::ValueEnum::to_possible_value(&attempt);
    let mut command = launch.command(std::process::id());
    command.arg("--attempt");
    command.arg(name.as_ref().map_or("", |name| name.get_name()));
    command.arg("--identity").arg(state.identity());
    command.arg("--vault").arg(state.vault());
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::fault("a network half cannot be started").because(&error))?;
    let attempted = outcome(&output).ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Failure::fault(format!("the network half tried nothing: {said}"))
    })?;
    Ok(Tried { attempt, attempted })
}

fn outcome(output: &Output) -> Option<Attempted> {
    match output.status.signal() {
        Some(SIGSYS) => Some(Attempted {
            held: true,
            detail: "killed by the kernel".to_owned(),
        }),
        _ => serde_json::from_slice(&output.stdout).ok(),
    }
}

fn for_people(sandbox: &Sandbox) -> String {
    let mut table = Table::new(&["ATTEMPT", "HELD", "WHY"]);
    for tried in &sandbox.attempts {
        let name = clap::ValueEnum::to_possible_value(&tried.attempt);
        let held = match tried.attempted.held {
            true => "yes",
            false => "NO",
        };
        let name = name.as_ref().map_or("", |name| name.get_name());
        table.row([name, held, &tried.attempted.detail]);
    }
    table.render("")
}
