//! `run`: take orders and carry them out.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use quell_terminal::lifeline::die_with_parent;
use quell_terminal::{Exit, Failure, Span};

use super::daemon::{self, Task};
use super::log::LogFlags;
use super::place::PlaceFlag;
use super::policy::PolicyFlag;
use super::{privileges, roots};
use crate::find::{ProcessIdentity, Scope};
use crate::inventory::Intervals;
use crate::link::{Identity, Launch};
use crate::sys::process_stat::ProcessStat;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A directory below which files are looked for and taken; may be given several times
    #[arg(long = "root", value_name = "PATH", default_value = "/")]
    roots: Vec<PathBuf>,
    /// Examine and stop only processes that this process started, at any remove
    #[arg(long, value_name = "PID")]
    confine_to_descendants_of: Option<u32>,
    /// Be killed when the parent process ends; with a process id, make sure that it is the parent
    #[arg(long, value_name = "PID", num_args = 0..=1)]
    #[expect(
        clippy::option_option,
        reason = "clap's own form for an option with an optional value"
    )]
    die_with_parent: Option<Option<u32>>,
    /// How often to look at what runs
    #[arg(long, value_name = "TIME", default_value = "5s")]
    inventory_interval: Span,
    /// How often to tell all files below the roots, at the latest
    #[arg(long, value_name = "TIME", default_value = "6h")]
    roots_interval: Span,
    /// Change the machine's key when it is so old
    #[arg(long, value_name = "TIME", default_value = "90d")]
    key_lifetime: Span,
    #[command(flatten)]
    policy: PolicyFlag,
    #[command(flatten)]
    place: PlaceFlag,
    #[command(flatten)]
    log: LogFlags,
}

pub(super) fn run(arguments: &Arguments, before: Vec<OsString>) -> Result<Exit, Failure> {
    if let Some(expected) = arguments.die_with_parent {
        die_with_parent(expected).map_err(|error| {
            Failure::fault("this process cannot be tied to its parent").because(&error)
        })?;
    }
    arguments.log.start();
    privileges::keep_what_is_needed().map_err(|error| {
        Failure::fault("the agent cannot give up what it has no use for").because(&error)
    })?;
    let scope = scope(arguments)?;
    let state = arguments.place.open()?;
    let identity = Identity::load(&state)?;
    let lock = state.lock()?;
    let task = Task {
        state: Arc::new(state),
        identity,
        scope,
        policy: arguments.policy.open(),
        intervals: Intervals {
            processes: arguments.inventory_interval.duration(),
            roots: arguments.roots_interval.duration(),
        },
        key_lifetime: arguments.key_lifetime.duration(),
        launch: Launch {
            before,
            after: arguments.log.as_arguments(),
        },
    };
    let ended = daemon::run(task);
    drop(lock);
    ended.map(|()| Exit::Success)
}

fn scope(arguments: &Arguments) -> Result<Scope, Failure> {
    let roots = roots::resolve(&arguments.roots)?;
    let Some(pid) = arguments.confine_to_descendants_of else {
        return Ok(Scope::machine(roots));
    };
    let stat = ProcessStat::of(pid)
        .ok_or_else(|| Failure::usage(format!("there is no process {pid} to be confined to")))?;
    let start_time = stat.start_time;
    Ok(Scope::descendants(
        roots,
        ProcessIdentity { pid, start_time },
    ))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn arguments(line: &[&str]) -> Arguments {
        Line::parse_from(std::iter::once("x").chain(line.iter().copied())).arguments
    }

    #[test]
    fn the_whole_machine_is_the_default_scope() {
        let scope = scope(&arguments(&[])).unwrap();
        assert_eq!(scope, Scope::machine(vec![PathBuf::from("/")]));
    }

    #[test]
    fn a_scope_can_be_narrowed_to_directories_and_descendants() {
        let directory = tempfile::tempdir().unwrap();
        let real = directory.path().canonicalize().unwrap();
        std::os::unix::fs::symlink(&real, real.join("link")).unwrap();
        let root = real.join("link");
        let pid = std::process::id().to_string();
        let line = [
            "--root",
            root.to_str().unwrap(),
            "--confine-to-descendants-of",
            &pid,
        ];
        let scope = scope(&arguments(&line)).unwrap();
        assert_eq!(scope.roots, [real]);
        assert_eq!(scope.descend_only_from.unwrap().pid, std::process::id());
    }

    #[test]
    fn roots_and_processes_that_are_not_there_are_refused() {
        for line in [
            ["--root", "/nonexistent"],
            ["--confine-to-descendants-of", "4294967295"],
        ] {
            assert_eq!(scope(&arguments(&line)).unwrap_err().exit(), Exit::Usage);
        }
    }

    #[test]
    fn the_parent_may_be_named_or_not() {
        assert_eq!(arguments(&[]).die_with_parent, None);
        assert_eq!(
            arguments(&["--die-with-parent"]).die_with_parent,
            Some(None)
        );
        assert_eq!(
            arguments(&["--die-with-parent", "7"]).die_with_parent,
            Some(Some(7))
        );
    }
}
