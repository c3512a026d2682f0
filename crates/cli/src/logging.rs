//! What is done, on standard error, for whoever asks.

use std::io;

use tracing_subscriber::EnvFilter;

use crate::arguments::{Arguments, Command};

/// Starts the log. `RUST_LOG` overrides `--verbose`; a server says what it does even unasked.
pub(crate) fn start(arguments: &Arguments) {
    if matches!(arguments.command, Command::Agent(_)) {
        // The agent starts its own log, in the format that its own options name.
        return;
    }
    let unasked = if matches!(arguments.command, Command::Serve(_)) {
        "info"
    } else {
        "error"
    };
    let level = match arguments.verbose {
        0 => unasked,
        1 => "quell=debug,quell_server=debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
}
