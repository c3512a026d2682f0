//! Applications: add, list, remove.

use quell_model::{Holder, PermissionInfo, Timestamp};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use uuid::Uuid;

use super::{Admin, AdminError};
use crate::core::extension::Extension;
use crate::issuer::{RedirectUri, is_certificate_over, is_usable_certificate};
use crate::secret::{Secret, SecretHash};
use crate::store::Directory as _;
use crate::store::record::Application;

/// The longest name, in characters.
const MAX_NAME: usize = 120;

/// An application to be added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewApplication {
    /// Its name for people: the `requestor` of its actions.
    pub display_name: String,
    /// What it may do by itself, for instance `Machine.StopAndQuarantine` and `Machine.Read.All`.
    pub permissions: Vec<String>,
    /// What persons who sign in with it may let it do, for instance `Machine.StopAndQuarantine`.
    pub scopes: Vec<String>,
    /// Where persons come back to after they signed in.
    pub redirect_uris: Vec<String>,
    /// How it proves itself.
    pub proof: NewProof,
}

/// How an application proves itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NewProof {
    /// By a secret, which is made for it.
    #[default]
    Secret,
    /// By assertions signed with the RSA key of this certificate, in DER.
    Certificate(Vec<u8>),
    /// Not at all: it runs where everybody can read it, and does nothing without a person.
    Public,
}

impl NewProof {
    /// By the key of the first certificate in a PEM text.
    ///
    /// # Errors
    /// [`AdminError::Certificate`] when there is none in it.
    pub fn of_certificate_pem(pem: &[u8]) -> Result<Self, AdminError> {
        let certificate = CertificateDer::from_pem_slice(pem);
        let certificate = certificate.map_err(|_| AdminError::Certificate)?;
        Ok(Self::Certificate(certificate.to_vec()))
    }
}

/// An application that was added. The secret is shown now and never again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedApplication {
    /// The tenant that it belongs to.
    pub tenant_id: String,
    /// Its name in requests.
    pub client_id: String,
    /// What it proves itself with, if that is a secret.
    pub secret: Option<Secret>,
}

/// An application as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationSummary {
    /// Its name in requests.
    pub client_id: String,
    /// Its name for people.
    pub display_name: String,
    /// What it may do by itself.
    pub permissions: Vec<String>,
    /// What persons may let it do.
    pub scopes: Vec<String>,
    /// Where persons come back to.
    pub redirect_uris: Vec<String>,
    /// How it proves itself: `secret`, `certificate` or `public`.
    pub proof: &'static str,
    /// When it was added.
    pub created: Timestamp,
}

impl Admin {
    /// Adds an application.
    ///
    /// # Errors
    /// [`AdminError::Name`], [`AdminError::UnknownPermission`], [`AdminError::UnknownScope`],
    /// [`AdminError::RedirectUri`], [`AdminError::Certificate`], [`AdminError::CertificateOver`],
    /// [`AdminError::Useless`], or when the store is not available.
    pub async fn add_application(
        &self,
        new: NewApplication,
    ) -> Result<AddedApplication, AdminError> {
        check(&new)?;
        if let NewProof::Certificate(certificate) = &new.proof
            && is_certificate_over(certificate, self.clock.outside())
        {
            return Err(AdminError::CertificateOver);
        }
        let (secret, certificate) = match new.proof {
            NewProof::Secret => (Some(Secret::generate()?), None),
            NewProof::Certificate(certificate) => (None, Some(certificate)),
            NewProof::Public => (None, None),
        };
        let hash = secret
            .as_ref()
            .map(|secret| SecretHash::of(secret.expose()));
        let application = Application {
            tenant: self.tenant,
            client_id: Uuid::new_v4().to_string(),
            display_name: new.display_name,
            roles: new.permissions,
            secret: hash.transpose()?,
            certificate,
            scopes: new.scopes,
            redirect_uris: new.redirect_uris,
            created: self.clock.now(),
        };
        let client_id = application.client_id.clone();
        let by = self.by("server app add");
        self.store.add_application(application, by).await?;
        Ok(AddedApplication {
            tenant_id: self.tenant.to_string(),
            client_id,
            secret,
        })
    }

    /// The applications, oldest first.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn applications(&self) -> Result<Vec<ApplicationSummary>, AdminError> {
        let kept = self.store.applications(self.tenant).await?;
        Ok(kept.into_iter().map(summary).collect())
    }

    /// Removes an application; its tokens are refused from now on. `false`: there was none.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn remove_application(&self, client_id: &str) -> Result<bool, AdminError> {
        Ok(self
            .store
            .remove_application(
                self.tenant,
                client_id,
                self.by("server app remove"),
                self.clock.now(),
            )
            .await?)
    }
}

fn summary(application: Application) -> ApplicationSummary {
    let proof = match (&application.secret, &application.certificate) {
        (Some(_), _) => "secret",
        (None, Some(_)) => "certificate",
        (None, None) => "public",
    };
    ApplicationSummary {
        client_id: application.client_id,
        display_name: application.display_name,
        permissions: application.roles,
        scopes: application.scopes,
        redirect_uris: application.redirect_uris,
        proof,
        created: application.created,
    }
}

fn check(new: &NewApplication) -> Result<(), AdminError> {
    check_name(&new.display_name)?;
    let unknown = new.permissions.iter().find(|value| {
        PermissionInfo::find(Holder::Application, value).is_none() && !Extension::is_one(value)
    });
    if let Some(value) = unknown {
        return Err(AdminError::UnknownPermission(value.clone()));
    }
    check_scopes(&new.scopes)?;
    for uri in &new.redirect_uris {
        RedirectUri::parse(uri).map_err(|source| AdminError::RedirectUri(uri.clone(), source))?;
    }
    match &new.proof {
        NewProof::Certificate(der) if !is_usable_certificate(der) => Err(AdminError::Certificate),
        NewProof::Public if !new.permissions.is_empty() || new.scopes.is_empty() => {
            Err(AdminError::Useless)
        }
        _ => Ok(()),
    }
}

/// Whether it can be shown to people as a name.
pub(super) fn check_name(name: &str) -> Result<(), AdminError> {
    let is_name = !name.trim().is_empty()
        && name.chars().count() <= MAX_NAME
        && !name.chars().any(char::is_control);
    is_name.then_some(()).ok_or(AdminError::Name)
}

pub(super) fn check_scopes(scopes: &[String]) -> Result<(), AdminError> {
    let unknown = scopes.iter().find(|value| {
        PermissionInfo::find(Holder::Delegated, value).is_none() && !Extension::is_one(value)
    });
    match unknown {
        None => Ok(()),
        Some(value) => Err(AdminError::UnknownScope(value.clone())),
    }
}
