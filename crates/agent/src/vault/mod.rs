//! Where quarantined files are kept until somebody restores or removes them.
//!
//! An item is one file, `<vault>/<2 hex>/<uuid>.q`, encrypted and authenticated: nobody executes
//! it by mistake, no scanner finds it again, and damage is noticed rather than restored. The
//! content is a new inode, so that no descriptor, mapping or hard link of an attacker reaches it.
//! It is no defence against root, who can read the key.

mod aside;
mod destroy;
mod directory;
mod error;
mod export;
mod extents;
mod format;
mod hold;
mod hpke;
mod item;
mod key;
mod prune;
mod reading;
mod recovery;
mod remove;
mod restore;
mod ring;
mod rotate;
mod seal;
mod spare;
mod state;
mod stream;

use std::fs::File;
use std::io::{self, BufReader};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

pub use error::VaultError;
pub use export::{Form, recover};
pub use extents::Extent;
pub use hold::Hold;
pub use item::{Attributes, Item, ItemId, ItemState, ParseItemIdError, Xattr};
pub use prune::VaultLimits;
pub use recovery::{ParseRecoverySecretError, RecoverySecret};
pub use remove::Removal;
pub(crate) use restore::add_name;
pub use restore::{Destination, OnConflict, RestoreError, RestoreNote, RestoreOptions, Restored};
pub use rotate::Rotated;

use directory::{folders, keep_in_use};
use extents::{Dense, Spread, Unfolding, parts};
use format::{Header, Opener};
use prune::Bounds;
use reading::Sha256Sink;
use recovery::RecoveryKey;
use ring::{KeyRing, Machine};
use stream::StreamError;

use crate::policy::LocalPolicy;

/// The vault of this device.
#[derive(Debug)]
pub struct Vault {
    directory: OwnedFd,
    machine: Machine,
    bounds: Bounds,
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
    /// Why it is not removed for now, if so.
    pub hold: Option<Hold>,
}

impl Vault {
    /// Opens the vault in `directory`; makes directory and key if there are none.
    ///
    /// # Errors
    /// [`VaultError::OpenToOthers`] for a directory that other users could reach,
    /// [`VaultError::KeyMissing`] and [`VaultError::KeyDamaged`] when what is there cannot be
    /// opened, [`VaultError::Io`] otherwise.
    pub fn open(directory: &Path) -> Result<Self, VaultError> {
        Self::open_on(directory, Machine::this())
    }

    fn open_on(directory: &Path, machine: Machine) -> Result<Self, VaultError> {
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
        let vault = Self {
            directory,
            machine,
            bounds: Bounds::Fixed(VaultLimits::NONE),
        };
        vault.ring()?;
        Ok(vault)
    }

    /// The same vault with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: VaultLimits) -> Self {
        self.bounds = Bounds::Fixed(limits);
        self
    }

    /// The same vault with the limits of the machine's policy, whatever it says at the time.
    #[must_use]
    pub fn under(mut self, policy: Arc<LocalPolicy>) -> Self {
        self.bounds = Bounds::Policy(policy);
        self
    }

    /// How much and how long the vault keeps.
    #[must_use]
    pub fn limits(&self) -> VaultLimits {
        self.bounds.now()
    }

    /// Whether what is sealed from now on can be opened with an organization's recovery key.
    ///
    /// # Errors
    /// [`VaultError::RecoveryKeyDamaged`] when a key is there that cannot be used.
    pub fn is_recoverable(&self) -> Result<bool, VaultError> {
        Ok(self.recovery_key()?.is_some())
    }

    /// All items, by name; damaged ones included.
    ///
    /// # Errors
    /// [`VaultError::Io`] when the directory cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>, VaultError> {
        let listed = |id| Listed {
            id,
            item: self.show(id),
            state: self.state(id),
            hold: self.hold_of(id),
        };
        Ok(self.ids()?.into_iter().map(listed).collect())
    }

    /// What the vault knows of an item. Its content is not looked at.
    ///
    /// # Errors
    /// [`VaultError::NotFound`], and what is wrong with the item if something is.
    pub fn show(&self, id: ItemId) -> Result<Item, VaultError> {
        Ok(self.open_header(id)?.0.item)
    }

    /// Opens all of an item and compares its content with what was sealed.
    ///
    /// # Errors
    /// As [`Self::show`]; [`VaultError::Damaged`] also for the content.
    pub fn verify(&self, id: ItemId) -> Result<Item, VaultError> {
        self.read_content(id, &mut Dense(io::sink()))
    }

    /// Brings the whole content into `sink`. On an error the sink holds a genuine beginning.
    fn read_content(&self, id: ItemId, sink: &mut impl Spread) -> Result<Item, VaultError> {
        let (header, source) = self.open_header(id)?;
        unseal(header, source, sink)
    }

    /// The header of an item, and the file where its content begins.
    fn open_header(&self, id: ItemId) -> Result<(Header, BufReader<File>), VaultError> {
        // So that no key goes between looking at the item and opening it.
        let _shared = self.shared()?;
        let (header, source) = self.open_header_unlocked(id)?;
        // Nobody who removes has it, because he would have all of the vault.
        keep_in_use(source.get_ref())?;
        Ok((header, source))
    }

    fn open_header_unlocked(&self, id: ItemId) -> Result<(Header, BufReader<File>), VaultError> {
        let mut source = BufReader::new(self.open_item(id)?);
        let ring = KeyRing::load(self.directory.as_fd(), self.machine)?;
        let header = format::read(Some(id), Opener::Device(&ring), &mut source)?;
        Ok((header, source))
    }

    /// All keys; there is a current one among them.
    fn ring(&self) -> Result<KeyRing, VaultError> {
        let vault = self.directory.as_fd();
        let ring = KeyRing::load(vault, self.machine)?;
        if ring.current().is_some() {
            return Ok(ring);
        }
        if ring.is_empty() {
            if !folders(&self.directory)?.is_empty() {
                return Err(VaultError::KeyMissing);
            }
        } else {
            tracing::warn!(
                "the vault's key was made on another machine or by an older agent: what is sealed \
                 from now on has a key of this machine's own"
            );
        }
        ring.make(vault, self.machine)?;
        let ring = KeyRing::load(vault, self.machine)?;
        ring.current().ok_or(VaultError::KeyMissing)?;
        Ok(ring)
    }

    fn recovery_key(&self) -> Result<Option<RecoveryKey>, VaultError> {
        RecoveryKey::load(self.directory.as_fd())
    }
}

/// Opens the content behind a header.
fn unseal(
    header: Header,
    source: impl io::Read,
    sink: &mut impl Spread,
) -> Result<Item, VaultError> {
    let Header {
        item, key, binding, ..
    } = header;
    let damaged = || VaultError::Damaged {
        id: item.id,
        part: "its content",
    };
    let failed = VaultError::io("read or write an item's content");
    let parts = parts(item.data.as_deref(), item.size).ok_or_else(damaged)?;
    let genuine = thread::scope(|scope| {
        let mut sink = Sha256Sink::new(scope, sink);
        let mut unfolding = Unfolding::new(&mut sink, parts);
        match key.open_stream(&binding, source, &mut unfolding) {
            Ok(()) => {}
            Err(StreamError::Io(source)) => return Err(failed(source)),
            Err(StreamError::Forged) => return Ok(false),
        }
        let whole = unfolding.finish().map_err(failed)?;
        Ok(whole && sink.finish() == (item.sha256.clone(), item.size))
    })?;
    genuine.then_some(()).ok_or_else(damaged)?;
    Ok(item)
}

/// Makes the name of a new vault durable: what is in it is worth nothing without.
fn make_durable_in(parent: Option<&Path>) -> Result<(), VaultError> {
    let parent = parent.filter(|path| !path.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))
        .and_then(|parent| parent.sync_all())
        .map_err(VaultError::io("make its directory durable"))
}

#[cfg(test)]
mod tests;
