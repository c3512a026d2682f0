//! Roles of persons: add, list, remove, grant; and user groups.

use super::groups::done;
use super::{Admin, AdminError};
use crate::core::device_group::is_name;
use crate::store::Roles as _;
use crate::store::record::{Holder, NamedReach, NewRole, RoleRecord};

impl Admin {
    /// The roles, by name. `None`: there never was one, and persons may do on every machine what
    /// their scopes say.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn roles(&self) -> Result<Option<Vec<RoleRecord>>, AdminError> {
        Ok(self.store.roles(self.tenant).await?)
    }

    /// Makes a role, which nobody holds. With the first one, persons see nothing but what roles that
    /// they hold show them, for good.
    ///
    /// # Errors
    /// [`AdminError::GroupName`], [`AdminError::UselessRole`], [`AdminError::NameTaken`],
    /// [`AdminError::Unknown`], or when the store is not available.
    pub async fn add_role(&self, role: NewRole) -> Result<(), AdminError> {
        if !is_name(&role.name) {
            return Err(AdminError::GroupName);
        }
        let nowhere = NamedReach::Groups {
            names: Vec::new(),
            ungrouped: false,
        };
        if role.permissions.is_empty() || role.reach == nowhere {
            return Err(AdminError::UselessRole);
        }
        let (by, now) = (self.by("server role add"), self.clock.now());
        let name = role.name.clone();
        let added = self.store.add_role(self.tenant, role, by, now).await?;
        done(added, &name)
    }

    /// Removes a role; who held it has nothing of it at once.
    ///
    /// # Errors
    /// [`AdminError::Unknown`], or when the store is not available.
    pub async fn remove_role(&self, name: &str) -> Result<(), AdminError> {
        let (by, now) = (self.by("server role remove"), self.clock.now());
        let removed = self.store.remove_role(self.tenant, name, by, now).await?;
        done(removed, name)
    }

    /// Gives a role to some and takes it from others, at once; who is in both lists holds it.
    ///
    /// # Errors
    /// [`AdminError::GroupName`], [`AdminError::Unknown`], or when the store is not available.
    pub async fn grant_role(
        &self,
        name: &str,
        add: Vec<Holder>,
        remove: Vec<Holder>,
    ) -> Result<(), AdminError> {
        let is_named = |holder: &Holder| match holder {
            Holder::User(_) => true,
            Holder::UserGroup(name) => is_name(name),
        };
        if !add.iter().all(is_named) {
            return Err(AdminError::GroupName);
        }
        let (by, now) = (self.by("server role grant"), self.clock.now());
        let granted = self
            .store
            .grant_role(self.tenant, name, add, remove, by, now)
            .await?;
        done(granted, name)
    }

    /// Who is in which user groups: the names of persons beside those of groups.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn user_groups(&self) -> Result<Vec<(String, String)>, AdminError> {
        Ok(self.store.user_groups(self.tenant).await?)
    }

    /// Puts a person into user groups, and takes him out of others; one that is in both lists he is
    /// in. Answers with all that he is then in.
    ///
    /// # Errors
    /// [`AdminError::GroupName`], [`AdminError::Unknown`], or when the store is not available.
    pub async fn join_groups(
        &self,
        person: &str,
        add: Vec<String>,
        remove: Vec<String>,
    ) -> Result<Vec<String>, AdminError> {
        if !add.iter().all(|group| is_name(group)) {
            return Err(AdminError::GroupName);
        }
        let (by, now) = (self.by("server user group"), self.clock.now());
        let joined = self
            .store
            .join_groups(self.tenant, person, add, remove, by, now)
            .await?;
        done(joined, person)
    }
}
