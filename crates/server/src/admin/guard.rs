//! What limits a mistake: freezes and protected files; and how things stand.

use quell_model::Sha1;

use super::{Admin, AdminError};
use crate::core::TenantId;
use crate::serve::SILENCE;
use crate::store::record::{Census, Freeze, ProtectedFile, RunningServer};
use crate::store::{Directory as _, Guard as _, Vitals as _};

impl Admin {
    /// Hands nothing out from now on; `None` for everybody's machines.
    ///
    /// # Errors
    /// [`AdminError::UnknownTenant`], or when the store is not available.
    pub async fn freeze(&self, tenant: Option<TenantId>, reason: String) -> Result<(), AdminError> {
        self.expect(tenant).await?;
        let freeze = Freeze {
            tenant,
            since: self.clock.now(),
            reason,
            by: self.operator_name(),
        };
        Ok(self.store.freeze(freeze, self.by("server freeze")).await?)
    }

    /// Ends a freeze of this reach. `false`: there was none.
    ///
    /// # Errors
    /// [`AdminError::UnknownTenant`], or when the store is not available.
    pub async fn thaw(&self, tenant: Option<TenantId>, reason: String) -> Result<bool, AdminError> {
        self.expect(tenant).await?;
        let (by, now) = (self.by("server thaw"), self.clock.now());
        Ok(self.store.thaw(tenant, reason, by, now).await?)
    }

    /// All freezes.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn freezes(&self) -> Result<Vec<Freeze>, AdminError> {
        Ok(self.store.freezes().await?)
    }

    /// How many there are of what.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn census(&self) -> Result<Census, AdminError> {
        Ok(self.store.census(self.tenant).await?)
    }

    /// The servers that run on this store.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn servers(&self) -> Result<Vec<RunningServer>, AdminError> {
        let mut servers = self.store.servers().await?;
        let silent_since = self.clock.outside().saturating_sub(SILENCE);
        servers.retain(|server| server.seen >= silent_since);
        Ok(servers)
    }

    /// Has a file not be stopped unless somebody insists.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn protect(&self, sha1: Sha1, reason: String) -> Result<(), AdminError> {
        let file = ProtectedFile {
            sha1,
            reason,
            created: self.clock.now(),
        };
        let by = self.by("server protect add");
        Ok(self.store.protect(self.tenant, file, by).await?)
    }

    /// Protects a file no longer. `false`: it was not protected.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn unprotect(&self, sha1: Sha1) -> Result<bool, AdminError> {
        let (by, now) = (self.by("server protect remove"), self.clock.now());
        Ok(self.store.unprotect(self.tenant, sha1, by, now).await?)
    }

    /// The files that are protected, by hash.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn protected_files(&self) -> Result<Vec<ProtectedFile>, AdminError> {
        Ok(self.store.protected_files(self.tenant).await?)
    }

    async fn expect(&self, tenant: Option<TenantId>) -> Result<(), AdminError> {
        match tenant {
            Some(tenant) if !self.store.has_tenant(tenant).await? => {
                Err(AdminError::UnknownTenant(tenant))
            }
            _ => Ok(()),
        }
    }
}
