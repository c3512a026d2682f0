//! From a path that a process means to what lies there, without waiting for whoever serves it.
//!
//! A look-up on a file system of a dead server or program never returns, not even one that opens
//! nothing. What the kernel knows already it tells without asking anybody; else the path is gone
//! step by step, and not into a mount whose files another machine or a program has.

use std::ffi::{CStr, CString};
use std::os::fd::OwnedFd;

use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, major, openat, openat2, readlinkat};
use rustix::io::Errno;

use super::identity::FileId;
use super::look::Look;
use crate::sys::file;
use crate::sys::mounts::{FileSystem, Mounts};

/// No more symbolic links lead to a file: the kernel's own limit.
const MOST_LINKS: usize = 40;
/// A path with more steps is nobody's.
const MOST_STEPS: usize = 4096;

const PIN: OFlags = OFlags::PATH.union(OFlags::CLOEXEC);

/// Pins the regular file that process `pid` means by a path, as seen from its root and its working
/// directory.
///
/// # Errors
/// `EREMOTE` where a server would have to be asked, `EINVAL` for what is no regular file, and the
/// system's.
pub(super) fn resolve(pid: u32, path: &[u8]) -> Result<OwnedFd, Errno> {
    let pinned = whatever(pid, path)?;
    match Look::behind(&pinned, c"")?.is_regular() {
        true => Ok(pinned),
        false => Err(Errno::INVAL),
    }
}

/// Looks at what the agent itself means by a path, symbolic links followed.
///
/// # Errors
/// As [`resolve`], but for what it is.
pub(crate) fn look_along(path: &[u8]) -> Result<Look, Errno> {
    let look = Look::behind(whatever(std::process::id(), path)?, c"")?;
    refuse_if_served(&look, &mut Mounts::default())?;
    Ok(look)
}

/// Where what the agent means by a path lies, symbolic links followed.
///
/// # Errors
/// As [`resolve`], but for what it is.
pub(super) fn place_along(path: &[u8]) -> Result<Vec<u8>, Errno> {
    let pinned = whatever(std::process::id(), path)?;
    refuse_if_served(&Look::behind(&pinned, c"")?, &mut Mounts::default())?;
    file::path_of(&pinned).ok_or(Errno::NOENT)
}

fn whatever(pid: u32, path: &[u8]) -> Result<OwnedFd, Errno> {
    match known_way(pid, path) {
        // Not all of the way is in memory, or it is not simple, or the kernel is from before 5.12.
        Err(Errno::AGAIN | Errno::INVAL | Errno::XDEV | Errno::LOOP) => step_by_step(pid, path),
        pinned => pinned,
    }
}

/// Asks for what the kernel has in memory. From a working directory only what is simple is asked: a
/// link, or a step back, could lead out of the process's own root.
fn known_way(pid: u32, path: &[u8]) -> Result<OwnedFd, Errno> {
    let resolve = ResolveFlags::CACHED | ResolveFlags::NO_MAGICLINKS;
    let (start, within) = match path.starts_with(b"/") {
        true => ("root", ResolveFlags::IN_ROOT),
        false => ("cwd", ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS),
    };
    openat2(
        base(pid, start)?,
        path,
        PIN,
        Mode::empty(),
        resolve | within,
    )
}

/// Opens a directory of a process. No server is asked for it: the process has it open itself.
fn base(pid: u32, which: &str) -> Result<OwnedFd, Errno> {
    let link = format!("/proc/{pid}/{which}");
    openat(CWD, link, PIN | OFlags::DIRECTORY, Mode::empty())
}

/// Goes the way itself, as the kernel would for that process.
fn step_by_step(pid: u32, path: &[u8]) -> Result<OwnedFd, Errno> {
    let mut way = Way::of(pid, path)?;
    while let Some(step) = way.ahead.pop() {
        match step.as_slice() {
            b"" | b"." => {}
            b".." => way.back()?,
            name => {
                let name = CString::new(name).map_err(|_| Errno::INVAL)?;
                if let Some(file) = way.on(&name)? {
                    return Ok(file);
                }
            }
        }
    }
    Ok(way.at)
}

/// Where one is on the way, and what lies ahead.
struct Way {
    root: OwnedFd,
    at: OwnedFd,
    /// The steps to go, the next one last.
    ahead: Vec<Vec<u8>>,
    links: usize,
    theirs: Mounts,
}

impl Way {
    fn of(pid: u32, path: &[u8]) -> Result<Self, Errno> {
        let start = if path.starts_with(b"/") {
            "root"
        } else {
            "cwd"
        };
        let mut way = Self {
            root: base(pid, "root")?,
            at: base(pid, start)?,
            ahead: Vec::new(),
            links: 0,
            theirs: Mounts::of_process(pid),
        };
        way.has_to_go(path)?;
        way.refuse_if_served(&Look::behind(&way.at, c"")?)?;
        Ok(way)
    }

    fn has_to_go(&mut self, path: &[u8]) -> Result<(), Errno> {
        let steps = path.split(|byte| *byte == b'/').rev();
        self.ahead.extend(steps.map(<[u8]>::to_vec));
        match self.ahead.len() > MOST_STEPS {
            true => Err(Errno::NAMETOOLONG),
            false => Ok(()),
        }
    }

    /// Goes back by one directory, but never out of the root.
    fn back(&mut self) -> Result<(), Errno> {
        let is_at_root =
            FileId::behind_descriptor(&self.at)? == FileId::behind_descriptor(&self.root)?;
        if !is_at_root {
            let above = openat(&self.at, c"..", PIN | OFlags::DIRECTORY, Mode::empty())?;
            self.refuse_if_served(&Look::behind(&above, c"")?)?;
            self.at = above;
        }
        Ok(())
    }

    /// Goes on by one name; answers the file where the way ends.
    fn on(&mut self, name: &CStr) -> Result<Option<OwnedFd>, Errno> {
        let look = Look::at(&self.at, name)?;
        self.refuse_if_served(&look)?;
        match look.kind {
            FileType::Symlink => self.along_link(name).map(|()| None),
            FileType::Directory => {
                let flags = PIN | OFlags::DIRECTORY | OFlags::NOFOLLOW;
                self.at = openat(&self.at, name, flags, Mode::empty())?;
                Ok(None)
            }
            _ if self.ahead.is_empty() => {
                openat(&self.at, name, PIN | OFlags::NOFOLLOW, Mode::empty()).map(Some)
            }
            _ => Err(Errno::NOTDIR),
        }
    }

    fn along_link(&mut self, name: &CStr) -> Result<(), Errno> {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(Errno::LOOP);
        }
        let target = readlinkat(&self.at, name, Vec::new())?;
        if target.as_bytes().starts_with(b"/") {
            self.at = self.root.try_clone().map_err(|_| Errno::MFILE)?;
            self.refuse_if_served(&Look::behind(&self.at, c"")?)?;
        }
        self.has_to_go(target.as_bytes())
    }

    fn refuse_if_served(&mut self, look: &Look) -> Result<(), Errno> {
        refuse_if_served(look, &mut self.theirs)
    }
}

/// What lies on a block device is local; else the mount tells. One that is in no table may be that
/// of a server that was given up while somebody still used it.
fn refuse_if_served(look: &Look, theirs: &mut Mounts) -> Result<(), Errno> {
    if major(look.stamp.id.dev) != 0 {
        return Ok(());
    }
    let known = theirs.known(look.mount);
    match known.or_else(|| Mounts::default().known(look.mount)) {
        Some(FileSystem::Local) => Ok(()),
        Some(FileSystem::Served | FileSystem::Pseudo) | None => Err(Errno::REMOTE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    /// A file by both ways: by what is in memory, and step by step.
    fn both(path: &[u8]) -> [Option<FileId>; 2] {
        let pid = std::process::id();
        [resolve(pid, path), step_by_step(pid, path)].map(|pinned| {
            let look = Look::behind(pinned.ok()?, c"").ok()?;
            look.is_regular().then_some(look.stamp.id)
        })
    }

    fn id(path: &Path) -> FileId {
        FileId::of(&rustix::fs::stat(path).unwrap())
    }

    #[test]
    fn path_leads_where_it_leads_the_process() {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path().canonicalize().unwrap();
        fs::create_dir_all(base.join("a/b")).unwrap();
        fs::write(base.join("a/b/file"), "x").unwrap();
        symlink("../a/b", base.join("a/relative")).unwrap();
        symlink(base.join("a"), base.join("absolute")).unwrap();
        let file = Some(id(&base.join("a/b/file")));
        for path in [
            "a/b/file",
            "a//./b/file",
            "a/b/../b/file",
            "a/relative/file",
            "absolute/relative/../b/file",
        ] {
            let path = base.join(path);
            assert_eq!(both(path.as_os_str().as_bytes()), [file, file], "{path:?}");
        }
        // More steps back than there are directories stay at the root.
        let far_back = [b"/..".repeat(99), base.as_os_str().as_bytes().to_vec()].concat();
        let far_back = [far_back, b"/a/b/file".to_vec()].concat();
        assert_eq!(both(&far_back), [file, file]);
    }

    #[test]
    fn path_of_nothing_or_of_no_file_leads_nowhere() {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path().canonicalize().unwrap();
        fs::write(base.join("file"), "x").unwrap();
        symlink("round", base.join("round")).unwrap();
        for path in ["gone", "file/x", "round", "", "gone/../file"] {
            let path = base.join(path);
            assert_eq!(both(path.as_os_str().as_bytes()), [None, None], "{path:?}");
        }
        for path in [
            &b"/proc/self/exe"[..],
            b"/proc/self/status",
            b"",
            b"/",
            b"a\0b",
        ] {
            assert_eq!(both(path), [None, None], "{path:?}");
        }
        let endless = [b"/usr".to_vec(), b"/.".repeat(9000)].concat();
        assert_eq!(both(&endless), [None, None]);
    }

    #[test]
    fn directory_is_looked_at_by_both_ways() {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path().canonicalize().unwrap();
        symlink(&base, base.join("round")).unwrap();
        for path in [base.clone(), base.join("round"), PathBuf::from("/")] {
            let path = path.as_os_str().as_bytes();
            let at = step_by_step(std::process::id(), path).unwrap();
            let expected = id(Path::new(OsStr::from_bytes(path)));
            assert_eq!(FileId::behind_descriptor(at), Ok(expected));
            assert_eq!(look_along(path).unwrap().stamp.id, expected);
        }
        assert!(look_along(b"/no/such").is_err());
    }

    #[test]
    fn path_without_a_root_begins_at_the_working_directory() {
        let here = std::env::current_dir().unwrap().join("Cargo.toml");
        let file = Some(id(&here));
        let name = here.parent().and_then(Path::file_name).unwrap();
        let round_about = [b"../", name.as_bytes(), b"/Cargo.toml"].concat();
        assert_eq!(both(b"Cargo.toml"), [file, file]);
        assert_eq!(both(&round_about), [file, file]);
    }
}
