//! `thaw`: let everybody go on whom an agent that is gone left stopped.

use quell_terminal::{Exit, Failure, FormatFlag, Table};
use serde::Serialize;

use super::place::PlaceFlag;
use crate::engine::{EngineError, JournalError};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: PlaceFlag,
    #[command(flatten)]
    format: FormatFlag,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Thawed {
    /// Processes that were noted as stopped.
    processes: usize,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let processes =
        crate::engine::thaw(&arguments.place.path()?).map_err(|error| failure(&error))?;
    let thawed = Thawed { processes };
    arguments.format.output.write(&thawed, for_people)?;
    Ok(Exit::Success)
}

fn failure(error: &EngineError) -> Failure {
    match error {
        EngineError::Journal(in_use @ JournalError::InUse(_)) => Failure::of(Exit::Refused, in_use)
            .next("nothing needs to be done: an agent that runs lets everybody go on itself"),
        EngineError::Journal(ending @ JournalError::Ending { .. }) => {
            Failure::of(Exit::Refused, ending)
                .next("try again once it has ended; it may be waiting for a disk (state D in ps)")
        }
        EngineError::StillFrozen(_) => Failure::of(Exit::Fault, error)
            .next("write 0 to its file cgroup.freeze, or THAWED to freezer.state, and try again"),
        _ => Failure::of(Exit::Fault, error).next(
            "look for stopped processes (state T) with ps, and let them go on with kill -CONT",
        ),
    }
}

fn for_people(thawed: &Thawed) -> String {
    let mut table = Table::of_properties();
    table.row(["processes", &thawed.processes.to_string()]);
    table.render("")
}
