//! Carrying items out of the vault, and opening them elsewhere.

use std::fs::File;
use std::io::{self, BufReader, Seek as _};
use std::os::fd::AsFd as _;
use std::path::Path;

use super::extents::{Dense, Sparse};
use super::format::{self, Opener};
use super::recovery::RecoverySecret;
use super::restore::Place;
use super::{Item, ItemId, RestoreError, Vault, VaultError, unseal};
use crate::whole_file::WholeFile;

/// In which form an item leaves the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it is: encrypted, for whoever holds one of its keys.
    Sealed,
    /// Its content alone, for everybody who may read the file.
    Plain,
}

impl Vault {
    /// Writes an item to a new file of mode 0600, after all of it was opened and compared.
    ///
    /// # Errors
    /// [`RestoreError`]; then there is no such file.
    pub fn export(&self, id: ItemId, path: &Path, form: Form) -> Result<Item, RestoreError> {
        let (place, mut whole) = new_file(path)?;
        let item = match form {
            Form::Plain => self.read_content(id, &mut Sparse::new(whole.file().as_fd()))?,
            Form::Sealed => {
                let failed = RestoreError::io("write the file");
                let (header, source) = self.open_header(id)?;
                // The very bytes that were opened, even if the item is wrapped anew meanwhile.
                let mut sealed = source.get_ref().try_clone().map_err(failed)?;
                let item = unseal(header, source, &mut Dense(io::sink()))?;
                sealed.rewind().map_err(failed)?;
                io::copy(&mut sealed, whole.file()).map_err(failed)?;
                item
            }
        };
        publish(whole, &place, path)?;
        Ok(item)
    }
}

/// Opens an item that was carried out of its vault, for the holder of an organization's recovery
/// key, and writes its content to a new file of mode 0600.
///
/// # Errors
/// [`VaultError::NotRecoverable`](super::VaultError::NotRecoverable) when the item was not sealed for
/// this key, [`VaultError::Damaged`](super::VaultError::Damaged) when it is not what was sealed, and
/// what may stand in the way of the new file; then there is none.
pub fn recover(item: File, secret: &RecoverySecret, path: &Path) -> Result<Item, RestoreError> {
    let (place, mut whole) = new_file(path)?;
    let mut source = BufReader::new(item);
    let header =
        format::read(None, Opener::Recovery(secret), &mut source).map_err(|error| match error {
            VaultError::Damaged { id, .. } if id == ItemId::UNKNOWN => VaultError::NoItem,
            other => other,
        })?;
    let item = unseal(header, source, &mut Sparse::new(whole.file().as_fd()))?;
    publish(whole, &place, path)?;
    Ok(item)
}

fn new_file(path: &Path) -> Result<(Place, WholeFile), RestoreError> {
    let place = Place::open(path).map_err(|error| error.of_new_file(path))?;
    let is_free = place.must_be_free(path);
    is_free.map_err(|error| error.of_new_file(path))?;
    let whole = WholeFile::create(place.parent.as_fd())
        .map_err(RestoreError::io("make a file in the directory"))?;
    Ok((place, whole))
}

fn publish(mut whole: WholeFile, place: &Place, path: &Path) -> Result<(), RestoreError> {
    let named = whole.publish(&place.name);
    let named = named.map_err(RestoreError::naming(path, "give the file its name"));
    named.map_err(|error| error.of_new_file(path))
}
