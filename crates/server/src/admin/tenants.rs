//! Tenants: choose, add, list, remove.

use quell_model::Timestamp;

use super::{Admin, AdminError};
use crate::core::TenantId;
use crate::core::device_group::is_name;
use crate::store::record::{Holdings, Tenant};
use crate::store::{Tenants as _, Trail as _};

/// A tenant as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantSummary {
    /// Its id, which stands in its token endpoints.
    pub id: TenantId,
    /// Its name for people; the one that a server makes for itself has none.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// How much there is of it.
    pub holdings: Holdings,
}

impl Admin {
    /// The same hand on the tenant of this id or name; without one on the only tenant that there is.
    ///
    /// # Errors
    /// [`AdminError::WhichTenant`], [`AdminError::NoTenant`], or when the store is not available.
    pub async fn of(&self, named: Option<&str>) -> Result<Self, AdminError> {
        let all = self.store.tenants().await?;
        let tenant = match (named, all.as_slice()) {
            (Some(named), _) => chosen(&all, named)?,
            (None, [only]) => only,
            (None, _) => return Err(AdminError::WhichTenant(all.len())),
        };
        Ok(Self {
            tenant: tenant.id,
            ..self.clone()
        })
    }

    /// The same, for reading an audit trail alone: that of a tenant that was removed is found by the
    /// tenant's id.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub async fn of_trail(&self, named: Option<&str>) -> Result<Self, AdminError> {
        let named = match self.of(named).await {
            Err(AdminError::NoTenant(named)) => named,
            known_or_unclear => return known_or_unclear,
        };
        let trails = self.store.trails().await?;
        match named.parse().ok().filter(|id| trails.contains(id)) {
            Some(tenant) => Ok(Self {
                tenant,
                ..self.clone()
            }),
            None => Err(AdminError::NoTenant(named)),
        }
    }

    /// The tenants, in the order in which they were made.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn tenants(&self) -> Result<Vec<TenantSummary>, AdminError> {
        let mut all = Vec::new();
        for tenant in self.store.tenants().await? {
            all.push(TenantSummary {
                id: tenant.id,
                name: tenant.name,
                created: tenant.created,
                holdings: self.store.holdings(tenant.id).await?,
            });
        }
        Ok(all)
    }

    /// Makes a tenant.
    ///
    /// # Errors
    /// [`AdminError::GroupName`], [`AdminError::NameTaken`], or when the store is not available.
    pub async fn add_tenant(&self, name: &str) -> Result<TenantId, AdminError> {
        // A name that is an id would be another tenant's to choose by.
        if !is_name(name) || name.parse::<TenantId>().is_ok() {
            return Err(AdminError::GroupName);
        }
        let tenant = Tenant {
            id: TenantId::fresh(),
            name: name.to_owned(),
            created: self.clock.now(),
        };
        let id = tenant.id;
        let by = self.by("server tenant add");
        match self.store.add_tenant(tenant, by).await? {
            true => Ok(id),
            false => Err(AdminError::NameTaken(name.to_owned())),
        }
    }

    /// Removes the tenant of this hand with everything of it but its audit trail, as long as there is
    /// no more of it than was `known` to whoever decided that. `false`: there is more by now.
    ///
    /// # Errors
    /// [`AdminError::LastTenant`], or when the store is not available.
    pub async fn remove_tenant(&self, known: Holdings) -> Result<bool, AdminError> {
        if self.store.tenants().await?.len() < 2 {
            return Err(AdminError::LastTenant);
        }
        let (by, now) = (self.by("server tenant remove"), self.clock.now());
        let removed = self.store.remove_tenant(self.tenant, known, by, now);
        Ok(removed.await?)
    }
}

fn chosen<'a>(all: &'a [Tenant], named: &str) -> Result<&'a Tenant, AdminError> {
    let id = named.parse().ok();
    let is_it = |tenant: &&Tenant| match id {
        Some(id) => tenant.id == id,
        None => !named.is_empty() && tenant.name.eq_ignore_ascii_case(named),
    };
    let found = all.iter().find(is_it);
    found.ok_or_else(|| AdminError::NoTenant(named.to_owned()))
}
