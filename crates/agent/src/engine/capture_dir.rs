//! Private directories into which names are moved out of everybody's reach.
//!
//! A name can be taken from somebody's directory in one indivisible step only by a rename, and a
//! rename stays within one mount. So every mount gets a directory of its own for as long as the
//! action needs it: at its root, where nobody but root can move it away, or, where that cannot be,
//! beside the file.

use std::collections::HashMap;
use std::ffi::CString;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{AtFlags, Mode, OFlags, fstat, fsync, mkdirat, openat, readlinkat, unlinkat};
use rustix::io::Errno;
use uuid::Uuid;

use super::inode_flags::Unbound;
use super::strange_ground::{knows_us_not, place_in};
use crate::find::{Directory, FileId, join, mount_of};

const OPEN: OFlags = OFlags::DIRECTORY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);
/// No mount's root is further up than this.
const HIGHEST: usize = 4096;

/// A directory with mode 0700 that belongs to the agent, or, where the file system knows nobody like
/// it, to the owner of the directory that it lies in.
#[derive(Debug)]
pub(super) struct CaptureDir {
    fd: OwnedFd,
    parent: OwnedFd,
    name: CString,
    path: Vec<u8>,
    id: FileId,
}

impl CaptureDir {
    /// Makes a directory of a random name in `parent`.
    fn make(parent: OwnedFd, parent_path: &[u8]) -> Result<Self, Errno> {
        let name = format!(".quell-capture-{}", Uuid::new_v4().simple());
        Self::make_named(parent, parent_path, &name)
    }

    fn make_named(parent: OwnedFd, parent_path: &[u8], name: &str) -> Result<Self, Errno> {
        let name = CString::new(name).map_err(|_| Errno::INVAL)?;
        match place_in(parent.as_fd(), || mkdirat(&parent, &name, Mode::RWXU)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno),
        }
        Self::open(parent, parent_path, name)
    }

    /// Trusts nothing but what it sees: the directory must be ours alone. Where nothing can be ours
    /// it must be the parent's owner's: whoever may do anything in it may do the same beside it.
    fn open(parent: OwnedFd, parent_path: &[u8], name: CString) -> Result<Self, Errno> {
        let fd = openat(&parent, &name, OPEN, Mode::empty())?;
        let stat = fstat(&fd)?;
        let is_ours = stat.st_uid == rustix::process::geteuid().as_raw();
        let stands_for_us = || Ok(stat.st_uid == fstat(&parent)?.st_uid && knows_us_not(&fd));
        if !(is_ours || stands_for_us()?) || stat.st_mode & 0o077 != 0 {
            return Err(Errno::PERM);
        }
        let path = join(parent_path, name.to_bytes());
        let id = FileId::of(&stat);
        Ok(Self {
            fd,
            parent,
            name,
            path,
            id,
        })
    }

    /// The directory in which copies of deleted files are kept.
    pub(super) fn for_copies(state_dir: &Path) -> Result<Self, Errno> {
        let parent = Directory::root(state_dir)?;
        Self::make_named(
            parent
                .as_fd()
                .try_clone_to_owned()
                .map_err(|error| os(&error))?,
            &parent.path(),
            "held",
        )
    }

    /// Opens a directory that the journal names.
    pub(super) fn reopen(path: &[u8]) -> Result<Self, Errno> {
        let (parent, name) = split(path).ok_or(Errno::INVAL)?;
        let parent = Directory::root(parent)?;
        Self::open(
            parent
                .as_fd()
                .try_clone_to_owned()
                .map_err(|error| os(&error))?,
            &parent.path(),
            name,
        )
    }

    /// Where it was when it was opened.
    pub(super) fn path(&self) -> &[u8] {
        &self.path
    }

    pub(super) fn id(&self) -> FileId {
        self.id
    }

    /// Makes what is in the directory durable, and the directory itself.
    pub(super) fn make_durable(&self) -> Result<(), Errno> {
        fsync(&self.fd)?;
        fsync(&self.parent)
    }

    /// Removes the directory if it is empty.
    pub(super) fn remove_if_empty(&self) {
        let remove = || unlinkat(&self.parent, &self.name, AtFlags::REMOVEDIR);
        let mut removed = remove();
        if removed == Err(Errno::PERM)
            && let Some(_unbound) = Unbound::of(&self.parent)
        {
            removed = remove();
        }
        match removed {
            Ok(()) | Err(Errno::NOTEMPTY | Errno::NOENT) => {}
            Err(errno) => tracing::warn!(%errno, "a capture directory could not be removed"),
        }
    }
}

impl AsFd for CaptureDir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The parent and the last component of an absolute path.
pub(super) fn split(path: &[u8]) -> Option<(&Path, CString)> {
    let slash = path.iter().rposition(|byte| *byte == b'/')?;
    let parent = if slash == 0 { b"/" } else { path.get(..slash)? };
    let name = CString::new(path.get(slash + 1..)?).ok()?;
    Some((Path::new(std::ffi::OsStr::from_bytes(parent)), name))
}

fn os(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}

fn path_of(fd: &OwnedFd) -> Result<Vec<u8>, Errno> {
    let link = format!("/proc/self/fd/{}", fd.as_raw_fd());
    Ok(readlinkat(rustix::fs::CWD, link.as_str(), Vec::new())?.into_bytes())
}

/// The capture directories of one action.
#[derive(Debug)]
pub(super) struct CaptureDirs {
    at_mount_roots: bool,
    /// By mount and device: one mount may show several subvolumes, and no rename leads from one
    /// to another.
    by_mount: HashMap<(u64, u64), Arc<CaptureDir>>,
    by_directory: HashMap<FileId, Arc<CaptureDir>>,
}

impl CaptureDirs {
    /// `at_mount_roots` is for root alone, and only where it may leave the roots.
    pub(super) fn new(at_mount_roots: bool) -> Self {
        Self {
            at_mount_roots,
            by_mount: HashMap::new(),
            by_directory: HashMap::new(),
        }
    }

    /// A directory into which names of `directory` can be renamed.
    pub(super) fn beside(&mut self, directory: &Directory) -> Result<Arc<CaptureDir>, Errno> {
        let id = directory.id();
        let mount = (directory.mount, id.dev);
        if let Some(dir) = self.by_mount.get(&mount) {
            return Ok(Arc::clone(dir));
        }
        if let Some(dir) = self.at_mount_root(directory, id.dev) {
            self.by_mount.insert(mount, Arc::clone(&dir));
            return Ok(dir);
        }
        if let Some(dir) = self.by_directory.get(&id) {
            return Ok(Arc::clone(dir));
        }
        let parent = directory
            .as_fd()
            .try_clone_to_owned()
            .map_err(|error| os(&error))?;
        let dir = Arc::new(CaptureDir::make(parent, &directory.path())?);
        self.by_directory.insert(id, Arc::clone(&dir));
        Ok(dir)
    }

    fn at_mount_root(&self, directory: &Directory, device: u64) -> Option<Arc<CaptureDir>> {
        if !self.at_mount_roots {
            return None;
        }
        let root = mount_root(directory).ok()?;
        let stat = fstat(&root).ok()?;
        let sticky = stat.st_mode & 0o1000 != 0;
        let only_root_moves_things = stat.st_uid == 0 && (stat.st_mode & 0o022 == 0 || sticky);
        if only_root_moves_things && stat.st_dev == device {
            let path = path_of(&root).ok()?;
            let path = path.strip_suffix(b"/").unwrap_or(&path);
            CaptureDir::make(root, path).ok().map(Arc::new)
        } else {
            None
        }
    }

    /// Every directory that was made.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<CaptureDir>> {
        self.by_mount.values().chain(self.by_directory.values())
    }

    /// Removes those that are empty and forgets all.
    pub(super) fn clear(&mut self) {
        for dir in self.all() {
            dir.remove_if_empty();
        }
        self.by_mount.clear();
        self.by_directory.clear();
    }
}

/// Goes up until the next step would leave the mount.
fn mount_root(directory: &Directory) -> Result<OwnedFd, Errno> {
    let up = OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut current = openat(directory, c".", up, Mode::empty())?;
    for _ in 0..HIGHEST {
        let above = openat(&current, c"..", up, Mode::empty())?;
        let is_top = FileId::of(&fstat(&above)?) == FileId::of(&fstat(&current)?);
        if is_top || mount_of(&above)? != directory.mount {
            return Ok(current);
        }
        current = above;
    }
    Err(Errno::LOOP)
}

/// Where a name in a capture directory would be, for messages.
pub(super) fn path_in(dir: &CaptureDir, name: &str) -> Vec<u8> {
    join(dir.path(), name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn directory() -> (tempfile::TempDir, Directory) {
        let dir = tempfile::tempdir().unwrap();
        let directory = Directory::root(&dir.path().canonicalize().unwrap()).unwrap();
        (dir, directory)
    }

    #[test]
    fn capture_directory_is_ours_alone_and_made_once() {
        let (dir, directory) = directory();
        let mut dirs = CaptureDirs::new(false);
        let capture = dirs.beside(&directory).unwrap();
        assert_eq!(dirs.beside(&directory).unwrap().id(), capture.id());
        let entries: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(entries.len(), 1);
        let mode = entries[0]
            .as_ref()
            .unwrap()
            .metadata()
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o700);
        dirs.clear();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn capture_directory_that_others_could_enter_is_refused() {
        let (dir, directory) = directory();
        let path = dir.path().canonicalize().unwrap().join("open");
        std::fs::create_dir(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o750)).unwrap();
        let bytes = path.as_os_str().as_bytes();
        assert_eq!(CaptureDir::reopen(bytes).unwrap_err(), Errno::PERM);
        drop(directory);
    }

    #[test]
    fn mount_root_is_the_highest_directory_of_the_mount() {
        let (_dir, directory) = directory();
        let root = mount_root(&directory).unwrap();
        assert_eq!(mount_of(&root).unwrap(), directory.mount);
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let above = openat(&root, c"..", flags, Mode::empty()).unwrap();
        let is_top = FileId::of(&fstat(&above).unwrap()) == FileId::of(&fstat(&root).unwrap());
        assert!(is_top || mount_of(&above).unwrap() != directory.mount);
    }
}
