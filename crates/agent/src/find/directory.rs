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

use super::identity::{FileId, LastingId, Stamp};
use super::look::Look;
use super::trail::Trail;
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
    trail: Arc<Trail>,
    /// The mount that it was reached through.
    pub(crate) mount: u64,
    /// Whose mounts it was reached through, in words, if not through the agent's own.
    pub(crate) view: Option<Arc<str>>,
}

impl Directory {
    /// Opens a root. None of its path's components may be a symbolic link. A path may be longer than
    /// the kernel takes at once.
    pub(crate) fn root(path: &Path) -> Result<Self, Errno> {
        let mut pieces = pieces(path.as_os_str().as_bytes()).into_iter();
        let first = pieces.next().unwrap_or_default();
        let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let fd = openat2(CWD, first, OPEN_DIRECTORY, Mode::empty(), resolve)?;
        let start = Self::opened(fd, |which, mount| Trail::root(first, which, mount), None)?;
        pieces
            .filter(|piece| !piece.is_empty())
            .try_fold(start, |directory, piece| directory.step(piece))
    }

    /// Opens the root of another process's mounts, which `view` names, unless `is_barred` says of its
    /// mount that a server would have to be asked: to open even a directory there may never end.
    ///
    /// # Errors
    /// `EREMOTE` for one that is barred, and the system's.
    pub(super) fn root_of(
        pid: u32,
        view: Arc<str>,
        is_barred: impl FnOnce(u64) -> bool,
    ) -> Result<Self, Errno> {
        let pin = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let pinned = openat(CWD, format!("/proc/{pid}/root"), pin, Mode::empty())?;
        if is_barred(Look::behind(&pinned, c"")?.mount) {
            return Err(Errno::REMOTE);
        }
        let fd = openat(&pinned, c".", OPEN_DIRECTORY, Mode::empty())?;
        Self::opened(
            fd,
            |which, mount| Trail::root(b"", which, mount),
            Some(view),
        )
    }

    /// Opens a directory in this one.
    pub(crate) fn child(&self, name: &CStr) -> Result<Self, Errno> {
        let fd = openat(&self.fd, name, OPEN_DIRECTORY, Mode::empty())?;
        let down = |which, mount| self.trail.down(name.to_bytes(), which, mount);
        Self::opened(fd, down, self.view.clone())
    }

    /// A piece of a root's path.
    fn step(&self, relative: &[u8]) -> Result<Self, Errno> {
        let resolve =
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let fd = openat2(&self.fd, relative, OPEN_DIRECTORY, Mode::empty(), resolve)?;
        let down = |which, mount| self.trail.down(relative, which, mount);
        Self::opened(fd, down, self.view.clone())
    }

    fn opened(
        fd: OwnedFd,
        trail: impl FnOnce(LastingId, u64) -> Arc<Trail>,
        view: Option<Arc<str>>,
    ) -> Result<Self, Errno> {
        let look = Look::behind(&fd, c"")?;
        Ok(Self {
            fd,
            trail: trail(look.stamp.lasting_id(), look.mount),
            mount: look.mount,
            view,
        })
    }

    /// Opens a directory further up once more, by the way down from it to this one. It must be the
    /// same one as then: somebody may have moved what lies between meanwhile, or made another one in its
    /// place that got its number.
    pub(super) fn climb(&self, wanted: &Arc<Trail>) -> Result<Self, Errno> {
        let mut fd = self.fd.try_clone().map_err(|error| os(&error))?;
        let mut at = &self.trail;
        while !Arc::ptr_eq(at, wanted) {
            at = at.above().ok_or(Errno::STALE)?;
            fd = openat(&fd, c"..", OPEN_DIRECTORY, Mode::empty())?;
            if Look::behind(&fd, c"")?.stamp.lasting_id() != at.which {
                return Err(Errno::STALE);
            }
        }
        Self::opened(fd, |_, _| Arc::clone(wanted), self.view.clone())
    }

    /// Opens a directory once more by the way down from its root, if it is still there.
    pub(super) fn again(wanted: &Arc<Trail>) -> Result<Self, Errno> {
        let mut way = vec![wanted];
        while let Some(above) = way.last().and_then(|trail| trail.above()) {
            way.push(above);
        }
        let root = way.pop().ok_or(Errno::STALE)?;
        let path = match root.step() {
            b"" => b"/",
            path => path,
        };
        let opened = Self::root(Path::new(OsStr::from_bytes(path)))?;
        if opened.trail.which != root.which {
            return Err(Errno::STALE);
        }
        let mut down = way.into_iter().rev();
        down.try_fold(opened, |directory, trail| directory.down_again(trail))
    }

    /// Looks before it opens, which asks nobody: a file system that never answers may have been mounted
    /// there since.
    fn down_again(&self, wanted: &Arc<Trail>) -> Result<Self, Errno> {
        let name = CString::new(wanted.step()).map_err(|_| Errno::INVAL)?;
        if Look::at(self, &name)?.stamp.lasting_id() != wanted.which {
            return Err(Errno::STALE);
        }
        let opened = self.step(wanted.step())?;
        if opened.trail.which != wanted.which {
            return Err(Errno::STALE);
        }
        Ok(Self {
            trail: Arc::clone(wanted),
            ..opened
        })
    }

    /// Which directory it is.
    pub(crate) fn id(&self) -> FileId {
        self.trail.which.file
    }

    /// The same, for whoever comes back to it.
    pub(super) fn lasting_id(&self) -> LastingId {
        self.trail.which
    }

    pub(super) fn trail(&self) -> &Arc<Trail> {
        &self.trail
    }

    /// Where it was when it was opened; empty for the root of all.
    pub(crate) fn path(&self) -> Vec<u8> {
        self.trail.path()
    }
}

fn os(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
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
    /// Whether anybody might execute it, by its mode.
    pub is_executable: bool,
    /// The mount that it was reached through: a file may be mounted by itself.
    mount: u64,
}

impl Found {
    pub(super) fn seen(directory: Arc<Directory>, name: CString, look: &Look) -> Self {
        Self {
            directory,
            name,
            stamp: look.stamp,
            is_executable: look.is_executable,
            mount: look.mount,
        }
    }

    /// Its path, exact bytes.
    #[must_use]
    pub fn path(&self) -> Vec<u8> {
        self.directory.trail.path_of(self.name.to_bytes())
    }

    /// Goes up from the file to the nearest directory that `known` knows, and answers what that says with
    /// the way down from there. `known` is asked for each directory, and whether the file was reached
    /// from there without going into another mount.
    pub(crate) fn below<T>(
        &self,
        known: impl Fn(FileId, bool) -> Option<T>,
    ) -> Option<(T, Vec<u8>)> {
        let mut steps = vec![self.name.to_bytes()];
        let mut at = self.directory.trail();
        let mut is_on_one_mount = true;
        loop {
            is_on_one_mount &= at.mount == self.mount;
            if let Some(answer) = known(at.which.file, is_on_one_mount) {
                steps.reverse();
                return Some((answer, steps.join(&b'/')));
            }
            steps.push(at.step());
            at = at.above()?;
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Whoever removes a directory and makes another one may be given the same number for it.
    #[test]
    fn directory_that_only_has_the_number_of_another_is_not_taken_for_it_on_the_way_back() {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().canonicalize().unwrap();
        fs::create_dir_all(base.join("above/below")).unwrap();
        let root = Directory::root(&base).unwrap();
        let above = root.child(c"above").unwrap();
        let Some(born_ns) = above.lasting_id().born_ns else {
            println!("skipped: the file system does not tell when a directory was made");
            return;
        };
        let other = LastingId {
            born_ns: Some(born_ns - 1),
            ..above.lasting_id()
        };
        for (which, is_found) in [(above.lasting_id(), true), (other, false)] {
            let above = Directory {
                trail: root.trail.down(b"above", which, root.mount),
                ..root.child(c"above").unwrap()
            };
            let below = above.child(c"below").unwrap();
            let climbed = below.climb(&above.trail).map(|found| found.id());
            let again = Directory::again(&above.trail).map(|found| found.id());
            let expected = is_found.then(|| above.id()).ok_or(Errno::STALE);
            assert_eq!((climbed, again), (expected, expected));
        }
    }
}
