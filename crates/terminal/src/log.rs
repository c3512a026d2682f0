//! What is done, on standard error, for whoever asks.

use std::io;

use tracing_subscriber::EnvFilter;

use crate::output::takes_color;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum LogFormat {
    /// For people and journald.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts the log; the program's only one.
///
/// `directives` say what is logged, in the syntax of `RUST_LOG`: a level alone, or
/// `quell=debug,quell_server=debug`.
pub fn start(directives: &str, format: LogFormat) {
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(directives))
        .with_writer(io::stderr)
        // Told on standard error, and by a panic when that takes nothing: a full disk would end a server.
        .log_internal_errors(false)
        .with_ansi(takes_color(&io::stderr()));
    // An error means that somebody started a log before, which will do as well.
    let _ = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}

/// Whether these directives say anything.
#[must_use]
pub fn accepts(directives: &str) -> bool {
    EnvFilter::try_new(directives).is_ok()
}
