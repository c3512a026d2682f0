//! `quell serve`.

mod audit;
mod examine;
mod file;
mod flags;
mod keys;
mod plan;
mod signals;
mod sources;
mod supervisor;
mod traces;
mod values;

use std::net::SocketAddr;

use quell_server::store::StoreError;
use quell_server::{BindError, Clients, Server, ServerConfig};
use quell_terminal::{Exit, Failure, Format, FormatFlag, lifeline};
use serde::Serialize;
use tokio::runtime::Handle;

use super::server::OLDER_THAN_ITS_DATA;
#[cfg(unix)]
use crate::hurry;
use crate::verbosity::Verbosity;
use flags::Flags;
use signals::Signals;
use sources::Settings;
use supervisor::Supervisor;
pub(crate) use traces::Traces;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    flags: Flags,
    /// Say what the settings are, whence each comes, and whether the server could start; then end
    #[arg(long)]
    check: bool,
    #[cfg(unix)]
    #[command(flatten)]
    hurry: hurry::Flags,
    /// Accept every client id and secret; the lab's business
    #[arg(long, hide = true)]
    any_client: bool,
    /// End with this parent process
    #[arg(long, value_name = "PID", hide = true)]
    die_with_parent: Option<u32>,
    #[command(flatten)]
    format: FormatFlag,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready<'a> {
    base_url: &'a str,
    listen: SocketAddr,
    /// Where metrics are told, if anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<SocketAddr>,
}

/// What is to be done, once the settings are read.
#[derive(Debug)]
pub(crate) struct Prepared {
    arguments: Arguments,
    settings: Settings,
}

/// Reads the settings: they say how the log is written, so nothing else comes first.
pub(crate) fn prepare(arguments: Arguments) -> Result<Prepared, Failure> {
    let text = |value: std::ffi::OsString| value.into_string().ok();
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?)));
    let settings = Settings::gather(&arguments.flags, environment)?;
    Ok(Prepared {
        arguments,
        settings,
    })
}

impl Prepared {
    /// What is logged. A server says what it does even unasked; a check says it on standard output.
    pub(crate) fn log(&self, verbosity: Verbosity) -> String {
        let unasked = match (&self.settings.plan.log, self.arguments.check) {
            (Some(level), _) => level,
            (None, true) => "error",
            (None, false) => "info",
        };
        verbosity.or(unasked)
    }

    /// How log lines look.
    pub(crate) fn log_format(&self) -> quell_terminal::log::LogFormat {
        self.settings.plan.log_format
    }

    /// What sends traces, if they are to be sent: over connections of this runtime.
    pub(crate) fn traces(&self, runtime: &Handle) -> Result<Option<Traces>, Failure> {
        match self.settings.plan.traces.collector()? {
            Some(collector) if !self.arguments.check => Traces::to(&collector, runtime).map(Some),
            _ => Ok(None),
        }
    }

    /// Serves until it is interrupted.
    pub(crate) async fn run(self, traces: Option<Traces>) -> Result<Exit, Failure> {
        let format = self.arguments.format.output;
        if self.arguments.check {
            return examine::run(&self.settings, format).await;
        }
        if let Some(parent) = self.arguments.die_with_parent {
            lifeline::die_with_parent(Some(parent)).map_err(|error| {
                Failure::fault("the server cannot be tied to its parent").because(&error)
            })?;
        }
        let signals = Signals::listen()?;
        let supervisor = Supervisor::of_environment();
        let mut config = self.config()?;
        config.traces = traces.as_ref().map(Traces::parents);
        #[cfg(unix)]
        let hurried = self.arguments.hurry.clock();
        #[cfg(unix)]
        if let Some(clock) = &hurried {
            config.clock = std::sync::Arc::new(clock.clone());
        }
        let patience = config.drain;
        let server = Server::bind(config)
            .await
            .map_err(|error| cannot_start(&error))?;
        #[cfg(unix)]
        if let Some(clock) = hurried {
            self.arguments.hurry.listen(clock, server.sweeper())?;
        }
        announce(&server, format)?;
        let watched = supervisor.ready();
        let told = signals.stop(server.handle());
        let stop = async {
            told.await;
            watched.stopping();
        };
        server.run(stop).await;
        if let Some(traces) = traces {
            traces.flush(patience).await;
        }
        Ok(Exit::Success)
    }

    fn config(&self) -> Result<ServerConfig, Failure> {
        let mut plan = self.settings.plan.clone();
        if self.arguments.any_client {
            plan.server.clients = Clients::Any;
        }
        plan.server()
    }
}

/// What a setting is given by another command, as it was written, if it is one of its values.
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
pub(crate) fn checked(name: &str, text: &str) -> Result<String, String> {
    if let Some(key) = keys::named(name) {
        (key.set)(&mut plan::Plan::default(), text).map_err(|wrong| wrong.0)?;
    }
    Ok(text.to_owned())
}

fn cannot_start(error: &BindError) -> Failure {
    let failure = Failure::fault("the server cannot start").because(error);
    match error {
        BindError::Store(StoreError::TooNew { .. }) => failure.next(OLDER_THAN_ITS_DATA),
        _ => failure,
    }
}

fn announce(server: &Server, format: Format) -> Result<(), Failure> {
    let ready = Ready {
        base_url: server.base_url(),
        listen: server.local_addr(),
        metrics: server.metrics_addr(),
    };
    format.write(&ready, |ready| {
        format!(
            "Serving the API at {}. Ctrl-C ends it; devices and actions stay in the data directory.\n",
            ready.base_url
        )
    })
}
