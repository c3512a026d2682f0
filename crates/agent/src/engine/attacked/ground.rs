//! Where it happens: the wanted file, an innocent one, and who owns what.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use quell_model::Sha1;
use rustix::fs::{CWD, Mode, OFlags, fstat, openat, readlinkat};

use super::Attack;
use crate::find::Stamp;
use crate::hash::{Budget, Hasher};
use crate::sys::file::link_count;

/// Whom the attacker is, where this process may give files away.
pub(super) const NOBODY: u32 = 65534;

const WANTED: &[u8] = b"what is to be taken";
const INNOCENT: &[u8] = b"what nobody may touch";

/// A scene with a wanted file and an innocent one, whose names an attacker can exchange.
#[derive(Debug)]
pub(super) struct Ground {
    /// The only root that may be acted in.
    pub(super) arena: PathBuf,
    /// The names that the attacker exchanges, in the directory behind [`Self::exchanged_in`].
    pub(super) exchanged: [&'static str; 2],
    exchanged_in: OwnedFd,
    /// The wanted file's path while nothing is exchanged.
    pub(super) path: PathBuf,
    pub(super) wanted: OwnedFd,
    pub(super) sha1: Sha1,
    innocent: OwnedFd,
    innocent_at: Vec<PathBuf>,
    before: Before,
}

/// How the innocent file was before anything happened.
#[derive(Debug, PartialEq, Eq)]
struct Before {
    stamp: Stamp,
    mode: u32,
    links: u64,
}

impl Ground {
    pub(super) fn make(scratch: &Path, attack: Attack) -> io::Result<Self> {
        let arena = scratch.join("arena");
        let inside = arena.join("inside");
        fs::create_dir_all(&inside)?;
        let path = inside.join("target");
        fs::write(&path, WANTED)?;
        let (innocent_at, exchanged, exchanged_in) = match attack {
            Attack::DirectorySwap => {
                let beyond = scratch.join("beyond");
                fs::create_dir(&beyond)?;
                symlink(&beyond, arena.join("outside"))?;
                (vec![beyond.join("target")], ["inside", "outside"], &arena)
            }
            Attack::NameExchange => {
                let places = ["innocent", "target"].map(|name| inside.join(name));
                (places.to_vec(), ["target", "innocent"], &inside)
            }
        };
        let innocent_path: &PathBuf = innocent_at.first().ok_or(io::ErrorKind::NotFound)?;
        fs::write(innocent_path, INNOCENT)?;
        fs::set_permissions(innocent_path, fs::Permissions::from_mode(0o644))?;
        if is_root() {
            for owned in [&arena, &inside, &path] {
                chown(owned, Some(NOBODY), Some(NOBODY))?;
            }
        }
        let innocent = open(innocent_path)?;
        let wanted = open(&path)?;
        let sha1 = Hasher::new()
            .sha1(&wanted, &Budget::UNLIMITED)
            .map_err(io::Error::other)?
            .sha1;
        Ok(Self {
            before: Before::of(&innocent)?,
            exchanged_in: open(exchanged_in)?,
            exchanged,
            arena,
            path,
            wanted,
            sha1,
            innocent,
            innocent_at,
        })
    }

    /// Where the names are that the attacker exchanges.
    pub(super) fn exchanged_in(&self) -> impl AsFd {
        &self.exchanged_in
    }

    /// Where the innocent file goes when it was taken by the wanted one's path.
    pub(super) fn innocent_home(&self) -> &Path {
        self.innocent_at.last().unwrap_or(&self.path)
    }

    /// Whether the innocent file is anything but as it was, at one of its own places.
    pub(super) fn is_harmed(&self) -> io::Result<bool> {
        let at_its_place = place_of(&self.innocent)?;
        let is_there = self.innocent_at.contains(&at_its_place);
        Ok(!is_there || Before::of(&self.innocent)? != self.before)
    }
}

impl Before {
    /// An exchange of names changes the time of change, which is therefore left out.
    fn of(file: &OwnedFd) -> io::Result<Self> {
        let stat = fstat(file)?;
        Ok(Self {
            stamp: Stamp {
                changed_ns: 0,
                ..Stamp::of(file)?
            },
            mode: stat.st_mode,
            links: link_count(&stat),
        })
    }
}

/// Where the kernel says that an open file is at this moment.
pub(super) fn place_of(file: &OwnedFd) -> io::Result<PathBuf> {
    let link = format!("/proc/self/fd/{}", file.as_raw_fd());
    let path = readlinkat(CWD, link, Vec::new())?;
    Ok(PathBuf::from(OsString::from_vec(path.into_bytes())))
}

pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn open(path: &Path) -> io::Result<OwnedFd> {
    Ok(openat(
        CWD,
        path,
        OFlags::RDONLY | OFlags::CLOEXEC,
        Mode::empty(),
    )?)
}
