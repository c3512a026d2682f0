//! The face of [`linux`](../linux/mod.rs) where there is none, or one on a processor that the agent does not know:
//! the same commands, which say so.

use std::ffi::OsString;
use std::process::ExitCode;

use quell_terminal::{Failure, finish};

/// What only Linux can do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show the main job for real (on Linux only)
    Demo(Anything),
    /// Keep the API running with a real device behind it (on Linux only)
    Lab(Anything),
    /// The agent of a Linux device (on Linux only)
    Agent(Anything),
}

/// Whatever is asked, the answer is the same.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Anything {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    anything: Vec<OsString>,
}

/// No sample was ever started here.
pub(crate) const fn live_as_a_sample() -> Option<ExitCode> {
    None
}

/// Says what it needs.
pub(crate) fn run(command: Command, _log: &str) -> ExitCode {
    finish(Err(command.into()))
}

impl From<Command> for Failure {
    fn from(command: Command) -> Self {
        let (name, instead) = match command {
            Command::Demo(_) => ("demo", "run it on Linux, or in a Linux container"),
            Command::Lab(_) => (
                "lab",
                "run it on Linux, and reach it from here through a tunnel to its port",
            ),
            Command::Agent(_) => (
                "agent",
                "run it on the Linux device; `quell quarantine` and `quell serve` run here too",
            ),
        };
        Self::usage(format!("`quell {name}` needs Linux on x86_64 or aarch64")).next(instead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use quell_terminal::Exit;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(subcommand)]
        command: Command,
    }

    fn command(line: &[&str]) -> Command {
        Line::parse_from(line).command
    }

    #[test]
    fn every_command_that_needs_linux_says_so_whatever_is_asked_of_it() {
        for line in [
            &["quell", "demo"][..],
            &["quell", "lab", "--any-client", "--listen", "127.0.0.1:0"],
            &["quell", "agent", "vault", "list", "--output", "json"],
        ] {
            let said = Failure::from(command(line)).render();
            let expected = format!(
                "error: `quell {}` needs Linux on x86_64 or aarch64\n  next: ",
                line[1]
            );
            assert!(said.starts_with(&expected), "{said}");
            let ended = run(command(line), "error");
            assert_eq!(ended, Exit::Usage.into());
        }
        assert!(live_as_a_sample().is_none());
    }
}
