//! From settings to a client, and from a client's errors to sentences.

mod advice;
mod database;
mod directory;
mod files;
mod flags;
mod given;
mod identity;
mod journal;
pub(crate) mod nearest;
mod passfile;
pub(crate) mod place;
pub(crate) mod profile;
pub(crate) mod settings;
mod sign_in;
mod store;
mod told;

pub(crate) use advice::{Explained, exit_of, next_step};
pub(crate) use database::ServerDatabase;
pub(crate) use files::read_text;
pub(crate) use flags::{Carrier, ServiceFlags};

use std::path::Path;
use std::sync::Arc;

use quell::transport::{
    HyperTransport, ReqwestTransport, RootCertificate, RootCertificates, SharedTransport,
    TransportOptions,
};
use quell::{Client, ClientBuilder, Limits, Priority, Region, Service};
use quell_terminal::Failure;

use identity::Identity;
use journal::StateJournal;
use place::RegionChoice;
use settings::{Environment, Settings, Target};
use sign_in::SignIns;

/// A client, and where it points: what a person must see before anything happens.
#[derive(Debug)]
pub(crate) struct Connection {
    /// The client. A person waits for what it does, so its calls go first.
    pub(crate) client: Client,
    /// For instance `Microsoft, cloud commercial, host api.securitycenter.microsoft.com, tenant …`.
    pub(crate) destination: String,
}

/// What a variable of this process's environment says, if it says anything.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Makes the client that the flags, the environment and the configuration file describe, and opens
/// the state by which its calls are counted. A person who must sign in does it now.
pub(crate) async fn connect(flags: &ServiceFlags) -> Result<Connection, Failure> {
    let settings = settings::resolve(flags, &environment)?;
    let options = transport_options(settings.ca.as_ref().map(|told| told.value.as_path()))?;
    let (builder, service) = service(&settings, &options, &environment).await?;
    let destination = format!("{service}, {}", settings.identity.sentence());
    let builder = limited(builder, &settings)
        .await
        .map_err(|failure| failure.at(&destination))?;
    let client = builder
        .transport(carrier(flags.transport, &options)?)
        .build()
        .map_err(|error| {
            Failure::usage("the service cannot be used as configured").because(&error)
        })?;
    let client = client
        .with_priority(Priority::Interactive)
        .with_correlation_id(flags.calls.correlation_id.clone());
    if matches!(settings.identity, Identity::Person { .. }) {
        client.sign_in().await.explained()?;
    }
    Ok(Connection {
        client,
        destination,
    })
}

/// A builder that knows where to go and as whom, and the former in words.
async fn service(
    settings: &Settings,
    options: &TransportOptions,
    environment: Environment<'_>,
) -> Result<(ClientBuilder, String), Failure> {
    match &settings.target {
        Target::Own {
            base_url,
            authority,
            audience,
        } => {
            let mut service = Service::custom(&base_url.value, &authority.value);
            if let Some(audience) = audience {
                service = service.audience(&audience.value);
            }
            let service = settings.identity.for_own(service)?;
            let shown = format!("your own service {}", base_url.value);
            Ok((Client::builder().service(service), shown))
        }
        Target::Microsoft {
            cloud,
            region,
            family,
        } => {
            let (cloud, family) = (cloud.value, family.as_ref().map(|told| told.value));
            let kept = directory::of_state(environment)?;
            let sign_ins = SignIns::new(kept.join("sign-ins"));
            let mut builder = Client::builder()
                .credential(settings.identity.for_microsoft(sign_ins)?)
                .cloud(cloud);
            if let Some(family) = family {
                builder = builder.host_family(family);
            }
            let (builder, region) = match region.value {
                RegionChoice::Named(region) => (builder.region(region), region),
                RegionChoice::Auto => {
                    let network = nearest::network(options)?;
                    let chosen = nearest::choose(cloud, family, network, &kept).await?;
                    (builder.nearest(chosen.choice), chosen.region)
                }
            };
            Ok((builder, microsoft(cloud, region, family)))
        }
    }
}

fn microsoft(cloud: quell::Cloud, region: Region, family: Option<quell::HostFamily>) -> String {
    let host = cloud.host(region, family);
    let host = host.map_or("no host", |host| host.name);
    format!("Microsoft, cloud {cloud}, host {host}")
}

/// The builder with its limits, and with the state that they are kept in.
async fn limited(builder: ClientBuilder, settings: &Settings) -> Result<ClientBuilder, Failure> {
    let limits = match &settings.limits {
        Some(told) => Limits::each(told.value.clone()),
        None => Limits::documented(),
    };
    let Some(store) = store::open(&settings.state).await? else {
        return Ok(builder.limits(limits));
    };
    let holder = settings.identity.holder()?;
    let limits = limits.kept_in(store.budgets, &holder.tenant, &holder.application);
    let journal = StateJournal::new(store.journal, holder);
    Ok(builder.limits(limits).journal(Arc::new(journal)))
}

/// The options of every connection.
pub(crate) fn transport_options(ca: Option<&Path>) -> Result<TransportOptions, Failure> {
    let options = TransportOptions::default();
    Ok(match ca {
        Some(file) => {
            let authority = RootCertificate::pem(files::read_certificate(file)?);
            options.with_roots(RootCertificates::PlatformAnd(vec![authority]))
        }
        None => options,
    })
}

fn carrier(carrier: Carrier, options: &TransportOptions) -> Result<SharedTransport, Failure> {
    let built = match carrier {
        Carrier::Reqwest => ReqwestTransport::new(options).map(SharedTransport::from),
        Carrier::Hyper => HyperTransport::new(options).map(SharedTransport::from),
    };
    built.map_err(|error| Failure::fault("the HTTP client cannot be set up").because(&error))
}
