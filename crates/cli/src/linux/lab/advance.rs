//! `quell lab advance`.

use std::path::PathBuf;

use quell_terminal::{Exit, Failure, FormatFlag, Span};

use crate::hurry;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// How far, for instance 90s, 6h or 3d
    by: Span,
    /// Which lab: what it printed as QUELL_LAB
    #[arg(long = "lab", value_name = "SOCKET", env = "QUELL_LAB")]
    control: PathBuf,
    #[command(flatten)]
    format: FormatFlag,
}

/// Moves the clock; what follows from it has happened when this returns.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let shows = hurry::advance(&arguments.control, arguments.by.duration()).await?;
    arguments.format.output.write(&shows, |shows| {
        format!("The lab's clock shows {}.\n", shows.now)
    })?;
    Ok(Exit::Success)
}
