//! The options of every command that talks to a service.

use std::path::PathBuf;

use quell::ratelimit::Quota;
use quell::{Cloud, CorrelationId, HostFamily};

use super::place::{RegionChoice, cloud_parser, family_parser, region_parser};

/// Which service, as whom, and within which limits.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Service")]
pub(crate) struct ServiceFlags {
    /// Base URL of a service of your own, for instance `https://quell.example:8443`
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) base_url: Option<String>,
    /// Where tokens come from, if not from the base URL itself
    #[arg(long, value_name = "URL", global = true, requires = "base_url")]
    pub(crate) authority: Option<String>,
    /// What tokens for a service of your own are for, if its authority is Microsoft's
    #[arg(long, value_name = "URI", global = true, requires = "base_url")]
    pub(crate) audience: Option<String>,
    /// Microsoft's cloud; the worldwide one without it
    #[arg(long, value_name = "NAME", global = true, conflicts_with = "base_url", ignore_case = true, value_parser = cloud_parser())]
    pub(crate) cloud: Option<Cloud>,
    /// Microsoft's region, which is then never left, or the nearest; the global host without it
    #[arg(long, value_name = "NAME", global = true, conflicts_with = "base_url", ignore_case = true, value_parser = region_parser())]
    pub(crate) region: Option<RegionChoice>,
    /// Microsoft's family of host names; the older one, where it has the region, without it
    #[arg(long, value_name = "NAME", global = true, conflicts_with = "base_url", ignore_case = true, value_parser = family_parser())]
    pub(crate) host_family: Option<HostFamily>,
    /// Certificate authority to trust beside those of the system, in PEM
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) ca: Option<PathBuf>,
    /// Profile of the configuration file to use
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) profile: Option<String>,
    /// What carries the requests
    #[arg(long, value_name = "NAME", global = true, value_enum, default_value_t)]
    pub(crate) transport: Carrier,
    #[command(flatten)]
    pub(crate) identity: IdentityFlags,
    #[command(flatten)]
    pub(crate) calls: CallFlags,
}

/// As whom.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Identity")]
pub(crate) struct IdentityFlags {
    /// Tenant id, or one of its domain names
    #[arg(long, value_name = "ID", global = true)]
    pub(crate) tenant_id: Option<String>,
    /// Client (application) id
    #[arg(long, value_name = "ID", global = true)]
    pub(crate) client_id: Option<String>,
    /// What proves who we are; told from what else is given without it
    #[arg(long, value_name = "KIND", global = true, value_enum)]
    pub(crate) credential: Option<CredentialKind>,
    /// File that holds the client secret; a secret itself is never an argument
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// File with the application's certificate and its private key, in PEM
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) client_certificate_file: Option<PathBuf>,
    /// Send the certificate itself, for applications that trust its subject and issuer
    #[arg(long, global = true, requires = "client_certificate_file")]
    pub(crate) send_certificate_chain: bool,
    /// File in which a platform keeps its token for the application (workload identity)
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) federated_token_file: Option<PathBuf>,
    /// File that holds an access token which somebody else got
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) token_file: Option<PathBuf>,
    /// Keep a person's sign-in for later commands, in a file for its owner alone
    #[arg(long, global = true)]
    pub(crate) remember_sign_in: bool,
}

/// How calls are made.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Calls")]
pub(crate) struct CallFlags {
    /// Calls of each operation that all processes together may make, for instance
    /// 100/60s,1500/3600s; the documented limits without it
    #[arg(long, value_name = "LIMITS", global = true)]
    pub(crate) limits: Option<Quota>,
    /// Where limits and unfinished requests are kept: a file on a local disk, postgres://… without
    /// its password, or none; without it the state directory
    #[arg(long, value_name = "WHERE", global = true)]
    pub(crate) state: Option<String>,
    /// Your name for this command's requests: sent along as client-request-id
    #[arg(long, value_name = "TEXT", global = true, value_parser = |text: &str| CorrelationId::new(text))]
    pub(crate) correlation_id: Option<CorrelationId>,
}

/// What carries the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Carrier {
    /// The default
    #[default]
    Hyper,
    /// Another client, the same behaviour
    Reqwest,
}

/// What proves who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CredentialKind {
    /// A client secret
    Secret,
    /// The application's certificate
    Certificate,
    /// A token that a platform keeps in a file (workload identity federation)
    Workload,
    /// The identity that Azure gives this machine
    Managed,
    /// A person, who signs in with a code in a browser
    DeviceCode,
    /// An access token in a file
    TokenFile,
}

impl CredentialKind {
    /// Its name on the command line and in a profile.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Certificate => "certificate",
            Self::Workload => "workload",
            Self::Managed => "managed",
            Self::DeviceCode => "device-code",
            Self::TokenFile => "token-file",
        }
    }
}
