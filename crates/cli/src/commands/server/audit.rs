//! `quell server audit`.

mod archive;
mod export;
mod head;
mod list;
mod verify;

use quell::Timestamp;
use quell_server::admin::{Admin, TrailFilter};
use quell_terminal::{Exit, Failure, Format};

/// What to do with the audit trail.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Say whether the trail is as it was written, and name the first entry that is not
    Verify(verify::Arguments),
    /// Show the last entries
    List(list::Arguments),
    /// Write entries to standard output, one JSON document a line
    Export(export::Arguments),
    /// Show where the trail ends, signed: keep it elsewhere, for `verify --head`
    Head(head::Arguments),
    /// Move old entries to a file, and sign where the trail goes on
    Archive(archive::Arguments),
}

/// Which entries.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Filter {
    /// Not older than this moment, for instance 2026-03-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Older than this moment
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// About this machine
    #[arg(long, value_name = "ID")]
    machine: Option<String>,
    /// About this file
    #[arg(long, value_name = "HASH")]
    sha1: Option<String>,
    /// About this action
    #[arg(long, value_name = "ID")]
    action: Option<String>,
    /// Of this kind, for instance ActionTaken or FileLookedUp
    #[arg(long, value_name = "NAME")]
    deed: Option<String>,
}

impl Filter {
    fn filter(&self) -> TrailFilter {
        TrailFilter {
            since: self.since,
            until: self.until,
            machine: self.machine.clone(),
            file: self.sha1.clone(),
            action: self.action.clone(),
            deed: self.deed.clone(),
        }
    }
}

/// A file that can be verified without any server.
pub(super) fn needs_no_data(command: &Command) -> bool {
    matches!(command, Command::Verify(arguments) if arguments.reads_a_file())
}

/// Verifies a file.
pub(super) fn run_without_data(command: &Command, format: Format) -> Result<Exit, Failure> {
    match command {
        Command::Verify(arguments) => verify::file(arguments, format),
        _ => Err(Failure::usage("which server? --data is missing")),
    }
}

/// Does it.
pub(super) async fn run(command: &Command, admin: &Admin, format: Format) -> Result<Exit, Failure> {
    match command {
        Command::Verify(arguments) => verify::run(arguments, admin, format).await,
        Command::List(arguments) => list::run(arguments, admin, format).await,
        Command::Export(arguments) => export::run(arguments, admin).await,
        Command::Head(arguments) => head::run(arguments, admin, format).await,
        Command::Archive(arguments) => archive::run(arguments, admin, format).await,
    }
}
