//! Device groups: which machines belong together, and which of them someone sees.

use std::collections::BTreeSet;
use std::fmt;

use super::TenantId;

/// The longest name of a group or a role, in characters.
const MAX_NAME: usize = 120;

/// A device group of a tenant: `rbacGroupId`. A machine is in exactly one, or in none, which is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(i32);

impl GroupId {
    /// Where machines are that are in no group.
    pub const NONE: Self = Self(0);

    /// The group of this number.
    #[must_use]
    pub const fn new(number: i32) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Some machines of a tenant: all, or those of some groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All, in whatever group they are or come to be.
    All,
    /// Those of these groups; [`GroupId::NONE`] stands for those that are in none.
    Groups(BTreeSet<GroupId>),
}

impl Extent {
    /// No machine.
    #[must_use]
    pub const fn nothing() -> Self {
        Self::Groups(BTreeSet::new())
    }

    /// Whether machines of this group are among them.
    #[must_use]
    pub fn includes(&self, group: GroupId) -> bool {
        match self {
            Self::All => true,
            Self::Groups(groups) => groups.contains(&group),
        }
    }

    /// What either of them has.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Groups(mut some), Self::Groups(more)) => {
                some.extend(more);
                Self::Groups(some)
            }
            _ => Self::All,
        }
    }
}

/// What someone sees: machines of one tenant, and nothing of any other.
///
/// Whatever the store tells of machines, it tells to a view: machines, their actions, and the files
/// on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The tenant.
    pub tenant: TenantId,
    /// Which of its machines.
    pub machines: Extent,
}

/// All of a tenant.
impl From<TenantId> for View {
    fn from(tenant: TenantId) -> Self {
        Self {
            tenant,
            machines: Extent::All,
        }
    }
}

/// Whether a group, a role or a tenant can be called so.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.trim() == text
        && !text.is_empty()
        && text.chars().count() <= MAX_NAME
        && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups<const N: usize>(numbers: [i32; N]) -> Extent {
        Extent::Groups(numbers.map(GroupId::new).into())
    }

    #[test]
    fn extents_add_up() {
        assert_eq!(groups([1, 2]).or(&groups([2, 3])), groups([1, 2, 3]));
        assert_eq!(groups([1]).or(&Extent::All), Extent::All);
        assert_eq!(Extent::All.or(&groups([1])), Extent::All);
        assert_eq!(Extent::nothing().or(&Extent::nothing()), Extent::nothing());
    }

    #[test]
    fn group_is_included_when_it_is_named() {
        assert!(groups([1]).includes(GroupId::new(1)));
        assert!(!groups([1]).includes(GroupId::NONE));
        assert!(groups([0]).includes(GroupId::NONE));
        assert!(Extent::All.includes(GroupId::NONE));
        assert!(!Extent::nothing().includes(GroupId::NONE));
    }

    #[test]
    fn name_is_what_a_person_can_read_and_type() {
        for good in ["Servers", "a", "Contoso GmbH – Köln"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", " a", "a ", "a\nb", &"a".repeat(121)] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }
}
