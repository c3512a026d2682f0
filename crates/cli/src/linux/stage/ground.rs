//! What a stage stands on: the server, and an application that may call it.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use quell::Client;
use quell::transport::{
    HyperTransport, Proxy, RootCertificate, RootCertificates, TransportOptions,
};
use quell_protocol::EnrolmentToken;
use quell_server::admin::{Admin, NewApplication, NewToken};
use quell_terminal::Failure;
use secrecy::{ExposeSecret as _, SecretString};

use super::authority::Authority;
use super::directory::Directory;
use super::process::Process;
use super::{PATIENCE, cannot, readiness};

/// Where the server's data are, in the stage's directory.
const DATA: &str = "server";

/// What the stage is made for.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The first word of the directory's name.
    pub(crate) name: &'static str,
    /// Where the server listens: a loopback address.
    pub(crate) listen: SocketAddr,
    /// Speak TLS, by a certificate that is thrown away.
    pub(crate) tls: bool,
    /// Let the server's clock be hurried.
    pub(crate) hurry: Option<Hurry>,
    /// What `quell serve` is told beside that.
    pub(crate) options: Vec<OsString>,
}

/// How the server's clock goes until it is moved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hurry {
    /// How many times as fast as others.
    pub(crate) rate: NonZeroU32,
    /// How far behind others it begins, in whole seconds.
    pub(crate) behind: Duration,
}

/// A running server in a directory of its own.
#[derive(Debug)]
pub(crate) struct Ground {
    server: Process,
    directory: Directory,
    admin: Admin,
    service: Service,
    control: Option<PathBuf>,
    /// How long machines may take to enrol, by the server's clock.
    patience: Duration,
}

/// How to reach the stage's server.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    /// Where the API is.
    pub(crate) base_url: String,
    /// The tenant.
    pub(crate) tenant_id: String,
    /// The application with all permissions.
    pub(crate) client_id: String,
    /// Its secret.
    pub(crate) client_secret: SecretString,
    /// Whose certificates to trust, where TLS is spoken.
    pub(crate) authority: Option<Authority>,
}

impl Ground {
    /// Starts the server and registers an application.
    ///
    /// Must run on the main thread, to which the kernel ties the life of the processes.
    pub(crate) async fn lay(plan: &Plan) -> Result<Self, Failure> {
        adopt_orphans()?;
        let directory = Directory::create(plan.name)?;
        let data = directory.subdirectory(DATA)?;
        directory.subdirectory("files")?;
        let authority = match plan.tls {
            true => Some(Authority::create(directory.path())?),
            false => None,
        };
        let control = plan.hurry.map(|_| directory.path().join("clock"));
        let options = options(plan, authority.as_ref(), control.as_ref());
        let mut server = Process::start_server(plan.listen, &data, options, &directory)?;
        let ready = readiness::of_server(&mut server, PATIENCE).await?;
        let admin = Admin::open(&data).await.map_err(|error| cannot(&error))?;
        let service = register(&admin, ready.base_url, authority).await?;
        let hurry = plan.hurry.map_or(1, |hurry| hurry.rate.get());
        Ok(Self {
            server,
            directory,
            admin,
            service,
            control,
            patience: PATIENCE.saturating_mul(hurry),
        })
    }

    /// How to reach the server.
    pub(crate) fn service(&self) -> &Service {
        &self.service
    }

    /// Where the server's clock is moved, if it can be.
    pub(crate) fn control(&self) -> Option<&Path> {
        self.control.as_deref()
    }

    /// The directory whose files the agent may take.
    pub(crate) fn files(&self) -> PathBuf {
        self.directory.path().join("files")
    }

    /// The server's data directory, for `quell server …`.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join(DATA)
    }

    /// Everything that is kept on disk.
    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The operator's hand on the server.
    pub(crate) fn admin(&self) -> &Admin {
        &self.admin
    }

    /// A client for the server, as any program would make it.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let service = &self.service;
        let target = quell::Service::custom(&service.base_url, &service.base_url).client_secret(
            &service.tenant_id,
            &service.client_id,
            service.client_secret.expose_secret(),
        );
        let unusable = |error: &(dyn std::error::Error + 'static)| {
            Failure::fault("the stage's server cannot be used").because(error)
        };
        let carrier =
            HyperTransport::new(&service.transport()).map_err(|error| unusable(&error))?;
        Client::builder()
            .service(target)
            .transport(carrier)
            .build()
            .map_err(|error| unusable(&error))
    }

    /// A token with which so many machines enrol.
    pub(crate) async fn enrolment_token(&self, uses: u32) -> Result<EnrolmentToken, Failure> {
        // Thousands take their time.
        let new = NewToken {
            lifetime: self.patience.saturating_mul(1 + uses / 500),
            uses,
            group: None,
            server_url: None,
            authority: None,
            tags: Vec::new(),
            replaces: None,
        };
        let token = self.admin.enrolment_token(new).await;
        token.map_err(|error| cannot(&error))
    }

    /// Fails with the server's log when it has ended by itself.
    pub(crate) fn still_running(&mut self) -> Result<(), Failure> {
        self.server.still_running()
    }

    /// Ends the server and removes the directory.
    pub(crate) async fn close(mut self) -> Result<(), Failure> {
        self.server.end().await;
        self.directory.remove()
    }
}

impl Service {
    /// How programs of ours reach it: directly, and trusting its authority alone.
    pub(crate) fn transport(&self) -> TransportOptions {
        let options = TransportOptions::default().with_proxy(Proxy::Direct);
        match &self.authority {
            None => options,
            Some(authority) => {
                let root = RootCertificate::pem(authority.pem());
                options.with_roots(RootCertificates::Only(vec![root]))
            }
        }
    }
}

fn options(plan: &Plan, authority: Option<&Authority>, control: Option<&PathBuf>) -> Vec<OsString> {
    let mut options = plan.options.clone();
    for (name, file) in authority.iter().flat_map(|authority| authority.options()) {
        options.extend([name.into(), file.into()]);
    }
    if let (Some(hurry), Some(control)) = (plan.hurry, control) {
        options.extend(["--clock-control".into(), control.into()]);
        options.extend(["--clock-rate".into(), hurry.rate.to_string().into()]);
        if !hurry.behind.is_zero() {
            let behind = hurry.behind.as_secs().to_string();
            options.extend(["--clock-behind".into(), behind.into()]);
        }
    }
    options
}

/// Keeps what our children start among our descendants, even when a child ends: the agent may touch
/// nothing else.
fn adopt_orphans() -> Result<(), Failure> {
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
        .map_err(|error| Failure::fault("the stage cannot be closed off").because(&error))
}

/// An application with every permission that the main job and its neighbours need.
async fn register(
    admin: &Admin,
    base_url: String,
    authority: Option<Authority>,
) -> Result<Service, Failure> {
    let permissions = [
        "Machine.StopAndQuarantine",
        "Machine.Read.All",
        "File.Read.All",
    ];
    let new = NewApplication {
        display_name: "quell".to_owned(),
        permissions: permissions.map(str::to_owned).to_vec(),
        ..NewApplication::default()
    };
    let added = admin
        .add_application(new)
        .await
        .map_err(|error| cannot(&error))?;
    let secret = added
        .secret
        .ok_or_else(|| Failure::fault("the server gave the application no secret"))?;
    Ok(Service {
        base_url,
        tenant_id: added.tenant_id,
        client_id: added.client_id,
        client_secret: secret.expose().to_owned().into(),
        authority,
    })
}
