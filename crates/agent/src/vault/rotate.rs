//! A new key for the vault.
//!
//! Every item is wrapped anew, one after the other; each is at every moment whole under one key or
//! the other. Old keys go when no item names them any more. Killed in the middle and run again, it
//! goes on with a further key.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek as _, SeekFrom, Write as _};
use std::os::fd::AsFd as _;

use rustix::fs::Mode;

use super::extents::Dense;
use super::format::{Header, Recipients, rewrap};
use super::{ItemId, KeyRing, Vault, VaultError, format, unseal};
use crate::crash_point;
use crate::whole_file::WholeFile;

/// What became of the items when the key was changed.
#[derive(Debug)]
pub struct Rotated {
    /// The public name of the new key, in hexadecimal digits.
    pub key: String,
    /// The items that the new key opens now.
    pub wrapped: Vec<ItemId>,
    /// The items that are as they were, and why: their key is kept.
    pub failed: Vec<(ItemId, VaultError)>,
    /// How many keys were removed that nothing needs any more.
    pub dropped: usize,
}

impl Vault {
    /// Makes a new key and closes every item with it. Items of an older format become items of the
    /// present one, and a recovery key that is there by now is added.
    ///
    /// # Errors
    /// When no new key could be made. What fails for one item is told in the answer.
    pub fn rotate_key(&self) -> Result<Rotated, VaultError> {
        self.recovery_key()?;
        let ring = self.make_key()?;
        let name = ring.current().ok_or(VaultError::KeyMissing)?.name();
        crash_point::here("rotate-key-made");
        let mut rotated = Rotated {
            key: super::reading::hex(&name),
            wrapped: Vec::new(),
            failed: Vec::new(),
            dropped: 0,
        };
        for id in self.ids()? {
            match self.wrap_anew(id) {
                Ok(()) => rotated.wrapped.push(id),
                // Removed meanwhile.
                Err(VaultError::NotFound(_)) => {}
                Err(error) => rotated.failed.push((id, error)),
            }
            crash_point::here("rotate-key-wrapped");
        }
        rotated.dropped = self.drop_unneeded_keys()?;
        Ok(rotated)
    }

    fn make_key(&self) -> Result<KeyRing, VaultError> {
        let _exclusive = self.exclusive()?;
        self.ring()?.make(self.directory.as_fd(), self.machine)?;
        self.ring()
    }

    fn wrap_anew(&self, id: ItemId) -> Result<(), VaultError> {
        let _exclusive = self.exclusive()?;
        let ring = self.ring()?;
        let recovery = self.recovery_key()?;
        let recipients = Recipients {
            device: ring.current().ok_or(VaultError::KeyMissing)?,
            recovery: recovery.as_ref(),
        };
        let (header, source) = self.open_header_unlocked(id)?;
        let folder = self.open_folder(&id.folder())?;
        let failed = VaultError::io("write an item anew");
        let mut whole = WholeFile::create(folder.as_fd()).map_err(failed)?;
        match &header.rewrappable {
            Some(old) => {
                let head = rewrap(id, old, recipients).map_err(failed)?;
                copy_after(source, old.length, &head, whole.file()).map_err(failed)?;
            }
            None => seal_anew(header, source, recipients, whole.file())?,
        }
        rustix::fs::fchmod(whole.file().as_fd(), Mode::RUSR)
            .map_err(|error| failed(error.into()))?;
        whole.replace(OsStr::new(&id.file())).map_err(failed)
    }

    /// An item that does not say which key it needs may need any.
    fn drop_unneeded_keys(&self) -> Result<usize, VaultError> {
        let _exclusive = self.exclusive()?;
        let mut needed = Vec::new();
        for id in self.ids()? {
            match self
                .open_item(id)
                .and_then(|file| format::device_keys(id, &mut BufReader::new(file)))
            {
                Ok(names) => needed.extend(names),
                Err(error) => {
                    tracing::warn!(%error, "old keys are kept, because an item cannot be read");
                    return Ok(0);
                }
            }
        }
        self.ring()?
            .drop_unneeded(self.directory.as_fd(), |name| needed.contains(&name))
    }
}

/// Writes `head` in place of the first `length` bytes of `source`, and all the rest as it is.
fn copy_after(source: BufReader<File>, length: u64, head: &[u8], to: &mut File) -> io::Result<()> {
    let mut source = source.into_inner();
    source.seek(SeekFrom::Start(length))?;
    to.write_all(head)?;
    // Within one file system the kernel copies, and may share the blocks.
    io::copy(&mut source, to).map(drop)
}

/// Brings an item of the first format, whose content is bound to its key's wrapping, into today's.
fn seal_anew(
    header: Header,
    source: BufReader<File>,
    recipients: Recipients<'_>,
    to: &mut File,
) -> Result<(), VaultError> {
    let failed = VaultError::io("write an item anew");
    let new = format::write(&header.item, recipients)?;
    let mut sink = BufWriter::new(to);
    sink.write_all(&new.bytes).map_err(failed)?;
    let mut sealing = Dense(new.key.sealing(&new.binding, sink));
    // What is written is opened and compared on the way, as for a restore.
    unseal(header, source, &mut sealing)?;
    let mut sink = sealing.0.finish().map_err(failed)?;
    sink.flush().map_err(failed)
}
