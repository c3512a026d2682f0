use quell_model::{ActionId, ActionType, MachineAction, Timestamp};

use crate::Placed;

/// What a watch saw.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// The action has ended, well or not: look at its `status`.
    Ended(Box<MachineAction>),
    /// The service does not know this action.
    Lost(ActionId),
}

/// What came of waiting for many.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Waited {
    /// The actions that have ended, well or not, as they came.
    pub ended: Vec<MachineAction>,
    /// Those that go on: the time was over.
    pub open: Vec<ActionId>,
    /// Those that the service does not know.
    pub lost: Vec<ActionId>,
}

/// An action to be watched: made from its id, or better from the action itself or a [`Placed`],
/// which tell when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    pub(super) id: ActionId,
    pub(super) created: Option<Timestamp>,
    pub(super) kind: Option<ActionType>,
}

impl From<ActionId> for Watched {
    fn from(id: ActionId) -> Self {
        Self {
            id,
            created: None,
            kind: None,
        }
    }
}

impl From<&ActionId> for Watched {
    fn from(id: &ActionId) -> Self {
        id.clone().into()
    }
}

impl From<&MachineAction> for Watched {
    fn from(action: &MachineAction) -> Self {
        let created = action.creation_date_time_utc;
        Self {
            id: action.id.clone(),
            created: (!created.is_never()).then_some(created),
            kind: Some(action.kind.clone()),
        }
    }
}

impl From<&Placed> for Watched {
    fn from(placed: &Placed) -> Self {
        placed.action().into()
    }
}
