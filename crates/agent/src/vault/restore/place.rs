//! Where a file goes: a directory that nobody can exchange under our hands, and a name in it.

use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

use super::{RestoreError, RestoreNote};
use crate::find::FileId;

/// The mode of a directory that is made because it is gone.
const NEW_DIRECTORY: Mode = Mode::from_bits_retain(0o755);
/// Deeper than any path can be.
const DEEPEST: usize = 4096;

/// A directory, held so that nobody can exchange it, and the name that the file gets in it.
#[derive(Debug)]
pub(in super::super) struct Place {
    pub(in super::super) parent: OwnedFd,
    pub(in super::super) name: OsString,
}

impl Place {
    /// Opens the directory of `path`, no link followed on the way.
    pub(in super::super) fn open(path: &Path) -> Result<Self, RestoreError> {
        let (parent, name) = split(path)?;
        Ok(Self {
            parent: open_directory(CWD, parent, parent)?,
            name: name.to_owned(),
        })
    }

    /// As [`Self::open`]; where told so, makes the directories that are gone, and notes them.
    pub(super) fn open_or_make(
        path: &Path,
        make: bool,
        notes: &mut Vec<RestoreNote>,
    ) -> Result<Self, RestoreError> {
        match Self::open(path) {
            Err(RestoreError::ParentMissing { .. }) if make => {
                let (parent, name) = split(path)?;
                let parent = make_directories(parent, notes)?;
                let name = name.to_owned();
                Ok(Self { parent, name })
            }
            opened => opened,
        }
    }

    pub(in super::super) fn must_be_free(&self, path: &Path) -> Result<(), RestoreError> {
        let path = path.to_owned();
        match self.look(&self.name) {
            Some(_) => Err(RestoreError::Exists { path }),
            None => Ok(()),
        }
    }

    /// Whether `name` is a name of this very file.
    pub(super) fn holds(&self, name: &OsStr, file: FileId) -> bool {
        self.look(name)
            .is_some_and(|stat| FileId::of(&stat) == file)
    }

    /// Opens what bears `name`, without following or waiting.
    pub(super) fn open_file(&self, name: &OsStr) -> Result<OwnedFd, RestoreError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        rustix::fs::openat(&self.parent, name, flags, Mode::empty())
            .map_err(|error| RestoreError::io("open the file")(error.into()))
    }

    fn look(&self, name: &OsStr) -> Option<Stat> {
        rustix::fs::statat(&self.parent, name, AtFlags::SYMLINK_NOFOLLOW).ok()
    }

    /// Whether anybody but root and `owner` can put files here, or put another directory in the
    /// place of this one or of one above it.
    pub(super) fn is_shared(&self, owner: u32) -> Result<bool, RestoreError> {
        let failed = |error: Errno| RestoreError::io("examine the directory")(error.into());
        let mut stat = rustix::fs::fstat(&self.parent).map_err(failed)?;
        if is_strangers(&stat, owner) || is_open(&stat) {
            return Ok(true);
        }
        let mut above = open_above(&self.parent).map_err(failed)?;
        for _ in 0..DEEPEST {
            let next = rustix::fs::fstat(&above).map_err(failed)?;
            if FileId::of(&next) == FileId::of(&stat) {
                return Ok(false);
            }
            // In a sticky directory only the owner of a name can give it away.
            let sticky = Mode::from_raw_mode(next.st_mode).contains(Mode::SVTX);
            if is_strangers(&next, owner) || (is_open(&next) && !sticky) {
                return Ok(true);
            }
            above = open_above(&above).map_err(failed)?;
            stat = next;
        }
        Ok(true)
    }
}

fn is_strangers(stat: &Stat, owner: u32) -> bool {
    stat.st_uid != 0 && stat.st_uid != owner
}

fn is_open(stat: &Stat) -> bool {
    Mode::from_raw_mode(stat.st_mode).intersects(Mode::WGRP | Mode::WOTH)
}

fn open_above(directory: &OwnedFd) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::openat(directory, "..", flags, Mode::empty())
}

fn split(path: &Path) -> Result<(&Path, &OsStr), RestoreError> {
    let name = path.file_name().filter(|_| path.is_absolute());
    let parent = path.parent();
    parent.zip(name).ok_or(RestoreError::Path)
}

/// Opens the directory at `path`, which its errors call `whole`.
fn open_directory(
    from: impl std::os::fd::AsFd,
    path: impl rustix::path::Arg,
    whole: &Path,
) -> Result<OwnedFd, RestoreError> {
    let directory = whole.to_owned();
    let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match rustix::fs::openat2(from, path, flags, Mode::empty(), resolve) {
        Ok(directory) => Ok(directory),
        Err(Errno::NOENT | Errno::NOTDIR) => Err(RestoreError::ParentMissing { directory }),
        Err(Errno::LOOP) => Err(RestoreError::SymbolicLink { directory }),
        Err(error) => Err(RestoreError::io("open the directory")(error.into())),
    }
}

/// Opens a directory from the root downwards and makes what is missing, each through the one above.
fn make_directories(path: &Path, notes: &mut Vec<RestoreNote>) -> Result<OwnedFd, RestoreError> {
    let mut directory = open_directory(CWD, "/", Path::new("/"))?;
    let mut so_far = PathBuf::from("/");
    for component in path.components() {
        let name = match component {
            Component::RootDir => continue,
            Component::Normal(name) => name,
            _ => return Err(RestoreError::Path),
        };
        so_far.push(name);
        directory = match open_directory(&directory, name, &so_far) {
            Err(RestoreError::ParentMissing { .. }) => {
                let made = make_directory(&directory, name, &so_far)?;
                notes.push(RestoreNote::DirectoryMade(so_far.clone()));
                made
            }
            opened => opened?,
        };
    }
    Ok(directory)
}

fn make_directory(above: &OwnedFd, name: &OsStr, whole: &Path) -> Result<OwnedFd, RestoreError> {
    let failed = |error: Errno| RestoreError::io("make a directory")(error.into());
    rustix::fs::mkdirat(above, name, Mode::RWXU).map_err(failed)?;
    let made = open_directory(above, name, whole)?;
    // Whatever the umask is.
    rustix::fs::fchmod(&made, NEW_DIRECTORY).map_err(failed)?;
    rustix::fs::fsync(above).map_err(failed)?;
    Ok(made)
}
