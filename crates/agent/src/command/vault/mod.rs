//! `vault`: look at quarantined files, give them back, carry them elsewhere, or remove them.

mod carry;
mod clear;
mod give;
mod look;
mod view;

use std::path::PathBuf;

use quell_terminal::{Consent, Exit, Failure, FormatFlag, Span};

use super::place::PlaceFlag;
use super::policy::PolicyFlag;
use crate::vault::{ItemId, OnConflict, Vault};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    place: PlaceFlag,
    #[command(flatten)]
    policy: PolicyFlag,
    #[command(flatten)]
    format: FormatFlag,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the quarantined files
    List,
    /// Show all that is known of one quarantined file
    Show {
        /// The item's id, as `vault list` shows it
        item: ItemId,
    },
    /// Read items back whole, and name those that are broken
    Verify {
        /// The items' ids [default: all items]
        #[arg(value_name = "ITEM")]
        items: Vec<ItemId>,
    },
    /// Put a quarantined file back where it was, with all that it had
    ///
    /// The item stays in the vault until it is removed.
    Restore(Restore),
    /// Write an item to a file that can be carried elsewhere, encrypted as it is
    Export {
        /// The item's id
        item: ItemId,
        /// The new file, mode 0600
        #[arg(long, value_name = "PATH")]
        to: PathBuf,
        /// Write the content itself, not encrypted: it may be dangerous
        #[arg(long)]
        plain: bool,
    },
    /// Open an exported item with the organization's recovery key; needs no agent
    Recover {
        /// The private recovery key: X25519 in PEM
        #[arg(long, value_name = "FILE")]
        recovery_key: PathBuf,
        /// The exported item
        #[arg(value_name = "ITEM-FILE")]
        file: PathBuf,
        /// The new file with the item's content, mode 0600
        #[arg(long, value_name = "PATH")]
        to: PathBuf,
    },
    /// Remove a quarantined file for ever
    Remove {
        /// The item's id
        item: ItemId,
        #[command(flatten)]
        consent: Consent,
    },
    /// Remove what is older than items are kept, or more than the vault should hold
    ///
    /// Items that are held stay. Without options, what is older than the machine's policy says goes,
    /// or than 30 days where it says nothing.
    Prune(Prune),
    /// Keep an item from being removed until it is released
    Hold {
        /// The item's id
        item: ItemId,
        /// Why, for whoever looks at it later
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Let an item that is held be removed again
    Release {
        /// The item's id
        item: ItemId,
    },
    /// Make a new key for the vault and close every item with it
    RotateKey {
        #[command(flatten)]
        consent: Consent,
    },
}

#[derive(Debug, clap::Args)]
struct Restore {
    /// The item's id
    item: ItemId,
    /// Restore to this path instead, mode 0600, to look at it
    #[arg(long, value_name = "PATH")]
    to: Option<PathBuf>,
    /// What to do where a file is in the way: give up, restore beside it as NAME.restored-1, or
    /// take it into the vault and restore in its place
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    on_conflict: Conflict,
    /// Make the directories that are gone: mode 0755, owned by you
    #[arg(long)]
    make_parents: bool,
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Conflict {
    #[default]
    Fail,
    Rename,
    Replace,
}

impl From<Conflict> for OnConflict {
    fn from(conflict: Conflict) -> Self {
        match conflict {
            Conflict::Fail => Self::Fail,
            Conflict::Rename => Self::Rename,
            Conflict::Replace => Self::Replace,
        }
    }
}

#[derive(Debug, clap::Args)]
struct Prune {
    /// Remove what was taken longer ago than this, for instance 30d
    #[arg(long, value_name = "SPAN")]
    older_than: Option<Span>,
    /// Remove the oldest until all items together have at most so many bytes
    #[arg(long, value_name = "BYTES")]
    max_size: Option<u64>,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    consent: Consent,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let format = arguments.format.output;
    if let Command::Recover {
        recovery_key,
        file,
        to,
    } = &arguments.command
    {
        return carry::recover(recovery_key, file, to, format);
    }
    let state = arguments.place.open()?;
    let vault = Vault::open(&state.vault())?.under(arguments.policy.open());
    match &arguments.command {
        Command::List => {
            let exit = look::list(&vault, format)?;
            look::tell_what_waits(&state);
            Ok(exit)
        }
        Command::Show { item } => look::show(&vault, *item, format),
        Command::Verify { items } => look::verify(&vault, items, format),
        Command::Restore(wanted) => give::restore(&vault, wanted, format),
        Command::Export { item, to, plain } => carry::export(&vault, *item, to, *plain, format),
        Command::Recover { .. } => Ok(Exit::Success),
        Command::Remove { item, consent } => clear::remove(&vault, *item, *consent, format),
        Command::Prune(wanted) => clear::prune(&vault, wanted, format),
        Command::Hold { item, reason } => clear::hold(&vault, *item, reason.as_deref(), format),
        Command::Release { item } => clear::release(&vault, *item, format),
        Command::RotateKey { consent } => clear::rotate_key(&vault, *consent, format),
    }
}

#[cfg(test)]
mod tests;
