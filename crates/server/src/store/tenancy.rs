//! Tenants, their device groups, and the roles of their persons.

use std::fmt::Debug;

use async_trait::async_trait;
use quell_model::Timestamp;

use super::StoreError;
use super::record::{Changed, DeviceGroup, Holder, Holdings, NewRole, RoleRecord, Tenant};
use crate::core::audit::By;
use crate::core::{GroupId, Powers, Tag, TenantId};

/// Whose data there are.
#[async_trait]
pub trait Tenants: Debug + Send + Sync {
    /// Every tenant, in the order in which they were made.
    async fn tenants(&self) -> Result<Vec<Tenant>, StoreError>;
    /// Makes a tenant; `false` when another has its name, in whatever case.
    async fn add_tenant(&self, tenant: Tenant, by: By) -> Result<bool, StoreError>;
    /// How much there is of a tenant.
    async fn holdings(&self, tenant: TenantId) -> Result<Holdings, StoreError>;
    /// Removes a tenant and everything of it but its audit trail, as long as there is no more of it
    /// than `known`; `false` when there is, or no such tenant.
    async fn remove_tenant(
        &self,
        tenant: TenantId,
        known: Holdings,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}

/// Which machines belong together.
#[async_trait]
pub trait DeviceGroups: Debug + Send + Sync {
    /// The groups of a tenant, by their numbers.
    async fn device_groups(&self, tenant: TenantId) -> Result<Vec<DeviceGroup>, StoreError>;
    /// Makes a group, with a number that none had before. Machines with its tag come into it, if no
    /// operator put them elsewhere and no older group has them.
    async fn add_device_group(
        &self,
        tenant: TenantId,
        name: &str,
        tag: Option<Tag>,
        by: By,
        now: Timestamp,
    ) -> Result<Changed<GroupId>, StoreError>;
    /// Removes a group; its machines are then where their tags put them, and no role reaches them
    /// by it any more.
    async fn remove_device_group(
        &self,
        tenant: TenantId,
        name: &str,
        by: By,
        now: Timestamp,
    ) -> Result<Changed, StoreError>;
    /// Puts machines into a group, all of them or none; without a name: where their tags put them.
    async fn assign_group(
        &self,
        tenant: TenantId,
        machines: Vec<String>,
        group: Option<String>,
        by: By,
        now: Timestamp,
    ) -> Result<Changed, StoreError>;
}

/// What persons may do on which machines.
#[async_trait]
pub trait Roles: Debug + Send + Sync {
    /// What a person may do now. In a tenant that never had a role everything.
    async fn powers(&self, tenant: TenantId, person: &str) -> Result<Powers, StoreError>;
    /// The roles of a tenant, by name; `None` when it never had one.
    async fn roles(&self, tenant: TenantId) -> Result<Option<Vec<RoleRecord>>, StoreError>;
    /// Makes a role, which nobody holds.
    async fn add_role(
        &self,
        tenant: TenantId,
        role: NewRole,
        by: By,
        now: Timestamp,
    ) -> Result<Changed, StoreError>;
    /// Removes a role.
    async fn remove_role(
        &self,
        tenant: TenantId,
        name: &str,
        by: By,
        now: Timestamp,
    ) -> Result<Changed, StoreError>;
    /// Gives a role to some and takes it from others; who is in both lists holds it.
    async fn grant_role(
        &self,
        tenant: TenantId,
        name: &str,
        add: Vec<Holder>,
        remove: Vec<Holder>,
        by: By,
        now: Timestamp,
    ) -> Result<Changed, StoreError>;
    /// Who is in which user groups: names of persons by group.
    async fn user_groups(&self, tenant: TenantId) -> Result<Vec<(String, String)>, StoreError>;
    /// Puts a person into user groups, and takes him out of others; one that is in both lists he is
    /// in. Answers with all that he is then in.
    async fn join_groups(
        &self,
        tenant: TenantId,
        person: &str,
        add: Vec<String>,
        remove: Vec<String>,
        by: By,
        now: Timestamp,
    ) -> Result<Changed<Vec<String>>, StoreError>;
}
