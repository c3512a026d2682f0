//! Putting a restored file in the place of another, which goes into the vault.
//!
//! The other is sealed before anything is touched, so that it is in the vault or at its path at
//! every moment. Then the two names change places in one step, and what was sealed must be what
//! came out: if not, they change back.

use std::ffi::{CString, OsStr};
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use quell_model::{ActionId, Timestamp};
use quell_protocol::WirePath;
use quell_terminal::printable;
use rustix::fs::{AtFlags, RenameFlags};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::{Item, ItemId, Vault, VaultError, seal};
use super::place::Place;
use super::{RestoreError, file_id, fingerprint, path_of};
use crate::crash_point;
use crate::engine::{ItemDraft, read_attributes};
use crate::hash::{Budget, Hasher};
use crate::sys::file;
use crate::whole_file::WholeFile;

/// How the name of the note ends that says where a file may be left behind.
pub(in super::super) const NOTE: &str = ".exchange";
/// The longest note that is read, in bytes.
const MAX_NOTE: u64 = 64 * 1024;

/// Where one of the two files is while they change places.
#[derive(Debug, Serialize, Deserialize)]
struct Exchange {
    directory: WirePath,
    name: String,
    /// The SHA-256 of the file that is being restored; the other's is in its item.
    restored: String,
}

impl Vault {
    /// Puts `whole` in the place of what is at `path`; answers the item that keeps the latter.
    pub(super) fn exchange(
        &self,
        whole: &mut WholeFile,
        place: &Place,
        path: &Path,
        now: Timestamp,
    ) -> Result<ItemId, RestoreError> {
        let replaced = pin(place, path)?;
        let item = self.keep_replaced(&replaced, path, now)?;
        crash_point::here("exchange-sealed");
        let exchanged = self.exchange_sealed(whole, place, path, &item, &replaced);
        if place.holds(&place.name, file_id(&replaced)?) {
            // It is still at its path: a second copy would only mislead.
            let _ = self.discard(item.id);
        }
        exchanged.map(|()| item.id)
    }

    fn keep_replaced(
        &self,
        file: &OwnedFd,
        path: &Path,
        now: Timestamp,
    ) -> Result<Item, RestoreError> {
        let failed = RestoreError::io("read the file that is to be replaced");
        let digests = Hasher::new()
            .digests(file, &Budget::UNLIMITED)
            .map_err(|error| failed(io::Error::other(error)))?;
        let id = Uuid::new_v4();
        let draft = ItemDraft {
            id,
            action_id: ActionId::new(format!("replaced-{id}"))
                .map_err(|error| failed(io::Error::other(error)))?,
            sha1: digests.sha1,
            sha256: digests.sha256,
            size: digests.size,
            paths: vec![path.as_os_str().as_bytes().to_vec()],
            attributes: read_attributes(file).map_err(|error| failed(error.into()))?,
            requestor: None,
            comment: "replaced by a file that was restored".to_owned(),
            captured_at: now,
        };
        let item = seal::item_of(&draft, file.as_fd());
        self.keep(&item, file.as_fd())?;
        Ok(item)
    }

    fn exchange_sealed(
        &self,
        whole: &mut WholeFile,
        place: &Place,
        path: &Path,
        item: &Item,
        replaced: &OwnedFd,
    ) -> Result<(), RestoreError> {
        let _shared = self.shared()?;
        let failed = RestoreError::io("put the file in the place of another");
        let hidden = whole.hidden_name().map_err(failed)?;
        let restored = whole.file().try_clone().map_err(failed)?;
        let (restored, _) = fingerprint(restored.into()).map_err(failed)?;
        self.note_exchange(item.id, path, &hidden, restored)?;
        crash_point::here("exchange-noted");
        let exchanged = whole.exchange(&hidden, &place.name);
        if let Err(error) = exchanged {
            self.forget_exchange(item.id)?;
            return Err(failed(error));
        }
        crash_point::here("exchanged");
        if !came_out(place, &hidden, item, replaced) {
            rustix::fs::renameat_with(
                &place.parent,
                hidden.as_c_str(),
                &place.parent,
                &*place.name,
                RenameFlags::EXCHANGE,
            )
            .map_err(|error| failed(error.into()))?;
            remove_hidden(place, &hidden).map_err(failed)?;
            self.forget_exchange(item.id)?;
            let path = path.to_owned();
            return Err(RestoreError::Changed { path });
        }
        remove_hidden(place, &hidden).map_err(failed)?;
        Ok(self.forget_exchange(item.id)?)
    }

    /// Removes what an earlier run left hidden in a directory when it died. Nobody else may be at
    /// work. What is hidden is removed only if the vault has it.
    pub(in super::super) fn settle_exchanges(&self) -> Result<usize, VaultError> {
        let mut settled = 0;
        for id in self.ids_of(NOTE)? {
            let note = self.read_note(id, NOTE, MAX_NOTE).ok();
            let exchange = note.and_then(|note| serde_json::from_str::<Exchange>(&note).ok());
            if let Some(exchange) = exchange {
                self.settle_exchange(id, &exchange);
            }
            self.forget_exchange(id)?;
            settled += 1;
        }
        Ok(settled)
    }

    fn settle_exchange(&self, id: ItemId, exchange: &Exchange) {
        if !WholeFile::is_temporary(&exchange.name) {
            return;
        }
        let path = path_of(&exchange.directory).join(&exchange.name);
        let Ok(place) = Place::open(&path) else {
            return;
        };
        let Ok(found) = place.open_file(&place.name) else {
            return;
        };
        let Ok((found, _)) = fingerprint(found) else {
            return;
        };
        let replaced = self.open_header_unlocked(id).map(|(header, _)| header.item);
        let is_kept =
            found == exchange.restored || replaced.is_ok_and(|replaced| found == replaced.sha256);
        let path = printable(&path.to_string_lossy());
        if !is_kept {
            tracing::warn!(path, "a file was left behind that nobody knows");
        } else if let Err(error) = remove_file(&place, &place.name) {
            tracing::warn!(%error, path, "a hidden file could not be removed");
        }
    }

    fn note_exchange(
        &self,
        id: ItemId,
        path: &Path,
        hidden: &CString,
        restored: String,
    ) -> Result<(), VaultError> {
        let directory = path.parent().map(Path::as_os_str).unwrap_or_default();
        let exchange = Exchange {
            directory: WirePath::from_bytes(directory.as_bytes()),
            name: hidden.to_string_lossy().into_owned(),
            restored,
        };
        let folder = self.open_folder(&id.folder())?;
        let written = || -> io::Result<()> {
            let mut note = WholeFile::create(folder.as_fd())?;
            note.file().write_all(&serde_json::to_vec(&exchange)?)?;
            note.publish(OsStr::new(&format!("{id}{NOTE}")))
        };
        written().map_err(VaultError::io("note what becomes of an item"))
    }

    fn forget_exchange(&self, id: ItemId) -> Result<(), VaultError> {
        let folder = self.open_folder(&id.folder())?;
        let forgotten = rustix::fs::unlinkat(&folder, format!("{id}{NOTE}"), AtFlags::empty());
        forgotten
            .map_err(io::Error::from)
            .map_err(VaultError::io("forget a note"))
    }
}

/// Holds the regular file at the place; what is anything else is not replaced.
fn pin(place: &Place, path: &Path) -> Result<OwnedFd, RestoreError> {
    let failed = RestoreError::io("open the file that is to be replaced");
    let name = CString::new(place.name.as_bytes()).map_err(|_| RestoreError::Path)?;
    let pinned = file::pin(&place.parent, &name).map_err(|error| failed(error.into()))?;
    match file::read_pinned(&pinned) {
        Ok((file, _)) => Ok(file),
        Err(rustix::io::Errno::INVAL) => {
            let path: PathBuf = path.to_owned();
            Err(RestoreError::NotAFile { path })
        }
        Err(error) => Err(failed(error.into())),
    }
}

/// Whether what changed places is the file that was sealed, with the content that was sealed.
fn came_out(place: &Place, hidden: &CString, item: &Item, sealed: &OwnedFd) -> bool {
    let name = OsStr::from_bytes(hidden.as_bytes());
    let is_same = file_id(sealed).is_ok_and(|id| place.holds(name, id));
    let content = sealed.try_clone().and_then(fingerprint);
    is_same && content.is_ok_and(|content| content == (item.sha256.clone(), item.size))
}

fn remove_hidden(place: &Place, hidden: &CString) -> io::Result<()> {
    remove_file(place, OsStr::from_bytes(hidden.as_bytes()))
}

fn remove_file(place: &Place, name: &OsStr) -> io::Result<()> {
    rustix::fs::unlinkat(&place.parent, name, AtFlags::empty())?;
    Ok(rustix::fs::fsync(&place.parent)?)
}
