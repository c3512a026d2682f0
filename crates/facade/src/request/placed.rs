use std::fmt;
use std::ops::Deref;

use quell_model::{ActionId, MachineAction};

/// The action that stands for a request, and how it came to.
///
/// It derefs to the [`MachineAction`], and is taken wherever an action's id is meant:
/// `client.action(&placed)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    action: MachineAction,
    placement: Placement,
}

/// How an action came to stand for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Placement {
    /// The service made it for this request.
    Created,
    /// An earlier request of the same intent had made it, and its answer was lost: it was found
    /// and taken over. There is one action, not two.
    Adopted,
    /// The like action was open on this machine already, by somebody else's request or an earlier
    /// one of ours. This request added nothing; the file goes all the same.
    AlreadyActive,
}

impl Placed {
    pub(crate) const fn new(action: MachineAction, placement: Placement) -> Self {
        Self { action, placement }
    }

    /// The action's id.
    #[must_use]
    pub const fn id(&self) -> &ActionId {
        &self.action.id
    }

    /// How it came to stand for the request.
    #[must_use]
    pub const fn placement(&self) -> Placement {
        self.placement
    }

    /// The action, as the service showed it.
    #[must_use]
    pub const fn action(&self) -> &MachineAction {
        &self.action
    }

    /// The action without its history.
    #[must_use]
    pub fn into_action(self) -> MachineAction {
        self.action
    }
}

impl Deref for Placed {
    type Target = MachineAction;

    fn deref(&self) -> &MachineAction {
        &self.action
    }
}

impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Adopted => "adopted",
            Self::AlreadyActive => "already active",
        })
    }
}
