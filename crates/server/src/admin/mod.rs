//! What an operator does on a server's store, whether or not the server runs.

mod applications;
mod audit;
mod backup;
mod groups;
mod guard;
mod identities;
mod issuers;
mod keys;
mod laboratory;
mod machines;
mod operator;
mod people;
mod roles;
mod tenants;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use quell_state::PostgresOptions;

use crate::clock::{Clock, SystemClock};
use crate::core::TenantId;
use crate::core::audit::{Actor, Broken, By};
use crate::data_dir::{DataDir, DataDirError};
use crate::issuer::{InvalidRedirectUri, KeyError};
use crate::secret::NoRandomness;
use crate::store::{Directory as _, SqlStore, StoreError};

pub use crate::store::record::{
    DeviceGroup, Holder, Holdings, Named, NamedReach, NewRole, RoleRecord,
};
pub use applications::{AddedApplication, ApplicationSummary, NewApplication, NewProof};
pub use audit::{
    Archived, Exporting, Line, SilentWitness, TrailFileError, TrailFilter, Verdict, Witnesses,
    verify_file,
};
pub use backup::{BackupError, Copied, Restored, backup, restore, tell_of_copy};
pub use issuers::{IssuerSummary, NewIssuer};
pub use keys::KeySummary;
pub use machines::{MachineSummary, NewToken};
pub use people::{NewPerson, PersonSummary};
pub use tenants::TenantSummary;

/// An operator's hand on a server's store.
#[derive(Clone, Debug)]
pub struct Admin {
    store: SqlStore,
    clock: Arc<dyn Clock>,
    tenant: TenantId,
    operator: Actor,
    key_file: Option<PathBuf>,
}

/// An operator's command was not carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The data directory cannot be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No secret can be made.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The permission is none that an application can hold.
    #[error("{0:?} is no permission of an application")]
    UnknownPermission(String),
    /// The name is empty, too long, or not printable.
    #[error("an application's name has 1 to 120 printable characters")]
    Name,
    /// The scope is none that a person can have.
    #[error("{0:?} is no scope of a person")]
    UnknownScope(String),
    /// The address is none that persons can be sent back to.
    #[error("{0:?} cannot be a redirect URI")]
    RedirectUri(String, #[source] InvalidRedirectUri),
    /// The certificate is none, or has no RSA key of at least 2048 bits.
    #[error("the certificate must be one of X.509 with an RSA key of at least 2048 bits")]
    Certificate,
    /// The certificate's dates have passed.
    #[error("the certificate is over: make another")]
    CertificateOver,
    /// A public application that would act by itself, or for nobody.
    #[error("a public application has scopes and no permissions: it acts for persons alone")]
    Useless,
    /// The issuer cannot be trusted like this.
    #[error(
        "{0:?} cannot be trusted: it needs an audience, an https address for its keys, and algorithms of RS, PS or ES"
    )]
    Issuer(String),
    /// The issuer is trusted already.
    #[error("{0:?} is trusted already")]
    IssuerTaken(String),
    /// What a person signs in with.
    #[error("a person's name has 1 to 120 printable characters and no blanks")]
    PersonName,
    /// Another person has the name.
    #[error("there is a person {0} already")]
    PersonTaken(String),
    /// The password is too short or too long.
    #[error("a password has at least 12 characters and at most 256 bytes")]
    Password,
    /// There is no such tenant.
    #[error("there is no tenant {0}")]
    UnknownTenant(TenantId),
    /// An enrolment token that lets nobody in.
    #[error("an enrolment token needs at least one use and some time")]
    UselessToken,
    /// The name of a tenant, a group or a role is empty, too long, or not printable.
    #[error("a name has 1 to 120 printable characters, and no blanks around them")]
    GroupName,
    /// Another of its kind has the name.
    #[error("there is a {0:?} already")]
    NameTaken(String),
    /// There is none of this name in the tenant.
    #[error("there is no {0}")]
    Unknown(Named),
    /// A role that permits nothing, or nowhere.
    #[error("a role needs at least one permission, and machines that it holds for")]
    UselessRole,
    /// There are several tenants, and none was named.
    #[error("which tenant? there are {0}")]
    WhichTenant(usize),
    /// There is no tenant of this id or name.
    #[error("there is no tenant {0:?}")]
    NoTenant(String),
    /// A server has at least one tenant.
    #[error("the only tenant stays")]
    LastTenant,
    /// The key signs now.
    #[error("the key signs now; let another take over first")]
    ActiveKey,
    /// No signing key can be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What was kept elsewhere says nothing of the trail.
    #[error(transparent)]
    SilentWitness(#[from] SilentWitness),
    /// The archive cannot be written.
    #[error("the archive {} cannot be written", path.display())]
    Archive {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The archive cannot be read back.
    #[error("the archive cannot be read back")]
    ArchiveFile(#[from] TrailFileError),
    /// There is nothing to archive, or somebody archived it meanwhile.
    #[error("there is no entry from before that to archive")]
    NothingToArchive,
    /// What is broken is not archived, for the checkpoint would hide where.
    #[error("the trail is broken: nothing was archived")]
    BrokenTrail(#[source] Broken),
    /// It is not known where machines reach the server.
    #[error("the server has never run on this data directory, so its address is not known")]
    NoAddress,
}

impl Admin {
    /// Opens a data directory; makes it when it is not there.
    ///
    /// # Errors
    /// [`AdminError`] when it cannot be used.
    pub async fn open(data_dir: &Path) -> Result<Self, AdminError> {
        Self::with_clock(data_dir, Arc::new(SystemClock)).await
    }

    /// The same, with a clock of one's own.
    ///
    /// # Errors
    /// [`AdminError`] when it cannot be used.
    pub async fn with_clock(data_dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, AdminError> {
        let dir = DataDir::create(data_dir)?;
        let store = SqlStore::open(&dir.store_file())?;
        Self::on(store, clock, Some(dir.audit_key_file())).await
    }

    /// Opens the database that servers share, and makes the tables when they are not there; the
    /// data directory of one of the servers is where its audit key is.
    ///
    /// # Errors
    /// [`AdminError`] when it cannot be used.
    pub async fn connect(
        options: PostgresOptions,
        data_dir: Option<&Path>,
    ) -> Result<Self, AdminError> {
        let dir = data_dir.map(DataDir::create).transpose()?;
        let key_file = dir.map(|dir| dir.audit_key_file());
        let store = SqlStore::connect(options).await?;
        Self::on(store, Arc::new(SystemClock), key_file).await
    }

    /// A hand on a store that is open.
    pub(crate) async fn on(
        store: SqlStore,
        clock: Arc<dyn Clock>,
        key_file: Option<PathBuf>,
    ) -> Result<Self, AdminError> {
        let tenant = store.first_tenant(clock.now()).await?;
        Ok(Self {
            store,
            clock,
            tenant,
            operator: operator::this_user(),
            key_file,
        })
    }

    /// The tenant that the commands are about: the first one, unless another was [chosen](Self::of).
    #[must_use]
    pub fn tenant_id(&self) -> TenantId {
        self.tenant
    }

    /// What the audit trail says of whoever runs this command.
    fn by(&self, command: &'static str) -> By {
        By::operator(self.operator.clone(), command)
    }

    /// Who runs this command, for people.
    fn operator_name(&self) -> String {
        match &self.operator {
            Actor::Operator {
                name: Some(name), ..
            } => name.clone(),
            Actor::Operator { uid: Some(uid), .. } => format!("user {uid}"),
            other => other.kind().to_owned(),
        }
    }
}
