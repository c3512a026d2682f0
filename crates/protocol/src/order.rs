//! What a server may order. A closed set: no verb runs code, carries a script or names a path.

use quell_model::{ActionId, MachineId, Sha1, Timestamp};
use serde::{Deserialize, Serialize};

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
    },
    /// Undo the action as far as it can still be undone, and say what became of it.
    CancelAction,
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
            },
        }
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
    fn order_with_more_than_it_should_carry_is_not_understood() {
        let mut json = serde_json::to_value(order()).unwrap();
        json["verb"]["path"] = "/etc/passwd".into();
        assert!(serde_json::from_value::<Order>(json).is_err());
    }
}
