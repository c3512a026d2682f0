//! Roles: what persons may do on which machines, beside the scopes that applications have from them.

use std::fmt;

use super::{Extent, GroupId};

/// What a role permits, as the portal names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RolePermission {
    /// Seeing machines, their actions, and the files on them.
    ViewData,
    /// Ordering something from machines, and giving it up.
    ActiveRemediationActions,
}

impl RolePermission {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::ViewData, Self::ActiveRemediationActions];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ViewData => "View data",
            Self::ActiveRemediationActions => "Active remediation actions",
        }
    }

    /// The one of this name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let is_it = |one: &Self| one.as_str().eq_ignore_ascii_case(name);
        Self::ALL.into_iter().find(is_it)
    }
}

impl fmt::Display for RolePermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a role permits, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// What it permits.
    pub permissions: Vec<RolePermission>,
    /// On which machines.
    pub machines: Extent,
}

/// What a caller may do on which machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Powers {
    /// The machines that he sees.
    pub sees: Extent,
    /// The machines that he may order something from, as far as he sees them.
    pub acts: Extent,
}

impl Powers {
    /// An application's, which acts on the whole tenant, and everyone's where no role was ever made.
    pub const UNLIMITED: Self = Self {
        sees: Extent::All,
        acts: Extent::All,
    };

    /// What these roles give together; without any, nothing.
    #[must_use]
    pub fn of(roles: &[Role]) -> Self {
        let with = |permission| {
            let mut given = roles
                .iter()
                .filter(|role| role.permissions.contains(&permission));
            given
                .by_ref()
                .fold(Extent::nothing(), |sum, role| sum.or(&role.machines))
        };
        Self {
            sees: with(RolePermission::ViewData),
            acts: with(RolePermission::ActiveRemediationActions),
        }
    }

    /// Whether the caller may order something from a machine of this group.
    #[must_use]
    pub fn may_act_on(&self, group: GroupId) -> bool {
        self.sees.includes(group) && self.acts.includes(group)
    }

    /// Whether he may do what concerns every machine.
    #[must_use]
    pub fn may_act_on_all(&self) -> bool {
        self.sees == Extent::All && self.acts == Extent::All
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: RolePermission = RolePermission::ViewData;
    const ACT: RolePermission = RolePermission::ActiveRemediationActions;

    fn role(permissions: &[RolePermission], groups: &[i32]) -> Role {
        Role {
            permissions: permissions.to_vec(),
            machines: Extent::Groups(groups.iter().copied().map(GroupId::new).collect()),
        }
    }

    #[test]
    fn permissions_are_found_by_the_names_of_the_portal_in_any_case() {
        for permission in RolePermission::ALL {
            assert_eq!(RolePermission::named(permission.as_str()), Some(permission));
        }
        assert_eq!(RolePermission::named("view DATA"), Some(VIEW));
        assert_eq!(RolePermission::named("ViewData"), None);
    }

    #[test]
    fn each_permission_holds_on_the_groups_of_the_roles_that_have_it() {
        let powers = Powers::of(&[role(&[VIEW], &[1, 2]), role(&[VIEW, ACT], &[2, 3])]);
        for (group, sees, acts) in [
            (1, true, false),
            (2, true, true),
            (3, true, true),
            (0, false, false),
        ] {
            let group = GroupId::new(group);
            assert_eq!(powers.sees.includes(group), sees, "{group}");
            assert_eq!(powers.may_act_on(group), acts, "{group}");
        }
    }

    #[test]
    fn nobody_acts_on_what_he_does_not_see() {
        let powers = Powers::of(&[role(&[ACT], &[1])]);
        assert!(!powers.may_act_on(GroupId::new(1)));
        assert!(!powers.may_act_on_all());
    }

    #[test]
    fn without_a_role_nothing_is_seen() {
        assert_eq!(Powers::of(&[]).sees, Extent::nothing());
        assert!(Powers::UNLIMITED.may_act_on_all());
    }
}
