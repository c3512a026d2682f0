//! Where dpkg keeps its records, and reading them whole.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, Stat, fstat};

use super::diversions::Diversions;
use super::index::{Builder, Index};
use super::package::{configuration_files, listed, summed};
use crate::find::{Look, Stamp};
use crate::sys::file::is_regular;

/// The longest file that is read, in bytes; the longest that Debian has is a few megabytes long.
const LONGEST: u64 = 64 * 1024 * 1024;
/// The most packages whose records are read.
const MOST_PACKAGES: usize = 200_000;

/// The database below one root.
#[derive(Debug, Clone)]
pub(super) struct Database {
    directory: PathBuf,
}

/// How the database looked: what changes with every package that comes or goes.
pub(super) type Seen = [Option<Stamp>; 3];

impl Database {
    pub(super) fn below(root: &Path) -> Self {
        Self {
            directory: root.join("var/lib/dpkg"),
        }
    }

    pub(super) fn seen(&self) -> Seen {
        ["info", "status", "diversions"]
            .map(|name| Some(Look::along(self.directory.join(name)).ok()?.stamp))
    }

    /// The file that dpkg locks while it works.
    pub(super) fn lock(&self) -> PathBuf {
        self.directory.join("lock")
    }

    /// One of the files of a package.
    pub(super) fn of_package(&self, stem: &str, kind: &str) -> io::Result<Vec<u8>> {
        let name = format!("{stem}.{kind}");
        read(&self.directory.join("info").join(name))
    }

    /// Reads all of it; nothing on a machine without dpkg.
    pub(super) fn read(&self) -> io::Result<Option<Index>> {
        let info = match fs::read_dir(self.directory.join("info")) {
            Ok(info) => info,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return self.absent(error);
            }
            Err(error) => return Err(error),
        };
        let status = read(&self.directory.join("status"))?;
        let diverted = optional(read(&self.directory.join("diversions")))?;
        let mut builder = Builder::new(
            configuration_files(&status),
            Diversions::parse(&diverted.unwrap_or_default()),
        );
        for entry in info {
            let name = entry?.file_name();
            // dpkg writes its own names; one that is no text is not one of them.
            let Some(stem) = name.to_str().and_then(|name| name.strip_suffix(".list")) else {
                continue;
            };
            if builder.len() >= MOST_PACKAGES {
                return Err(io::Error::other("it has too many packages"));
            }
            let sums = optional(self.of_package(stem, "md5sums"))?.unwrap_or_default();
            let list = self.of_package(stem, "list")?;
            builder.add(stem, listed(&list), summed(&sums));
        }
        Ok(Some(builder.finish()))
    }

    /// A machine that was never one of dpkg's has no such directory; one whose records were taken
    /// away has one that is empty.
    fn absent(&self, error: io::Error) -> io::Result<Option<Index>> {
        match self.directory.exists() {
            true => Err(error),
            false => Ok(None),
        }
    }
}

/// Opens what lies at a recorded path, to be read.
pub(super) fn open(root: &Path, path: &[u8]) -> io::Result<(File, Stat)> {
    let relative = path.strip_prefix(b"/").unwrap_or(path);
    open_regular(&root.join(OsStr::from_bytes(relative)))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let (file, _) = open_regular(path).map_err(|error| at(path, &error))?;
    let mut content = Vec::new();
    let length = file.take(LONGEST + 1).read_to_end(&mut content)?;
    if length as u64 > LONGEST {
        return Err(at(path, &io::Error::other("it is too long")));
    }
    Ok(content)
}

/// A record that is a pipe or a link must not hold the agent up.
fn open_regular(path: &Path) -> io::Result<(File, Stat)> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let stat = fstat(&file)?;
    if !is_regular(&stat) {
        return Err(io::Error::other("it is no regular file"));
    }
    Ok((file, stat))
}

fn optional(read: io::Result<Vec<u8>>) -> io::Result<Option<Vec<u8>>> {
    match read {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
