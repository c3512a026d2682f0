//! What the agent says while it runs, on standard error.

use quell_terminal::log::{self, LogFormat};
use tracing::level_filters::LevelFilter;

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
        log::start(&self.log_level.to_string(), self.log_format);
    }
}
