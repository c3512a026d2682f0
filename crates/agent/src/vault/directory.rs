//! Looking into the vault's directory, which may not be what the agent left there.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{Dir, FileType, FlockOperation, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::{ItemId, Vault, VaultError};

/// Held while something must not change: nobody rewrites or removes items or keys meanwhile.
#[derive(Debug)]
pub(super) struct Guard {
    _directory: OwnedFd,
}

impl Vault {
    /// Keeps items and keys from being rewritten or removed; others may read and add meanwhile.
    pub(super) fn shared(&self) -> Result<Guard, VaultError> {
        self.locked(FlockOperation::LockShared)
    }

    /// Keeps everybody else away. Whoever holds it must not ask for it once more.
    pub(super) fn exclusive(&self) -> Result<Guard, VaultError> {
        self.locked(FlockOperation::LockExclusive)
    }

    fn locked(&self, how: FlockOperation) -> Result<Guard, VaultError> {
        let failed = |error: Errno| VaultError::io("lock its directory")(error.into());
        // A lock belongs to the opening, and several threads have this vault open.
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory =
            rustix::fs::openat(&self.directory, ".", flags, Mode::empty()).map_err(failed)?;
        loop {
            match rustix::fs::flock(&directory, how) {
                Err(Errno::INTR) => {}
                Err(error) => return Err(failed(error)),
                Ok(()) => {
                    return Ok(Guard {
                        _directory: directory,
                    });
                }
            }
        }
    }

    /// The ids of all items, in order.
    pub(super) fn ids(&self) -> Result<Vec<ItemId>, VaultError> {
        self.ids_of(".q")
    }

    /// The ids of all files of the vault that end so, in order.
    pub(super) fn ids_of(&self, ending: &str) -> Result<Vec<ItemId>, VaultError> {
        let mut ids = Vec::new();
        for folder in folders(&self.directory)? {
            let names = names(self.open_folder(&folder)?)?;
            let files = names.iter().filter_map(|name| name.strip_suffix(ending));
            let own = files.filter_map(|name| name.parse::<ItemId>().ok());
            ids.extend(own.filter(|id| id.folder() == folder));
        }
        ids.sort_unstable();
        Ok(ids)
    }

    pub(super) fn open_item(&self, id: ItemId) -> Result<File, VaultError> {
        let folder = self
            .open_folder(&id.folder())
            .map_err(|error| match error {
                VaultError::Folder { source, .. } if source == Errno::NOENT => {
                    VaultError::NotFound(id)
                }
                other => other,
            })?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = match rustix::fs::openat(&folder, id.file(), flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Err(VaultError::NotFound(id)),
            Err(Errno::LOOP) => return Err(VaultError::Strange(id)),
            Err(error) => return Err(VaultError::io("open an item")(error.into())),
        };
        let stat = rustix::fs::fstat(&file)
            .map_err(|error| VaultError::io("examine an item")(error.into()))?;
        if !is_ours_alone(&stat) {
            return Err(VaultError::Strange(id));
        }
        Ok(File::from(file))
    }

    /// Keeps an item from being removed until the answer is dropped.
    pub(super) fn in_use(&self, id: ItemId) -> Result<File, VaultError> {
        let _shared = self.shared()?;
        let item = self.open_item(id)?;
        keep_in_use(&item)?;
        Ok(item)
    }

    /// Makes sure that nobody reads an item any more. Whoever asks keeps everybody else away from the
    /// vault, so that nobody begins to.
    pub(super) fn claim(&self, id: ItemId) -> Result<File, VaultError> {
        let item = self.open_item(id)?;
        match rustix::fs::flock(&item, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(item),
            Err(Errno::WOULDBLOCK) => Err(VaultError::InUse(id)),
            Err(error) => Err(VaultError::io("lock an item")(error.into())),
        }
    }

    pub(super) fn open_folder(&self, name: &str) -> Result<OwnedFd, VaultError> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(&self.directory, name, flags, Mode::empty()).map_err(|source| {
            let name = name.to_owned();
            VaultError::Folder { name, source }
        })
    }
}

/// Keeps an open item from being removed until it is closed.
pub(super) fn keep_in_use(item: &File) -> Result<(), VaultError> {
    rustix::fs::flock(item, FlockOperation::NonBlockingLockShared)
        .map_err(|error| VaultError::io("lock an item")(error.into()))
}

/// Whether it is a file that belongs to the agent's user and is closed to all others.
pub(super) fn is_ours_alone(stat: &Stat) -> bool {
    let closed = Mode::from_raw_mode(stat.st_mode) & (Mode::RWXG | Mode::RWXO) == Mode::empty();
    let ours = stat.st_uid == rustix::process::geteuid().as_raw();
    closed && ours && FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
}

/// The names of the folders that hold items.
pub(super) fn folders(directory: impl AsFd) -> Result<Vec<String>, VaultError> {
    let is_folder = |name: &String| {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        name.len() == 2 && name.bytes().all(digit)
    };
    Ok(names(directory)?.into_iter().filter(is_folder).collect())
}

pub(super) fn names(directory: impl AsFd) -> Result<Vec<String>, VaultError> {
    let failed = |error: Errno| VaultError::io("list its directory")(error.into());
    let mut names = Vec::new();
    for entry in Dir::read_from(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if let Ok(name) = entry.file_name().to_str() {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}
