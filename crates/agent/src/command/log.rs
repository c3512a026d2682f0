//! What the agent says while it runs, on standard error.

use std::io;

use tracing_subscriber::filter::LevelFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum LogFormat {
    /// For people and journald.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// The options of the log.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct LogFlags {
    /// How the log is written to standard error
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    log_format: LogFormat,
    /// How much is logged: error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log_level: LevelFilter,
}

impl LogFlags {
    /// Starts the log; the program's only one.
    pub(super) fn start(self) {
        let log = tracing_subscriber::fmt()
            .with_max_level(self.log_level)
            .with_writer(io::stderr)
            .with_ansi(false);
        // An error means that somebody started a log before, which will do as well.
        let _ = match self.log_format {
            LogFormat::Text => log.try_init(),
            LogFormat::Json => log.json().try_init(),
        };
    }
}
