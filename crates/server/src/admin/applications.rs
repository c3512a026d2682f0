//! Applications: add, list, remove.

use quell_model::{Holder, PermissionInfo, Timestamp};
use uuid::Uuid;

use super::{Admin, AdminError};
use crate::secret::{Secret, SecretHash};
use crate::store::Directory as _;
use crate::store::record::Application;

/// The longest name, in characters.
const MAX_NAME: usize = 120;

/// An application to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApplication {
    /// Its name for people: the `requestor` of its actions.
    pub display_name: String,
    /// Its permissions, for instance `Machine.StopAndQuarantine` and `Machine.Read.All`.
    pub permissions: Vec<String>,
}

/// An application that was added. The secret is shown now and never again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedApplication {
    /// The tenant that it belongs to.
    pub tenant_id: String,
    /// Its name in requests.
    pub client_id: String,
    /// What it proves itself with.
    pub secret: Secret,
}

/// An application as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationSummary {
    /// Its name in requests.
    pub client_id: String,
    /// Its name for people.
    pub display_name: String,
    /// Its permissions.
    pub permissions: Vec<String>,
    /// When it was added.
    pub created: Timestamp,
}

impl Admin {
    /// Adds an application.
    ///
    /// # Errors
    /// [`AdminError::Name`], [`AdminError::UnknownPermission`], or when the store is not available.
    pub async fn add_application(
        &self,
        new: NewApplication,
    ) -> Result<AddedApplication, AdminError> {
        check(&new)?;
        let secret = Secret::generate()?;
        let application = Application {
            tenant: self.tenant,
            client_id: Uuid::new_v4().to_string(),
            display_name: new.display_name,
            roles: new.permissions,
            secret: SecretHash::of(secret.expose())?,
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
    ApplicationSummary {
        client_id: application.client_id,
        display_name: application.display_name,
        permissions: application.roles,
        created: application.created,
    }
}

fn check(new: &NewApplication) -> Result<(), AdminError> {
    let name = new.display_name.as_str();
    let is_name = !name.trim().is_empty()
        && name.chars().count() <= MAX_NAME
        && !name.chars().any(char::is_control);
    if !is_name {
        return Err(AdminError::Name);
    }
    let unknown = new
        .permissions
        .iter()
        .find(|value| PermissionInfo::find(Holder::Application, value).is_none());
    match unknown {
        None => Ok(()),
        Some(value) => Err(AdminError::UnknownPermission(value.clone())),
    }
}
