//! What can stand in the way of giving a file back, and what is not as it was.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::super::{ItemId, VaultError};
use crate::causes::WithCauses;

/// One thing that could not be made as it was.
#[derive(Debug)]
#[non_exhaustive]
pub enum RestoreNote {
    /// The file belongs to who restored it, because only root may give files away.
    OwnerNotRestored {
        /// The owner that it had.
        uid: u32,
        /// The group that it had.
        gid: u32,
    },
    /// Set-user-id and set-group-id were left out: the owner is another now, or the directory
    /// belongs to a stranger or can be written to by others.
    SetIdDropped,
    /// An extended attribute was refused by the system.
    XattrNotRestored {
        /// Its name.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The system gave the file other permission bits than it was told.
    ModeNotRestored {
        /// The bits that it had.
        wanted: u32,
        /// The bits that it has.
        found: u32,
    },
    /// Inode flags were refused by the system.
    FlagsNotRestored {
        /// The flags that are missing, as ioctl_iflags(2) has them.
        flags: u32,
        /// What the system said.
        source: io::Error,
    },
    /// A directory of the path was gone and was made anew: mode 0755, owned by who restored.
    DirectoryMade(PathBuf),
    /// The file that was at the path is in the vault now.
    Replaced {
        /// Its item.
        item: ItemId,
        /// Where it was.
        path: PathBuf,
    },
    /// A further hard link could not be made.
    LinkNotRestored {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: RestoreError,
    },
    /// The vault could not note that the item was restored.
    NotNoted(VaultError),
}

impl fmt::Display for RestoreNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OwnerNotRestored { uid, gid } => {
                write!(
                    f,
                    "owner {uid}:{gid} not restored, because only root may do that"
                )
            }
            Self::SetIdDropped => f.write_str("set-user-id and set-group-id bits were left out"),
            Self::XattrNotRestored { name, source } => {
                write!(f, "extended attribute {name} not restored: {source}")
            }
            Self::ModeNotRestored { wanted, found } => {
                write!(
                    f,
                    "mode {wanted:04o} not restored: the system made it {found:04o}"
                )
            }
            Self::FlagsNotRestored { flags, source } => {
                write!(f, "inode flags {flags:#x} not restored: {source}")
            }
            Self::DirectoryMade(path) => {
                write!(f, "directory {} was made anew, mode 0755", path.display())
            }
            Self::Replaced { item, path } => write!(
                f,
                "what was at {} is in the vault now, as item {item}",
                path.display()
            ),
            Self::LinkNotRestored { path, source } => {
                let why = WithCauses(source);
                write!(f, "hard link {} not restored: {why}", path.display())
            }
            Self::NotNoted(source) => write!(f, "{}", WithCauses(source)),
        }
    }
}

/// Why a file was not given back. Nothing was changed.
///
/// What can be done about it depends on who asked: a person at the machine has options that a server
/// has not. So none of these sentences gives advice.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The item cannot be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The file had been deleted while it ran.
    #[error("the file had no path when it was taken")]
    NoOriginalPath,
    /// There is something at the path.
    #[error("something is at {} by now: it stays", path.display())]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// An exported or recovered item is written to a new file, and there cannot be one.
    #[error("no new file can be made at {}: {why}", path.display())]
    NotNew {
        /// The path.
        path: PathBuf,
        /// What is in the way.
        why: &'static str,
    },
    /// The directory is gone.
    #[error("the directory {} does not exist", directory.display())]
    ParentMissing {
        /// The directory that the file was to be in.
        directory: PathBuf,
    },
    /// The path leads through a symbolic link, which may lead anywhere by now.
    #[error("{} leads through a symbolic link now, which is not followed", directory.display())]
    SymbolicLink {
        /// The directory that the file was to be in.
        directory: PathBuf,
    },
    /// What is at the path is no file, so that it cannot be taken into the vault.
    #[error("what is at {} is no regular file and is not replaced", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The file that was to be replaced changed in that moment.
    #[error("the file at {} changed while it was being replaced: it was left as it is", path.display())]
    Changed {
        /// The path.
        path: PathBuf,
    },
    /// All names beside the path are taken.
    #[error("{} and all names beside it are taken", path.display())]
    NoNameLeft {
        /// The path.
        path: PathBuf,
    },
    /// The path is no absolute path to a file.
    #[error("the path does not name a file by an absolute path")]
    Path,
    /// The operating system refused.
    #[error("could not {doing}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl RestoreError {
    pub(in super::super) fn io(doing: &'static str) -> impl Fn(io::Error) -> Self + Copy {
        move |source| Self::Io { doing, source }
    }

    /// This error where a new file was to be made at `path`: what else a restore may do about it is not
    /// to be had there.
    pub(in super::super) fn of_new_file(self, path: &Path) -> Self {
        let why = match self {
            Self::Exists { .. } => "something is there, and nothing is written over",
            Self::ParentMissing { .. } => "its directory does not exist",
            Self::SymbolicLink { .. } => {
                "a directory on the path is a symbolic link, which is not followed"
            }
            other => return other,
        };
        let path = path.to_owned();
        Self::NotNew { path, why }
    }

    /// As [`Self::io`], where the failure may be that a name is taken.
    pub(in super::super) fn naming(
        path: &Path,
        doing: &'static str,
    ) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists {
                path: path.to_owned(),
            },
            _ => Self::Io { doing, source },
        }
    }
}
