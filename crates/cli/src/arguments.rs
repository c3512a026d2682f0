//! The command line.

use clap::{Args, Parser, Subcommand};
use quell_terminal::FormatFlag;

use crate::commands::{
    action, check, completions, file, machine, man, profile, quarantine, region, restore, serve,
    server,
};
use crate::connection::ServiceFlags;
use crate::linux;
use crate::verbosity::Verbosity;

/// Stop a file from executing on a device and take it away.
#[derive(Debug, Parser)]
#[command(name = "quell", version, about = "Stop a file from executing on a device and take it away", max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) verbosity: Verbosity,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Stop and quarantine a file on one or more machines
    Quarantine(AtService<quarantine::Arguments>),
    /// Put a quarantined file back on machines of quell's own server
    Restore(AtService<restore::Arguments>),
    /// Say what would be refused if a file were to be quarantined, by reading alone
    Check(AtService<check::Arguments>),
    /// List, show, await and cancel machine actions
    Action(GroupAtService<action::Command>),
    /// List and show machines
    Machine(GroupAtService<machine::Command>),
    /// Show what is known of a file
    File(GroupAtService<file::Command>),
    /// Measure how near Microsoft's regions are, without a credential
    Region(region::Arguments),
    /// List and show the profiles of the configuration file
    #[command(subcommand)]
    Profile(profile::Command),
    #[command(flatten)]
    OnLinux(linux::Command),
    /// Serve the API for devices of your own
    Serve(serve::Arguments),
    /// Operate a server: applications and devices
    #[command(subcommand)]
    Server(server::Command),
    /// Write a completion script for a shell to standard output
    Completions(completions::Arguments),
    /// Write the manual's pages to a directory
    #[command(hide = true)]
    Man(man::Arguments),
}

/// A command that talks to a service.
#[derive(Debug, Args)]
pub(crate) struct AtService<T: Args> {
    #[command(flatten)]
    pub(crate) what: T,
    #[command(flatten)]
    pub(crate) format: FormatFlag,
    #[command(flatten)]
    pub(crate) service: ServiceFlags,
}

/// A group of commands that talk to a service.
#[derive(Debug, Args)]
pub(crate) struct GroupAtService<T: Subcommand> {
    #[command(subcommand)]
    pub(crate) what: T,
    #[command(flatten)]
    pub(crate) format: FormatFlag,
    #[command(flatten)]
    pub(crate) service: ServiceFlags,
}

const AFTER_HELP: &str = "\
Exit codes:
  0 all succeeded        2 wrong usage             3 refused by a check
  4 some or all failed   5 outcome unknown         6 authentication or permission
  7 rate or deadline     8 stopped by the user     1 anything else

Try it out without a tenant: quell demo";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn values_that_the_contract_does_not_know_are_not_sent() {
        let accepts = |line: &[&str]| Arguments::try_parse_from(line).is_ok();
        let action = ["quell", "action", "list", "--status"];
        let machine = ["quell", "machine", "list", "--health"];
        for status in ["Pending", "pending", "Canceled"] {
            assert!(accepts(&[&action[..], &[status]].concat()), "{status}");
        }
        assert!(accepts(&[&machine[..], &["inactive"]].concat()));
        assert!(!accepts(&[&action[..], &["Dreaming"]].concat()));
        assert!(!accepts(&[&machine[..], &["Dreaming"]].concat()));
    }
}
