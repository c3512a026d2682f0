//! Device groups: add, list, remove, assign.

use super::{Admin, AdminError};
use crate::core::device_group::is_name;
use crate::core::{GroupId, Tag};
use crate::store::DeviceGroups as _;
use crate::store::record::{Changed, DeviceGroup, Named};

impl Admin {
    /// The device groups, oldest first.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn device_groups(&self) -> Result<Vec<DeviceGroup>, AdminError> {
        Ok(self.store.device_groups(self.tenant).await?)
    }

    /// Makes a device group; with a tag, machines that have it come into the group by themselves.
    ///
    /// # Errors
    /// [`AdminError::GroupName`], [`AdminError::NameTaken`], or when the store is not available.
    pub async fn add_device_group(
        &self,
        name: &str,
        tag: Option<Tag>,
    ) -> Result<GroupId, AdminError> {
        if !is_name(name) {
            return Err(AdminError::GroupName);
        }
        let (by, now) = (self.by("server group add"), self.clock.now());
        let added = self
            .store
            .add_device_group(self.tenant, name, tag, by, now)
            .await?;
        done(added, name)
    }

    /// Removes a device group. Its machines are then where their tags put them, or in none, and
    /// enrolment tokens for it let nobody in any more.
    ///
    /// # Errors
    /// [`AdminError::Unknown`], or when the store is not available.
    pub async fn remove_device_group(&self, name: &str) -> Result<(), AdminError> {
        let (by, now) = (self.by("server group remove"), self.clock.now());
        let removed = self
            .store
            .remove_device_group(self.tenant, name, by, now)
            .await?;
        done(removed, name)
    }

    /// Puts machines, named by their ids or DNS names, into a device group, all of them or none of
    /// them; without a group, where their tags put them.
    ///
    /// # Errors
    /// [`AdminError::Unknown`], or when the store is not available.
    pub async fn assign_group(
        &self,
        machines: Vec<String>,
        group: Option<String>,
    ) -> Result<(), AdminError> {
        let (by, now) = (self.by("server group assign"), self.clock.now());
        let assigned = self
            .store
            .assign_group(self.tenant, machines, group, by, now)
            .await?;
        done(assigned, "")
    }

    /// The number of the device group of this name.
    pub(super) async fn group_named(&self, name: &str) -> Result<GroupId, AdminError> {
        let groups = self.device_groups().await?;
        let found = groups
            .iter()
            .find(|group| group.name.eq_ignore_ascii_case(name));
        let unknown = || AdminError::Unknown(Named::DeviceGroup(name.to_owned()));
        found.map(|group| group.id).ok_or_else(unknown)
    }
}

/// What became of it; `name` is what was to be made.
pub(super) fn done<T>(changed: Changed<T>, name: &str) -> Result<T, AdminError> {
    match changed {
        Changed::Done(made) => Ok(made),
        Changed::NameTaken => Err(AdminError::NameTaken(name.to_owned())),
        Changed::Unknown(named) => Err(AdminError::Unknown(named)),
    }
}
