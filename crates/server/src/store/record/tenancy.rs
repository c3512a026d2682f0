//! Tenants, device groups, and roles.

use quell_model::Timestamp;

use crate::core::{GroupId, Role, Tag, TenantId};

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name for people; the one that a server makes for itself has none.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
}

/// How much there is of a tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Machines that were enrolled, revoked ones too.
    pub machines: u64,
    /// Applications.
    pub applications: u64,
    /// Persons.
    pub people: u64,
    /// Machine actions.
    pub actions: u64,
}

impl Holdings {
    /// Whether nothing would be lost with the tenant.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether there is more of anything than there was.
    #[must_use]
    pub const fn exceeds(&self, known: &Self) -> bool {
        self.machines > known.machines
            || self.applications > known.applications
            || self.people > known.people
            || self.actions > known.actions
    }
}

/// A device group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceGroup {
    /// Its number.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// The tag of the machines that it takes in by itself.
    pub tag: Option<Tag>,
    /// How many machines are in it.
    pub machines: u64,
}

/// What became of a change that names a device group, a role or whoever is to hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed<T = ()> {
    /// It was made.
    Done(T),
    /// The new one has the name of an old one.
    NameTaken,
    /// There is none of this name.
    Unknown(Named),
}

/// What an unknown name is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A device group.
    DeviceGroup(String),
    /// A machine, by its id or its DNS name.
    Machine(String),
    /// A role.
    Role(String),
    /// A person.
    User(String),
}

/// A role that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRole {
    /// Its name.
    pub name: String,
    /// What it permits.
    pub permissions: Vec<crate::core::RolePermission>,
    /// On whose machines.
    pub reach: NamedReach,
}

/// Device groups by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedReach {
    /// Every machine.
    All,
    /// Those of these groups, and perhaps those that are in none.
    Groups {
        /// The groups' names.
        names: Vec<String>,
        /// Whether machines in no group belong to it.
        ungrouped: bool,
    },
}

/// A role as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRecord {
    /// Its name.
    pub name: String,
    /// What it permits where.
    pub role: Role,
    /// Who holds it.
    pub holders: Vec<Holder>,
}

/// Who holds a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A person, by what he signs in with.
    User(String),
    /// A user group.
    UserGroup(String),
}

impl Holder {
    /// The person's or the group's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::User(name) | Self::UserGroup(name) => name,
        }
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(name) => write!(f, "user {name}"),
            Self::UserGroup(name) => write!(f, "user group {name}"),
        }
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::DeviceGroup(name) => write!(f, "device group {name:?}"),
            Self::Machine(name) => write!(f, "machine {name:?}"),
            Self::Role(name) => write!(f, "role {name:?}"),
            Self::User(name) => write!(f, "user {name:?}"),
        }
    }
}
