//! Who may do what.

use super::extension::Extension;
use quell_model::{AnyOf, Holder, OperationInfo};

use crate::generated::readings;

/// By which reading of the documentation permissions are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PermissionRule {
    /// As the service was observed to ask: one of each half.
    #[default]
    Observed,
    /// As the page says since October 2021: any one of its list. Whoever may read machines may
    /// then quarantine files on them.
    Documented,
    /// As the page said from March to June 2021: the operation's own permission alone.
    Documented202103,
}

/// What one operation needs by a reading: one of each.
#[derive(Debug)]
pub(crate) struct Needs {
    pub(crate) operation: &'static str,
    pub(crate) application: &'static [AnyOf],
    pub(crate) delegated: &'static [AnyOf],
}

impl PermissionRule {
    /// What a token of this kind needs for the operation: one of each, asked in this order.
    #[must_use]
    pub fn asks(self, operation: &OperationInfo, holder: Holder) -> &'static [AnyOf] {
        let differing = match self {
            Self::Observed => &[],
            Self::Documented => readings::DOCUMENTED,
            Self::Documented202103 => readings::DOCUMENTED_2021_03,
        };
        let needs = differing.iter().find(|one| one.operation == operation.name);
        match (needs, holder) {
            (Some(needs), Holder::Application) => needs.application,
            (Some(needs), Holder::Delegated) => needs.delegated,
            _ => operation.permissions(holder),
        }
    }
}

/// What a token lets its bearer do.
///
/// A token that has scopes speaks for a person, whatever roles it carries beside them: then the
/// scopes alone count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// An application acting as itself, with these roles.
    Application(Vec<String>),
    /// A person acting through an application, with these scopes.
    Person(Vec<String>),
}

/// A permission is missing. The sentence is the service's own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Denied(String);

impl Grant {
    /// Says whether the bearer was given a permission of this server's own, by its name.
    ///
    /// # Errors
    /// [`Denied`] when not.
    pub fn holds(&self, extension: &Extension) -> Result<(), Denied> {
        let (kind, held) = match self {
            Self::Application(roles) => ("application", roles),
            Self::Person(scopes) => ("delegated", scopes),
        };
        if held.iter().any(|name| name == extension.name) {
            return Ok(());
        }
        Err(Denied(format!(
            "The application does not have any of the required {kind} permissions ({}) to access the resource.",
            extension.name
        )))
    }

    /// Says whether this is enough for the operation by this rule; the halves of what it asks for
    /// are looked at in the contract's order.
    ///
    /// # Errors
    /// [`Denied`] with the first half of which the bearer has no permission.
    pub fn allows(&self, operation: &OperationInfo, rule: PermissionRule) -> Result<(), Denied> {
        let (holder, held) = match self {
            Self::Application(roles) => (Holder::Application, roles),
            Self::Person(scopes) => (Holder::Delegated, scopes),
        };
        let holds_one = |half: &AnyOf| held.iter().any(|one| half.0.contains(&one.as_str()));
        let mut asked = rule.asks(operation, holder).iter();
        match asked.find(|half| !holds_one(half)) {
            None => Ok(()),
            Some(half) => Err(Denied(half.refusal(holder))),
        }
    }
}

#[cfg(test)]
mod tests {
    use quell_model::operations::STOP_AND_QUARANTINE_FILE;

    use super::*;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|word| (*word).to_owned()).collect()
    }

    const OBSERVED: PermissionRule = PermissionRule::Observed;

    fn refusal(grant: &Grant) -> String {
        grant
            .allows(&STOP_AND_QUARANTINE_FILE, OBSERVED)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn application_needs_both_halves() {
        for reading in ["Machine.Read.All", "Machine.ReadWrite.All"] {
            let grant = Grant::Application(words(&["Machine.StopAndQuarantine", reading]));
            assert_eq!(grant.allows(&STOP_AND_QUARANTINE_FILE, OBSERVED), Ok(()));
        }
    }

    #[test]
    fn application_is_told_of_the_half_that_is_missing() {
        const READING: &str = "The application does not have any of the required application permissions (Machine.Read.All, Machine.ReadWrite.All) to access the resource.";
        const STOPPING: &str = "The application does not have any of the required application permissions (Machine.StopAndQuarantine) to access the resource.";
        for (held, sentence) in [
            (&["Machine.StopAndQuarantine"][..], READING),
            (&["Machine.Read.All"], STOPPING),
            (&["Machine.ReadWrite.All", "Machine.Isolate"], STOPPING),
            (&[], READING),
            (&["machine.stopandquarantine", "machine.read.all"], READING),
        ] {
            assert_eq!(
                refusal(&Grant::Application(words(held))),
                sentence,
                "{held:?}"
            );
        }
    }

    #[test]
    fn person_needs_the_scope_alone() {
        let grant = Grant::Person(words(&["Machine.StopAndQuarantine"]));
        assert_eq!(grant.allows(&STOP_AND_QUARANTINE_FILE, OBSERVED), Ok(()));
        assert_eq!(
            refusal(&Grant::Person(words(&["Machine.Read"]))),
            "The application does not have any of the required delegated permissions (Machine.StopAndQuarantine) to access the resource."
        );
    }
}
