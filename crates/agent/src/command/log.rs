//! What the agent says while it runs, on standard error.

use std::ffi::OsString;

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

    /// The same options, for another process of this program.
    pub(super) fn as_arguments(self) -> Vec<OsString> {
        let format = match self.log_format {
            LogFormat::Json => "json",
            LogFormat::Text => "text",
        };
        let level = self.log_level.to_string();
        ["--log-format", format, "--log-level", &level]
            .map(OsString::from)
            .to_vec()
    }
}
