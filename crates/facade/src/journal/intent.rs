use std::time::Duration;

use quell_model::{ActionType, Comment, MachineId, Sha1, Timestamp};

use crate::Tag;

/// An action that is about to be asked of a machine: enough to find it again if the answer is lost.
///
/// It is plain data, so that a journal can keep it in any form. A comment's tag is found in the
/// comment, see [`tag`](Self::tag).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Intent {
    /// The type of the action.
    pub kind: ActionType,
    /// The machine, as it was named: by its id or its DNS name.
    pub machine: MachineId,
    /// The file, where the action is about one.
    pub sha1: Option<Sha1>,
    /// The comment as it is sent, tag and all.
    pub comment: Comment,
    /// When its first byte was about to leave, by our own clock.
    pub begun: Timestamp,
    /// How long after that it was given up at the latest; `None` if its call had no deadline.
    pub within: Option<Duration>,
}

impl Intent {
    /// An action of this type on this machine, begun at this moment.
    #[must_use]
    pub const fn new(
        kind: ActionType,
        machine: MachineId,
        comment: Comment,
        begun: Timestamp,
    ) -> Self {
        Self {
            kind,
            machine,
            sha1: None,
            comment,
            begun,
            within: None,
        }
    }

    /// The tag by which the action is known as ours, if it has one.
    #[must_use]
    pub fn tag(&self) -> Option<Tag> {
        Tag::of(self.comment.as_str())
    }
}
