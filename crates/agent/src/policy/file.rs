//! Reading the file, if it is one that can be relied on.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, stat};

use super::{Policy, SyntaxError};

/// The longest file that is read, in bytes.
const LONGEST: u64 = 256 * 1024;

/// Why there is no policy that can be relied on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyFileError {
    /// The system did not let it be read.
    #[error("the policy {} cannot be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is a link, a directory, a device.
    #[error("the policy {} is no regular file", .0.display())]
    NoFile(PathBuf),
    /// Somebody else than root could have written it, or exchanged it.
    #[error("the policy cannot be relied on: {} {why}", path.display())]
    Open {
        /// The file, or a directory that it is in.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// It is too long to be a policy.
    #[error("the policy {} is longer than {LONGEST} bytes", .0.display())]
    TooLong(PathBuf),
    /// It says something that a policy cannot say.
    #[error("the policy {} cannot be understood", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: SyntaxError,
    },
}

impl PolicyFileError {
    /// Whether there simply is no file.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

impl Policy {
    /// Reads the policy from a file that belongs to root (or to the agent's own user), that nobody
    /// else may write, and that nobody else could have put there.
    ///
    /// # Errors
    /// Why it cannot be relied on.
    pub fn read(path: &Path) -> Result<Self, PolicyFileError> {
        let io = |source: io::Error| PolicyFileError::Io {
            path: path.to_owned(),
            source,
        };
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = match rustix::fs::open(path, flags, Mode::empty()) {
            Err(rustix::io::Errno::LOOP) => return Err(PolicyFileError::NoFile(path.to_owned())),
            opened => File::from(opened.map_err(|errno| io(errno.into()))?),
        };
        let stat = fstat(&file).map_err(|errno| io(errno.into()))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(PolicyFileError::NoFile(path.to_owned()));
        }
        is_closed(path, &stat, Mode::WGRP | Mode::WOTH)?;
        are_closed(path).map_err(io)??;
        let mut bytes = Vec::new();
        let length = file.take(LONGEST + 1).read_to_end(&mut bytes);
        if length.map_err(io)? as u64 > LONGEST {
            return Err(PolicyFileError::TooLong(path.to_owned()));
        }
        let syntax = |source| PolicyFileError::Syntax {
            path: path.to_owned(),
            source,
        };
        let text = std::str::from_utf8(&bytes)
            .map_err(|error| syntax(SyntaxError::no_text(&bytes, error.valid_up_to())))?;
        text.parse().map_err(syntax)
    }
}

/// Whoever may write to a directory above may put another file in the place of this one.
fn are_closed(path: &Path) -> io::Result<Result<(), PolicyFileError>> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    for directory in parent.canonicalize()?.ancestors() {
        let stat = stat(directory)?;
        // In a sticky directory only the owner of a file may exchange it.
        let is_sticky = Mode::from_raw_mode(stat.st_mode).contains(Mode::SVTX);
        if !is_sticky && let Err(error) = is_closed(directory, &stat, others(&stat)) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

/// Whom a directory must be closed to. Users who are not root often share a group with nobody, and
/// let it write.
fn others(stat: &Stat) -> Mode {
    let own = rustix::process::geteuid();
    match !own.is_root() && stat.st_uid == own.as_raw() {
        true => Mode::WOTH,
        false => Mode::WGRP | Mode::WOTH,
    }
}

fn is_closed(path: &Path, stat: &Stat, to: Mode) -> Result<(), PolicyFileError> {
    let open = |why: String| PolicyFileError::Open {
        path: path.to_owned(),
        why,
    };
    let own = rustix::process::geteuid().as_raw();
    if stat.st_uid != 0 && stat.st_uid != own {
        return Err(open(format!(
            "belongs to user {}, not to root",
            stat.st_uid
        )));
    }
    let mode = Mode::from_raw_mode(stat.st_mode);
    if mode.intersects(to) {
        let bits = mode.as_raw_mode() & 0o7777;
        return Err(open(format!("may be written by others (mode {bits:04o})")));
    }
    Ok(())
}
