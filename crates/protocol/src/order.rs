//! What a server may order. A closed set: no verb runs code, carries a script or names a path.

use quell_model::{ActionId, MachineId, Sha1, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Ability, Hints};

/// One order for one machine.
///
/// An order is bound to its machine, its action, a sequence number that only grows per machine,
/// and a moment after which it has no effect. An agent keeps the ids of the actions that it took
/// up, so that the same order, sent again or replayed, does nothing but repeat the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Order {
    /// Grows by at least one with each order of this machine.
    pub sequence: u64,
    /// The machine that is meant.
    pub machine_id: MachineId,
    /// The machine action that the order carries out.
    pub action_id: ActionId,
    /// From here on the order has no effect.
    pub expires_at: Timestamp,
    /// What to do.
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Verb {
    /// Stop every process that executes the file, and take every copy of it into the vault.
    StopAndQuarantineFile {
        /// The file's content.
        sha1: Sha1,
        /// Why, in the requestor's words; goes into the vault item.
        comment: String,
        /// Who asked; goes into the vault item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        requestor: Option<String>,
        /// Whether whoever asked insists although the server would refuse. What the device itself
        /// protects it protects all the same, unless its own policy heeds this.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        force: bool,
        /// What whoever asked knows of the file; only for agents with [`Ability::Hints`].
        #[serde(default, skip_serializing_if = "Hints::is_empty")]
        hints: Hints,
        /// Whether to say only what would be done; only for agents with [`Ability::DryRun`].
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        dry_run: bool,
        /// Whether those are stopped, too, who only use the file as a shared library; only for agents
        /// with [`Ability::StopMappers`].
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        stop_mappers: bool,
    },
    /// Put back from the vault what was taken. The vault knows the paths; the server names none.
    RestoreFile {
        /// The file's content.
        sha1: Sha1,
        /// The action that took it; none for whatever was taken with this content.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        taken_by: Option<ActionId>,
        /// What to do where something else is by now.
        #[serde(default)]
        conflict: Conflict,
        /// Why, in the requestor's words.
        comment: String,
        /// Who asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        requestor: Option<String>,
    },
    /// Undo the action as far as it can still be undone, and say what became of it.
    CancelAction,
}

impl Verb {
    /// The file that the order is about; none for an order about another order.
    #[must_use]
    pub fn sha1(&self) -> Option<Sha1> {
        match self {
            Self::StopAndQuarantineFile { sha1, .. } | Self::RestoreFile { sha1, .. } => {
                Some(*sha1)
            }
            Self::CancelAction => None,
        }
    }

    /// The verb as an agent with these abilities reads it: without hints that it cannot read, which
    /// are only hints.
    ///
    /// # Errors
    /// The ability without which it would do something else than was asked.
    pub fn for_agent(mut self, abilities: &[Ability]) -> Result<Self, Ability> {
        if let Self::StopAndQuarantineFile {
            hints,
            dry_run,
            stop_mappers,
            ..
        } = &mut self
        {
            let needed = [
                (*dry_run, Ability::DryRun),
                (*stop_mappers, Ability::StopMappers),
            ];
            for (is_asked, ability) in needed {
                if is_asked && !abilities.contains(&ability) {
                    return Err(ability);
                }
            }
            if !abilities.contains(&Ability::Hints) {
                *hints = Hints::default();
            }
        }
        Ok(self)
    }
}

/// What becomes of a file that is to be put back to a path where there is something. That which is
/// there stays in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Conflict {
    /// It stays in the vault.
    #[default]
    Fail,
    /// It gets another name beside the path: `NAME.restored-1`.
    Rename,
}

/// Why an order has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The order is for another machine.
    #[error("the order is for another machine")]
    OtherMachine,
    /// The order came too late.
    #[error("the order has expired")]
    Expired,
}

impl Order {
    /// Says whether the order binds `machine` at `now`.
    ///
    /// # Errors
    /// The [`Refusal`] when it does not.
    pub fn check(&self, machine: &MachineId, now: Timestamp) -> Result<(), Refusal> {
        if self.machine_id != *machine {
            Err(Refusal::OtherMachine)
        } else if now >= self.expires_at {
            Err(Refusal::Expired)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> Order {
        Order {
            sequence: 1,
            machine_id: MachineId::new("m1").unwrap(),
            action_id: ActionId::new("a1").unwrap(),
            expires_at: "2026-01-02T00:00:00Z".parse().unwrap(),
            verb: Verb::StopAndQuarantineFile {
                sha1: "87662bc3d60e4200ceaf7aae249d1c343f4b83c9".parse().unwrap(),
                comment: "why".to_owned(),
                requestor: None,
                force: false,
                hints: Hints::default(),
                dry_run: false,
                stop_mappers: false,
            },
        }
    }

    fn asked(given: Hints, dry: bool) -> Verb {
        let mut verb = order().verb;
        if let Verb::StopAndQuarantineFile { hints, dry_run, .. } = &mut verb {
            (*hints, *dry_run) = (given, dry);
        }
        verb
    }

    #[test]
    fn order_for_an_older_agent_has_no_hints_and_no_dry_run() {
        let hints = Hints {
            file_size: Some(7),
            paths: Vec::new(),
        };
        let plain = serde_json::to_value(asked(Hints::default(), false)).unwrap();
        let older = asked(hints.clone(), false).for_agent(&[]).unwrap();
        // To the letter what an agent from before there were hints was sent.
        assert_eq!(serde_json::to_value(older).unwrap(), plain);
        assert_eq!(
            asked(hints.clone(), true).for_agent(&[]),
            Err(Ability::DryRun)
        );
        assert_eq!(
            asked(Hints::default(), true).for_agent(&[Ability::Hints]),
            Err(Ability::DryRun)
        );
        let newer = asked(hints, true);
        assert_eq!(newer.clone().for_agent(&Ability::ALL), Ok(newer));
    }

    #[test]
    fn users_of_a_library_are_stopped_only_by_an_agent_that_knows_of_it() {
        let mut verb = asked(Hints::default(), false);
        if let Verb::StopAndQuarantineFile { stop_mappers, .. } = &mut verb {
            *stop_mappers = true;
        }
        let older = verb.clone().for_agent(&[Ability::Hints, Ability::DryRun]);
        assert_eq!(older, Err(Ability::StopMappers));
        assert_eq!(verb.clone().for_agent(&Ability::ALL), Ok(verb.clone()));
        assert_eq!(serde_json::to_value(verb).unwrap()["stopMappers"], true);
    }

    #[test]
    fn order_expires_at_its_very_moment() {
        let machine = MachineId::new("m1").unwrap();
        let before: Timestamp = "2026-01-01T23:59:59.9999999Z".parse().unwrap();
        assert_eq!(order().check(&machine, before), Ok(()));
        assert_eq!(
            order().check(&machine, order().expires_at),
            Err(Refusal::Expired)
        );
    }

    #[test]
    fn order_with_an_unknown_verb_is_not_understood() {
        let mut json = serde_json::to_value(order()).unwrap();
        json["verb"] = serde_json::json!({"type": "RunScript", "script": "rm -rf /"});
        assert!(serde_json::from_value::<Order>(json).is_err());
    }

    #[test]
    fn order_says_that_it_insists_only_where_it_does() {
        let plain = serde_json::to_value(order()).unwrap();
        assert!(plain["verb"].get("force").is_none());
        let mut insisting = plain;
        insisting["verb"]["force"] = true.into();
        let order: Order = serde_json::from_value(insisting).unwrap();
        assert!(matches!(
            order.verb,
            Verb::StopAndQuarantineFile { force: true, .. }
        ));
    }

    #[test]
    fn order_to_restore_names_no_path() {
        let json = serde_json::json!({
            "sequence": 2, "machineId": "m1", "actionId": "a2",
            "expiresAt": "2026-01-02T00:00:00Z",
            "verb": {
                "type": "RestoreFile", "sha1": "87662bc3d60e4200ceaf7aae249d1c343f4b83c9",
                "takenBy": "a1", "conflict": "rename", "comment": "why"
            }
        });
        let order: Order = serde_json::from_value(json.clone()).unwrap();
        let Verb::RestoreFile {
            taken_by, conflict, ..
        } = &order.verb
        else {
            panic!("another verb")
        };
        assert_eq!(*taken_by, Some(ActionId::new("a1").unwrap()));
        assert_eq!(*conflict, Conflict::Rename);
        for more in ["path", "paths", "to"] {
            let mut json = json.clone();
            json["verb"][more] = "/etc/passwd".into();
            assert!(serde_json::from_value::<Order>(json).is_err(), "{more}");
        }
    }

    #[test]
    fn order_with_more_than_it_should_carry_is_not_understood() {
        let mut json = serde_json::to_value(order()).unwrap();
        json["verb"]["path"] = "/etc/passwd".into();
        assert!(serde_json::from_value::<Order>(json).is_err());
    }
}
