//! How much is said of what is done.

/// The option that says more.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Verbosity {
    /// Say what is done, on standard error: once for requests, twice for everything
    #[arg(long, short, action = clap::ArgAction::Count)]
    verbose: u8,
}

impl Verbosity {
    /// What the log says: `unasked` without the option. `RUST_LOG` overrides both.
    pub(crate) fn or(self, unasked: &str) -> String {
        let asked = match self.verbose {
            0 => unasked,
            1 => "quell=debug,quell_server=debug",
            _ => "trace",
        };
        std::env::var("RUST_LOG").unwrap_or_else(|_| asked.to_owned())
    }
}
