//! Where quarantined files are kept until somebody restores or removes them.
//!
//! An item is one file, `<vault>/<2 hex>/<uuid>.q`, encrypted and authenticated: nobody executes
//! it by mistake, no scanner finds it again, and damage is noticed rather than restored. The
//! content is a new inode, so that no descriptor, mapping or hard link of an attacker reaches it.
//! It is no defence against root, who can read the key.

mod error;
mod format;
mod item;
mod key;
mod reading;
mod restore;
mod seal;
mod state;
mod stream;

use std::fs::File;
use std::io::{self, BufReader};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, Dir, Mode, OFlags};
use rustix::io::Errno;

pub use error::VaultError;
pub use item::{Attributes, Item, ItemId, ItemState, ParseItemIdError, Xattr};
pub(crate) use restore::add_name;
pub use restore::{Destination, RestoreError, RestoreNote, Restored};

use key::DeviceKey;
use reading::Sha256Sink;
use stream::StreamError;

/// The vault of this device.
#[derive(Debug)]
pub struct Vault {
    directory: OwnedFd,
    key: DeviceKey,
}

/// One item in a list of them.
#[derive(Debug)]
pub struct Listed {
    /// Its name.
    pub id: ItemId,
    /// What it keeps, or why that cannot be said.
    pub item: Result<Item, VaultError>,
    /// What became of it.
    pub state: ItemState,
}

impl Vault {
    /// Opens the vault in `directory`; makes directory and key if there are none.
    ///
    /// # Errors
    /// [`VaultError::OpenToOthers`] for a directory that other users could reach,
    /// [`VaultError::KeyMissing`] and [`VaultError::KeyDamaged`] when what is there cannot be
    /// opened, [`VaultError::Io`] otherwise.
    pub fn open(directory: &Path) -> Result<Self, VaultError> {
        match rustix::fs::mkdir(directory, Mode::RWXU) {
            Ok(()) => make_durable_in(directory.parent())?,
            Err(Errno::EXIST) => {}
            Err(error) => return Err(VaultError::io("make its directory")(error.into())),
        }
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory = rustix::fs::open(directory, flags, Mode::empty())
            .map_err(|error| VaultError::io("open its directory")(error.into()))?;
        let stat = rustix::fs::fstat(&directory)
            .map_err(|error| VaultError::io("examine its directory")(error.into()))?;
        let others = Mode::RWXG | Mode::RWXO;
        let closed = !Mode::from_raw_mode(stat.st_mode).intersects(others);
        if !closed || stat.st_uid != rustix::process::geteuid().as_raw() {
            return Err(VaultError::OpenToOthers);
        }
        let fresh = folders(&directory)?.is_empty();
        let key = DeviceKey::load_or_make(directory.as_fd(), fresh)?;
        Ok(Self { directory, key })
    }

    /// All items, by name; damaged ones included.
    ///
    /// # Errors
    /// [`VaultError::Io`] when the directory cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>, VaultError> {
        let mut ids = Vec::new();
        for folder in folders(&self.directory)? {
            let folder = self.open_folder(&folder)?;
            let names = names(&folder)?;
            let files = names.iter().filter_map(|name| name.strip_suffix(".q"));
            ids.extend(files.filter_map(|name| name.parse::<ItemId>().ok()));
        }
        ids.sort_unstable();
        let listed = |id| Listed {
            id,
            item: self.show(id),
            state: self.state(id),
        };
        Ok(ids.into_iter().map(listed).collect())
    }

    /// What the vault knows of an item. Its content is not looked at.
    ///
    /// # Errors
    /// [`VaultError::NotFound`], and what is wrong with the item if something is.
    pub fn show(&self, id: ItemId) -> Result<Item, VaultError> {
        let mut source = BufReader::new(self.open_item(id)?);
        Ok(format::read(id, &self.key, &mut source)?.item)
    }

    /// Opens all of an item and compares its content with what was sealed.
    ///
    /// # Errors
    /// As [`Self::show`]; [`VaultError::Damaged`] also for the content.
    pub fn verify(&self, id: ItemId) -> Result<Item, VaultError> {
        self.read_content(id, &mut io::sink())
    }

    /// Removes an item for ever: its key goes with it.
    ///
    /// # Errors
    /// [`VaultError::NotFound`], [`VaultError::Io`].
    pub fn remove(&self, id: ItemId) -> Result<(), VaultError> {
        let folder = self
            .open_folder(&id.folder())
            .map_err(|_| VaultError::NotFound(id))?;
        match rustix::fs::unlinkat(&folder, id.file(), AtFlags::empty()) {
            Ok(()) => {}
            Err(Errno::NOENT) => return Err(VaultError::NotFound(id)),
            Err(error) => return Err(VaultError::io("remove an item")(error.into())),
        }
        self.forget_state(&folder, id);
        rustix::fs::fsync(&folder).map_err(|e| VaultError::io("remove an item durably")(e.into()))
    }

    /// Writes the whole content into `sink`. On an error the sink holds a genuine beginning.
    fn read_content(&self, id: ItemId, sink: &mut impl io::Write) -> Result<Item, VaultError> {
        let damaged = || VaultError::Damaged {
            id,
            part: "its content",
        };
        let mut source = BufReader::new(self.open_item(id)?);
        let header = format::read(id, &self.key, &mut source)?;
        let mut sink = Sha256Sink::new(sink);
        header
            .key
            .open_stream(&header.binding, source, &mut sink)
            .map_err(|error| match error {
                StreamError::Io(source) => {
                    VaultError::io("read or write an item's content")(source)
                }
                StreamError::Forged => damaged(),
            })?;
        let whole = sink.finish() == (header.item.sha256.clone(), header.item.size);
        whole.then_some(header.item).ok_or_else(damaged)
    }

    fn open_item(&self, id: ItemId) -> Result<File, VaultError> {
        let folder = self
            .open_folder(&id.folder())
            .map_err(|error| match error {
                VaultError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                    VaultError::NotFound(id)
                }
                other => other,
            })?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        match rustix::fs::openat(&folder, id.file(), flags, Mode::empty()) {
            Ok(file) => Ok(File::from(file)),
            Err(Errno::NOENT) => Err(VaultError::NotFound(id)),
            Err(error) => Err(VaultError::io("open an item")(error.into())),
        }
    }

    fn open_folder(&self, name: &str) -> Result<OwnedFd, VaultError> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(&self.directory, name, flags, Mode::empty())
            .map_err(|error| VaultError::io("open a folder")(error.into()))
    }
}

/// Makes the name of a new vault durable: what is in it is worth nothing without.
fn make_durable_in(parent: Option<&Path>) -> Result<(), VaultError> {
    let parent = parent.filter(|path| !path.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))
        .and_then(|parent| parent.sync_all())
        .map_err(VaultError::io("make its directory durable"))
}

/// The names of the folders that hold items.
fn folders(directory: &OwnedFd) -> Result<Vec<String>, VaultError> {
    let is_folder = |name: &String| name.len() == 2 && name.bytes().all(|b| b.is_ascii_hexdigit());
    Ok(names(directory)?.into_iter().filter(is_folder).collect())
}

fn names(directory: &OwnedFd) -> Result<Vec<String>, VaultError> {
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

#[cfg(test)]
mod tests;
