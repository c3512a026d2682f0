//! Giving a file back.
//!
//! The order of the steps matters: a change of owner drops set-user-id and capabilities, an ACL
//! changes the mode, anything written changes the times, and the name comes last.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use quell_model::Timestamp;
use rustix::fs::{CWD, Gid, Mode, OFlags, ResolveFlags, Timespec, Timestamps, Uid, XattrFlags};
use rustix::io::Errno;

use super::extents::Sparse;
use super::reading::Sha256Sink;
use super::{Attributes, Item, ItemId, Vault, VaultError};
use crate::whole_file::WholeFile;

const SET_ID: u32 = 0o6000;

/// Where a file is restored to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// To every path that it was taken from, with owner, mode, times and extended attributes.
    Original,
    /// To this path alone, with all that it had.
    As(PathBuf),
    /// To another path, for somebody who wants to look at it: mode 0600, owned by the caller.
    Elsewhere(PathBuf),
}

/// A file was given back. The item stays in the vault.
#[derive(Debug)]
pub struct Restored {
    /// The item.
    pub item: Item,
    /// Where the file is now.
    pub path: PathBuf,
    /// What is not as it was before.
    pub notes: Vec<RestoreNote>,
}

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
            Self::LinkNotRestored { path, source } => {
                write!(f, "hard link {} not restored: {source}", path.display())
            }
            Self::NotNoted(source) => write!(f, "{source}"),
        }
    }
}

/// Why a file was not given back. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The item cannot be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The file had been deleted while it ran.
    #[error("the file had no path when it was taken: say where to restore it with --to")]
    NoOriginalPath,
    /// There is something at the path.
    #[error(
        "a file exists at {}, and restoring never replaces one: move it away, or restore elsewhere with --to",
        path.display()
    )]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// The directory is gone.
    #[error("the directory does not exist any more: make it, or restore elsewhere with --to")]
    ParentMissing,
    /// The path leads through a symbolic link, which may lead anywhere by now.
    #[error(
        "a directory on the path is a symbolic link now, which restoring does not follow: restore elsewhere with --to"
    )]
    SymbolicLink,
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
    fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, source }
    }

    /// As [`Self::io`], where the failure may be that a name is taken.
    fn naming(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists {
                path: path.to_owned(),
            },
            _ => Self::Io { doing, source },
        }
    }
}

impl Vault {
    /// Gives an item's file back, under a name that nothing has yet; `now` goes into the item's
    /// state. The item stays in the vault until it is removed.
    ///
    /// # Errors
    /// [`RestoreError`]; then nothing was changed.
    pub fn restore(
        &self,
        id: ItemId,
        destination: &Destination,
        now: Timestamp,
    ) -> Result<Restored, RestoreError> {
        let item = self.show(id)?;
        let originals: Vec<PathBuf> = item.paths.iter().map(path_of).collect();
        let (path, links) = match destination {
            Destination::Elsewhere(path) | Destination::As(path) => (path.clone(), &[][..]),
            Destination::Original => {
                let (first, links) = originals
                    .split_first()
                    .ok_or(RestoreError::NoOriginalPath)?;
                (first.clone(), links)
            }
        };
        let place = Place::open(&path)?;
        let mut whole = place.create(&path)?;
        self.write_content(id, &mut whole)?;
        let mut notes = match destination {
            Destination::Elsewhere(_) => Vec::new(),
            Destination::Original | Destination::As(_) => {
                let uid = item.attributes.uid;
                let mut further = originals.iter().filter_map(|path| Place::open(path).ok());
                let is_shared = place.is_shared(uid)?
                    || further.any(|place| place.is_shared(uid).unwrap_or(true));
                dress(&mut whole, &item.attributes, is_shared)?
            }
        };
        whole
            .publish(&place.name)
            .map_err(RestoreError::naming(&path, "give the file its name"))?;
        notes.extend(links.iter().filter_map(|path| {
            let source = link(&whole, path).err()?;
            Some(RestoreNote::LinkNotRestored {
                path: path.clone(),
                source,
            })
        }));
        notes.extend(self.note_restored(id, now).err().map(RestoreNote::NotNoted));
        Ok(Restored { item, path, notes })
    }

    /// Whether the very content of an item is at `path`.
    pub(crate) fn is_at(&self, item: &Item, path: &Path) -> bool {
        let fingerprint = || -> io::Result<(String, u64)> {
            let mut file = std::fs::File::from(open_at(path).map_err(io::Error::other)?);
            if !file.metadata()?.is_file() {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            let mut nowhere = io::sink();
            let mut sink = Sha256Sink::new(&mut nowhere);
            io::copy(&mut file, &mut sink)?;
            Ok(sink.finish())
        };
        fingerprint().is_ok_and(|found| found == (item.sha256.clone(), item.size))
    }

    fn write_content(&self, id: ItemId, whole: &mut WholeFile) -> Result<(), RestoreError> {
        let file = whole.file();
        self.read_content(id, &mut Sparse::new(file.as_fd()))?;
        file.sync_all().map_err(RestoreError::io("write the file"))
    }
}

fn path_of(path: &quell_protocol::WirePath) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(&path.to_bytes()))
}

/// Gives the file that was restored to `restored` one more name, which nothing has yet.
///
/// # Errors
/// [`RestoreError`]; then nothing was changed.
pub(crate) fn add_name(restored: &Path, path: &Path) -> Result<(), RestoreError> {
    let doing = "make the hard link";
    let file = open_at(restored)?;
    let place = Place::open(path)?;
    let own = format!("/proc/self/fd/{}", file.as_raw_fd());
    let follow = rustix::fs::AtFlags::SYMLINK_FOLLOW;
    rustix::fs::linkat(CWD, own, &place.parent, &*place.name, follow)
        .map_err(io::Error::from)
        .map_err(RestoreError::naming(path, doing))?;
    rustix::fs::fsync(&place.parent).map_err(|error| RestoreError::io(doing)(error.into()))
}

/// What is at a path, no link followed on the way and none at its end.
fn open_at(path: &Path) -> Result<OwnedFd, RestoreError> {
    let place = Place::open(path)?;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    rustix::fs::openat(&place.parent, &*place.name, flags, Mode::empty())
        .map_err(|error| RestoreError::io("open the file")(error.into()))
}

/// Adds one more name to the restored file.
fn link(whole: &WholeFile, path: &Path) -> Result<(), RestoreError> {
    let doing = "make the hard link";
    let place = Place::open(path)?;
    whole
        .link_to(place.parent.as_fd(), &place.name)
        .map_err(RestoreError::naming(path, doing))?;
    rustix::fs::fsync(&place.parent).map_err(|error| RestoreError::io(doing)(error.into()))
}

/// A directory, held so that nobody can exchange it, and the name that the file gets in it.
struct Place {
    parent: OwnedFd,
    name: std::ffi::OsString,
}

impl Place {
    fn open(path: &Path) -> Result<Self, RestoreError> {
        let name = path
            .file_name()
            .filter(|_| path.is_absolute())
            .ok_or(RestoreError::Path)?;
        let parent = path.parent().ok_or(RestoreError::Path)?;
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        match rustix::fs::openat2(CWD, parent, flags, Mode::empty(), resolve) {
            Ok(parent) => Ok(Self {
                parent,
                name: name.to_owned(),
            }),
            Err(Errno::NOENT | Errno::NOTDIR) => Err(RestoreError::ParentMissing),
            Err(Errno::LOOP) => Err(RestoreError::SymbolicLink),
            Err(error) => Err(RestoreError::io("open the directory")(error.into())),
        }
    }

    fn create(&self, path: &Path) -> Result<WholeFile, RestoreError> {
        // Asked beforehand only to spare the work; the name is given without replacing anyway.
        match rustix::fs::statat(
            &self.parent,
            &*self.name,
            rustix::fs::AtFlags::SYMLINK_NOFOLLOW,
        ) {
            Ok(_) => Err(RestoreError::Exists {
                path: path.to_owned(),
            }),
            Err(_) => WholeFile::create(self.parent.as_fd())
                .map_err(RestoreError::io("make a file in the directory")),
        }
    }

    /// Whether anybody but root and `owner` can put files here.
    fn is_shared(&self, owner: u32) -> Result<bool, RestoreError> {
        let stat = rustix::fs::fstat(&self.parent)
            .map_err(|error| RestoreError::io("examine the directory")(error.into()))?;
        let is_strangers = stat.st_uid != 0 && stat.st_uid != owner;
        let mode = Mode::from_raw_mode(stat.st_mode);
        Ok(is_strangers || mode.intersects(Mode::WGRP | Mode::WOTH))
    }
}

/// Gives the file what it had beside its content, and says what could not be given.
fn dress(
    whole: &mut WholeFile,
    attributes: &Attributes,
    shared_directory: bool,
) -> Result<Vec<RestoreNote>, RestoreError> {
    let mut notes = Vec::new();
    let file: &std::fs::File = whole.file();
    let file = file.as_fd();
    let owner_restored = give_owner(file, attributes);
    if !owner_restored {
        notes.push(RestoreNote::OwnerNotRestored {
            uid: attributes.uid,
            gid: attributes.gid,
        });
    }
    let trusted = owner_restored && !shared_directory;
    if attributes.mode & SET_ID != 0 && !trusted {
        notes.push(RestoreNote::SetIdDropped);
    }
    // Before the mode: who may not write to the file may not give it attributes either.
    notes.extend(give_xattrs(file, attributes, trusted));
    let mode = if trusted {
        attributes.mode
    } else {
        attributes.mode & !SET_ID
    };
    rustix::fs::fchmod(file, Mode::from_raw_mode(mode & 0o7777))
        .map_err(|error| RestoreError::io("set the file's mode")(error.into()))?;
    let times = Timestamps {
        last_access: timespec(attributes.accessed_ns),
        last_modification: timespec(attributes.modified_ns),
    };
    rustix::fs::futimens(file, &times)
        .map_err(|error| RestoreError::io("set the file's times")(error.into()))?;
    Ok(notes)
}

fn give_owner(file: BorrowedFd<'_>, attributes: &Attributes) -> bool {
    let is_so_already = rustix::fs::fstat(file)
        .is_ok_and(|stat| stat.st_uid == attributes.uid && stat.st_gid == attributes.gid);
    let (uid, gid) = (Uid::from_raw(attributes.uid), Gid::from_raw(attributes.gid));
    is_so_already || rustix::fs::fchown(file, Some(uid), Some(gid)).is_ok()
}

fn give_xattrs(file: BorrowedFd<'_>, attributes: &Attributes, trusted: bool) -> Vec<RestoreNote> {
    let give = |name: &[u8], value: &[u8]| -> io::Result<()> {
        if name == b"security.capability" && !trusted {
            return Err(io::Error::other("left out, as set-user-id would be"));
        }
        Ok(rustix::fs::fsetxattr(
            file,
            name,
            value,
            XattrFlags::empty(),
        )?)
    };
    let note = |xattr: &super::Xattr| {
        let source = give(&xattr.name, &xattr.value).err()?;
        let name = String::from_utf8_lossy(&xattr.name).into_owned();
        Some(RestoreNote::XattrNotRestored { name, source })
    };
    attributes.xattrs.iter().filter_map(note).collect()
}

fn timespec(nanoseconds: i64) -> Timespec {
    Timespec {
        tv_sec: nanoseconds.div_euclid(1_000_000_000),
        tv_nsec: nanoseconds.rem_euclid(1_000_000_000) as _,
    }
}
