//! From settings to a client, and from a client's errors to sentences.

mod advice;
mod profile;
mod settings;

pub(crate) use advice::{Explained, exit_of, next_step};
pub(crate) use settings::ServiceFlags;

use std::path::Path;
use std::str::FromStr;

use quell::transport::{
    HyperTransport, ReqwestTransport, RootCertificate, RootCertificates, SharedTransport,
    TransportOptions,
};
use quell::{BuildError, Client, ClientSecret, Cloud, Region, Service};
use quell_model::UnknownName;
use quell_terminal::Failure;
use secrecy::ExposeSecret as _;

use settings::{Carrier, Settings, Target};

/// A client, and where it points: what a person must see before anything happens.
#[derive(Debug)]
pub(crate) struct Connection {
    /// The client.
    pub(crate) client: Client,
    /// For instance `Microsoft, cloud commercial, host api.securitycenter.microsoft.com, tenant …`.
    pub(crate) destination: String,
}

/// Makes the client that the flags, the environment and the configuration file describe.
pub(crate) fn connect(flags: &ServiceFlags) -> Result<Connection, Failure> {
    let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let settings = settings::resolve(flags, &environment)?;
    let client = build(&settings, flags.transport)?;
    Ok(Connection {
        client,
        destination: destination(&settings)?,
    })
}

fn build(settings: &Settings, carrier: Carrier) -> Result<Client, Failure> {
    let secret = settings.client_secret.expose_secret();
    let builder = match &settings.target {
        Target::Custom {
            base_url,
            authority,
        } => Client::builder().service(Service::custom(base_url, authority).client_secret(
            &settings.tenant_id,
            &settings.client_id,
            secret,
        )),
        Target::Microsoft { cloud, region } => Client::builder()
            .credential(ClientSecret::new(
                &settings.tenant_id,
                &settings.client_id,
                secret,
            ))
            .cloud(by_name(cloud.as_deref(), Cloud::Commercial)?)
            .region(by_name(region.as_deref(), Region::Global)?),
    };
    builder
        .transport(transport(carrier, settings.ca.as_deref())?)
        .build()
        .map_err(|error| cannot_build(&error))
}

fn transport(carrier: Carrier, ca: Option<&Path>) -> Result<SharedTransport, Failure> {
    let mut options = TransportOptions::default();
    if let Some(file) = ca {
        let authority = RootCertificate::pem(profile::read_certificate(file)?);
        options = options.with_roots(RootCertificates::PlatformAnd(vec![authority]));
    }
    let built = match carrier {
        Carrier::Reqwest => ReqwestTransport::new(&options).map(SharedTransport::from),
        Carrier::Hyper => HyperTransport::new(&options).map(SharedTransport::from),
    };
    built.map_err(|error| Failure::fault("the HTTP client cannot be set up").because(&error))
}

fn by_name<T: FromStr<Err = UnknownName>>(name: Option<&str>, otherwise: T) -> Result<T, Failure> {
    name.map_or(Ok(otherwise), str::parse)
        .map_err(|error| Failure::usage(error.to_string()))
}

fn cannot_build(error: &BuildError) -> Failure {
    Failure::usage("the service cannot be used as configured").because(error)
}

fn destination(settings: &Settings) -> Result<String, Failure> {
    let service = match &settings.target {
        Target::Custom { base_url, .. } => format!("your own service {base_url}"),
        Target::Microsoft { cloud, region } => {
            let cloud = by_name(cloud.as_deref(), Cloud::Commercial)?;
            let region = by_name(region.as_deref(), Region::Global)?;
            let host = cloud.host(region, None).map_or("no host", |host| host.name);
            format!("Microsoft, cloud {cloud}, host {host}")
        }
    };
    Ok(format!(
        "{service}, tenant {}, client {}",
        settings.tenant_id, settings.client_id
    ))
}
