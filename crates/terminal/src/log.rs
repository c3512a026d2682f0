//! What is done, on standard error, for whoever asks.

use std::io;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry};

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

/// What takes spans and events beside the log.
pub type Beside = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts the log; the program's only one.
///
/// `directives` say what is logged, in the syntax of `RUST_LOG`: a level alone, or
/// `quell=debug,quell_server=debug`.
pub fn start(directives: &str, format: LogFormat) {
    start_with(directives, format, None);
}

/// Starts the log, and `beside` it what says for itself what it takes.
pub fn start_with(directives: &str, format: LogFormat, beside: Option<Beside>) {
    let log = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        // Told on standard error, and by a panic when that takes nothing: a full disk would end a server.
        .log_internal_errors(false)
        .with_ansi(takes_color(&io::stderr()));
    let log = match format {
        LogFormat::Text => log.boxed(),
        LogFormat::Json => log.json().boxed(),
    };
    let subscriber = tracing_subscriber::registry()
        .with(beside)
        .with(log.with_filter(EnvFilter::new(directives)));
    // An error means that somebody started a log before, which will do as well.
    let _ = subscriber.try_init();
}

/// Whether these directives say anything.
#[must_use]
pub fn accepts(directives: &str) -> bool {
    EnvFilter::try_new(directives).is_ok()
}
