//! What can be asked of a machine.

use quell_model::ActionId;
use quell_protocol::{Conflict, Hints};

/// What is asked, with what is particular to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Stop a file and take it away.
    StopAndQuarantineFile {
        /// Whether the caller insists, and may.
        force: bool,
        /// What the caller knows of the file.
        hints: Hints,
        /// Whether nothing is to be touched.
        dry_run: bool,
        /// Whether those are to be stopped, too, who only use the file as a shared library.
        stop_mappers: bool,
    },
    /// Put back what was taken away.
    RestoreFile {
        /// The action that took it; none for whatever was taken with the same content.
        taken_by: Option<ActionId>,
        /// What to do where something else is by now.
        conflict: Conflict,
    },
}

impl Ask {
    /// Whether it only asks what would be done.
    #[must_use]
    pub const fn is_dry_run(&self) -> bool {
        matches!(self, Self::StopAndQuarantineFile { dry_run: true, .. })
    }

    /// Whether those are to be stopped, too, who only use the file as a shared library.
    #[must_use]
    pub const fn stops_mappers(&self) -> bool {
        matches!(
            self,
            Self::StopAndQuarantineFile {
                stop_mappers: true,
                ..
            }
        )
    }

    /// Which kind of action it makes.
    #[must_use]
    pub const fn kind(&self) -> ActionKind {
        match self {
            Self::StopAndQuarantineFile { .. } => ActionKind::StopAndQuarantineFile,
            Self::RestoreFile { .. } => ActionKind::RestoreFile,
        }
    }
}

/// The `type` of a machine action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActionKind {
    /// The API's own.
    StopAndQuarantineFile,
    /// This server's own: the API has none that puts a file back. Clients read it as a type that
    /// they do not know, which the API asks of them.
    RestoreFile,
}

impl ActionKind {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StopAndQuarantineFile => "StopAndQuarantineFile",
            Self::RestoreFile => "RestoreFile",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::StopAndQuarantineFile, Self::RestoreFile]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}
