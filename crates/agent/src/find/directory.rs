//! A directory that is held open, and a file that was seen in it.

use std::ffi::{CStr, CString, OsStr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{
    AtFlags, CWD, Mode, OFlags, ResolveFlags, Stat, StatxFlags, openat, openat2, statx,
};
use rustix::io::Errno;

use super::identity::{FileId, Stamp};
use crate::sys::file;

const OPEN_DIRECTORY: OFlags = OFlags::DIRECTORY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NONBLOCK);

/// The kernel takes 4096 bytes with the zero at the end.
const LONGEST: usize = 4000;

/// A directory that is held open. Its path is where it was when it was opened, for people; what is
/// done is done through the descriptor.
#[derive(Debug)]
pub struct Directory {
    fd: OwnedFd,
    path: Vec<u8>,
    /// The mount that it was reached through.
    pub(crate) mount: u64,
    /// How many directories below its root.
    pub(crate) depth: usize,
    /// Whose mounts it was reached through, in words, if not through the agent's own.
    pub(crate) view: Option<Arc<str>>,
}

impl Directory {
    /// Opens a root. None of its path's components may be a symbolic link. A path may be longer than
    /// the kernel takes at once.
    pub(crate) fn root(path: &Path) -> Result<Self, Errno> {
        let mut pieces = pieces(path.as_os_str().as_bytes()).into_iter();
        let first = pieces.next().unwrap_or_default();
        let start = Self::start(Path::new(OsStr::from_bytes(first)))?;
        pieces.try_fold(start, |directory, piece| directory.step(piece))
    }

    fn start(path: &Path) -> Result<Self, Errno> {
        let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let fd = openat2(CWD, path, OPEN_DIRECTORY, Mode::empty(), resolve)?;
        let mount = mount_of(&fd)?;
        let bytes = path.as_os_str().as_bytes();
        let path = bytes.strip_suffix(b"/").unwrap_or(bytes).to_vec();
        Ok(Self {
            fd,
            path,
            mount,
            depth: 0,
            view: None,
        })
    }

    /// Opens the root of another process's mounts, which `view` names.
    pub(crate) fn root_of(pid: u32, view: Arc<str>) -> Result<Self, Errno> {
        let flags = OPEN_DIRECTORY.difference(OFlags::NOFOLLOW);
        let fd = openat(CWD, format!("/proc/{pid}/root"), flags, Mode::empty())?;
        Ok(Self {
            mount: mount_of(&fd)?,
            fd,
            path: Vec::new(),
            depth: 0,
            view: Some(view),
        })
    }

    /// Opens a directory in this one.
    pub(crate) fn child(&self, name: &CStr, mount: u64) -> Result<Self, Errno> {
        Ok(Self {
            fd: openat(&self.fd, name, OPEN_DIRECTORY, Mode::empty())?,
            path: join(&self.path, name.to_bytes()),
            mount,
            depth: self.depth + 1,
            view: self.view.clone(),
        })
    }

    /// Opens a directory anywhere below this one, without leaving it and without links.
    pub(crate) fn below(&self, relative: &[u8]) -> Result<Self, Errno> {
        let mut pieces = pieces(relative).into_iter();
        let start = self.step(pieces.next().unwrap_or_default())?;
        pieces.try_fold(start, |directory, piece| directory.step(piece))
    }

    fn step(&self, relative: &[u8]) -> Result<Self, Errno> {
        let resolve =
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let step = if relative.is_empty() { b"." } else { relative };
        let fd = openat2(&self.fd, step, OPEN_DIRECTORY, Mode::empty(), resolve)?;
        let mount = mount_of(&fd)?;
        let path = if relative.is_empty() {
            self.path.clone()
        } else {
            join(&self.path, relative)
        };
        Ok(Self {
            fd,
            path,
            mount,
            depth: self.depth,
            view: self.view.clone(),
        })
    }

    /// Which directory it is.
    pub(crate) fn id(&self) -> Result<FileId, Errno> {
        Ok(FileId::of(&rustix::fs::fstat(&self.fd)?))
    }

    /// Where it was when it was opened; empty for the root of all.
    pub(crate) fn path(&self) -> &[u8] {
        &self.path
    }
}

impl AsFd for Directory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// Cuts a path where the kernel would refuse it for its length: at slashes, each of which ends the
/// piece before it.
fn pieces(path: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut rest = path;
    while rest.len() > LONGEST {
        let within = rest.get(..LONGEST).unwrap_or_default();
        // A name that is as long as a path can be is refused by the kernel.
        let cut = within.iter().rposition(|byte| *byte == b'/');
        let Some(cut) = cut.filter(|cut| *cut > 0) else {
            break;
        };
        pieces.push(rest.get(..cut).unwrap_or_default());
        rest = rest.get(cut + 1..).unwrap_or_default();
    }
    pieces.push(rest);
    pieces
}

/// The mount of `fd`, by its id in the mount table.
pub(crate) fn mount_of(fd: impl AsFd) -> Result<u64, Errno> {
    let flags = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
    Ok(statx(fd, c"", flags, StatxFlags::MNT_ID)?.stx_mnt_id)
}

pub(crate) fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(directory.len() + 1 + name.len());
    path.extend_from_slice(directory);
    path.push(b'/');
    path.extend_from_slice(name);
    path
}

/// A regular file in a directory that is held open.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where.
    pub directory: Arc<Directory>,
    /// Its name there, exact bytes.
    pub name: CString,
    /// What it was when it was seen.
    pub stamp: Stamp,
}

impl Found {
    /// Its path, exact bytes.
    #[must_use]
    pub fn path(&self) -> Vec<u8> {
        join(self.directory.path(), self.name.to_bytes())
    }

    /// Opens the file for reading; `ESTALE` when the name belongs to another file by now.
    ///
    /// # Errors
    /// The system's, and `EINVAL` when it is no regular file any more.
    pub fn open(&self) -> Result<(OwnedFd, Stat), Errno> {
        let pinned = file::pin(&self.directory, &self.name)?;
        let (opened, stat) = file::read_pinned(&pinned)?;
        if FileId::of(&stat) == self.stamp.id {
            Ok((opened, stat))
        } else {
            Err(Errno::STALE)
        }
    }
}
