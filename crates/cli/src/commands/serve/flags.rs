//! The settings as options of the command line, made from their table.

use std::path::PathBuf;

use clap::builder::ValueParser;
use clap::{Arg, ArgMatches, Command, Error, FromArgMatches};

use super::keys::{KEYS, Key};
use super::sources::{Given, Source};

/// The settings that stand on the command line.
#[derive(Clone, Default)]
pub(crate) struct Flags {
    pub(super) config: Option<PathBuf>,
    pub(super) given: Vec<Given>,
}

impl std::fmt::Debug for Flags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A setting may be a secret.
        f.debug_struct("Flags")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

fn option(key: &'static Key) -> Arg {
    Arg::new(key.flag)
        .long(key.flag)
        .value_name(key.value_name)
        .help(key.help)
}

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(ValueParser::path_buf())
            .help("Configuration file (TOML); flags count before QUELL_SERVER_…, and that before the file");
        command.arg(config).args(KEYS.iter().map(option))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let given = |key: &'static Key| {
            let text = matches.get_one::<String>(key.flag)?.clone();
            let source = Source::Flag(key.flag);
            Some(Given { key, text, source })
        };
        Ok(Self {
            config: matches.get_one("config").cloned(),
            given: KEYS.iter().filter_map(given).collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
