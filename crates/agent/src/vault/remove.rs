//! Removing an item for ever.

use std::os::fd::OwnedFd;

use rustix::fs::AtFlags;
use rustix::io::Errno;

use super::directory::{folders, names};
use super::{ItemId, Vault, VaultError, destroy};
use crate::crash_point;
use crate::whole_file::WholeFile;

/// What an item is called while it is being destroyed.
const GONE: &str = ".gone";

impl Vault {
    /// Removes an item for ever: its key is overwritten, then its file removed.
    ///
    /// # Errors
    /// [`VaultError::NotFound`], [`VaultError::Io`].
    pub fn remove(&self, id: ItemId) -> Result<(), VaultError> {
        let _exclusive = self.exclusive()?;
        self.remove_unlocked(id)
    }

    pub(super) fn remove_unlocked(&self, id: ItemId) -> Result<(), VaultError> {
        let failed = |error: Errno| VaultError::io("remove an item")(error.into());
        let folder = match self.open_folder(&id.folder()) {
            Err(VaultError::Folder { source, .. }) if source == Errno::NOENT => {
                return Err(VaultError::NotFound(id));
            }
            folder => folder?,
        };
        // From here on nobody takes it for an item, whatever happens: half of one would be damaged.
        let gone = gone(id);
        match rustix::fs::renameat(&folder, id.file(), &folder, gone.as_str()) {
            Ok(()) => {}
            Err(Errno::NOENT) => return Err(VaultError::NotFound(id)),
            Err(error) => return Err(failed(error)),
        }
        rustix::fs::fsync(&folder).map_err(failed)?;
        crash_point::here("remove-renamed");
        destroy::file(&folder, &gone).map_err(VaultError::io("remove an item"))?;
        self.forget_state(&folder, id);
        rustix::fs::fsync(&folder).map_err(|e| VaultError::io("remove an item durably")(e.into()))
    }

    /// Finishes what an earlier run left half removed or half written; says how many files.
    ///
    /// # Errors
    /// [`VaultError::Io`].
    pub fn tidy(&self) -> Result<usize, VaultError> {
        let _exclusive = self.exclusive()?;
        let mut left = 0;
        for id in self.ids_of(GONE)? {
            let folder = self.open_folder(&id.folder())?;
            destroy::file(&folder, &gone(id)).map_err(VaultError::io("remove an item"))?;
            // A new item of the same id, of an action that was carried out anew, keeps its notes.
            if rustix::fs::statat(&folder, id.file(), AtFlags::SYMLINK_NOFOLLOW).is_err() {
                self.forget_state(&folder, id);
            }
            left += 1;
        }
        for name in folders(&self.directory)? {
            left += remove_unfinished(&self.open_folder(&name)?)?;
        }
        Ok(left)
    }
}

/// Removes what was about to replace a file when its writer died. Whoever lives holds the lock.
fn remove_unfinished(folder: &OwnedFd) -> Result<usize, VaultError> {
    let mut left = 0;
    for name in names(folder)? {
        if WholeFile::is_temporary(&name) {
            destroy::file(folder, &name).map_err(VaultError::io("remove what was half written"))?;
            left += 1;
        }
    }
    Ok(left)
}

fn gone(id: ItemId) -> String {
    format!("{id}{GONE}")
}
