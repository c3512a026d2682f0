//! `quell serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use quell_server::{Clients, Limits, PermissionRule, Server, ServerConfig, TlsFiles, UnknownFile};
use quell_terminal::{Exit, Failure, Format, FormatFlag, Interrupt, Span, lifeline};
use serde::Serialize;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Directory that keeps everything; made when it is not there
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where to listen: loopback, or any address once TLS is given
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8642")]
    listen: SocketAddr,
    /// The server's certificate, followed by the intermediate ones, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// The authority that devices are to trust, in PEM; else the last certificate of the chain
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_authority: Option<PathBuf>,
    /// Where clients and devices reach the server, if not at the address that it listens on
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// What to do about a file that was not seen on the machine
    #[arg(long, value_name = "CHOICE", value_enum, default_value_t)]
    unknown_file: Unknown,
    /// Which permissions operations ask for
    #[arg(long, value_name = "READING", value_enum, default_value_t)]
    permissions: Permissions,
    /// Calls an application may make of one operation, for instance 100/60s,1500/3600s, or off
    #[arg(long, value_name = "LIMITS", default_value = "100/60s,1500/3600s", value_parser = limits)]
    limits: Limits,
    /// How long a key signs access tokens until the next one takes over
    #[arg(long, value_name = "TIME", default_value = "90d")]
    rotate_keys_after: Span,
    /// Accept every client id and secret; the lab's business
    #[arg(long, hide = true)]
    any_client: bool,
    /// End with this parent process
    #[arg(long, value_name = "PID", hide = true)]
    die_with_parent: Option<u32>,
    #[command(flatten)]
    format: FormatFlag,
}

/// What to do about a file that was not seen on the machine.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Unknown {
    /// Refuse with 404, as Microsoft's service does
    #[default]
    Refuse,
    /// Order it all the same: the machine looks for itself
    Deliver,
}

/// By which reading of the documentation permissions are asked.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Permissions {
    /// Both halves, reading and acting, as Microsoft's service was observed to ask
    #[default]
    Observed,
    /// Any one of the page's list: who may read machines may then quarantine files on them
    Documented,
    /// Machine.StopAndQuarantine alone, as the page said in March 2021
    #[value(name = "documented-2021-03")]
    Documented202103,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready<'a> {
    base_url: &'a str,
    listen: SocketAddr,
}

/// Serves until it is interrupted.
pub(crate) async fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    if let Some(parent) = arguments.die_with_parent {
        lifeline::die_with_parent(Some(parent)).map_err(|error| {
            Failure::fault("the server cannot be tied to its parent").because(&error)
        })?;
    }
    let interrupt = Interrupt::listen()?;
    let config = config(arguments);
    config.check().map_err(|error| {
        Failure::usage("the server would not be safe like this")
            .because(&error)
            .next("without TLS it listens on loopback only; TLS is --tls-certificate and --tls-key")
    })?;
    let server = Server::bind(config)
        .await
        .map_err(|error| Failure::fault("the server cannot start").because(&error))?;
    announce(&server, arguments.format.output)?;
    server.run(interrupt.comes()).await;
    Ok(Exit::Success)
}

fn config(arguments: &Arguments) -> ServerConfig {
    let mut config = ServerConfig::new(&arguments.data);
    config.listen = arguments.listen;
    config.tls = arguments
        .tls_certificate
        .clone()
        .zip(arguments.tls_key.clone())
        .map(|(certificate, key)| TlsFiles {
            certificate,
            key,
            authority: arguments.tls_authority.clone(),
        });
    config.public_url.clone_from(&arguments.public_url);
    config.limits = arguments.limits.clone();
    config.key_rotation.every = arguments.rotate_keys_after.duration();
    if arguments.any_client {
        config.clients = Clients::Any;
    }
    config.permissions = match arguments.permissions {
        Permissions::Observed => PermissionRule::Observed,
        Permissions::Documented => PermissionRule::Documented,
        Permissions::Documented202103 => PermissionRule::Documented202103,
    };
    config.unknown_file = match arguments.unknown_file {
        Unknown::Refuse => UnknownFile::Refuse,
        Unknown::Deliver => UnknownFile::Deliver,
    };
    config
}

fn limits(text: &str) -> Result<Limits, quell::ratelimit::QuotaError> {
    if text == "off" {
        return Ok(Limits::Off);
    }
    text.parse().map(Limits::Of)
}

fn announce(server: &Server, format: Format) -> Result<(), Failure> {
    let ready = Ready {
        base_url: server.base_url(),
        listen: server.local_addr(),
    };
    format.write(&ready, |ready| {
        format!(
            "Serving the API at {}. Ctrl-C ends it; devices and actions stay in the data directory.\n",
            ready.base_url
        )
    })
}
