//! The key of this device's vault.
//!
//! It is random, made once, and lies in the vault directory in a file of its own. It wraps the key
//! of each item, so that an item carried elsewhere is closed. It is no defence against root.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest::{Context, SHA256};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::VaultError;
use super::stream::{DataKey, KEY, TAG};
use crate::whole_file::WholeFile;

/// The name of the key file.
pub(super) const FILE: &str = "vault.key";
/// How many bytes name a key.
pub(super) const KEY_NAME: usize = 8;

/// The key that wraps the items' keys.
pub(super) struct DeviceKey {
    wrapping: LessSafeKey,
    name: [u8; KEY_NAME],
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey")
    }
}

/// An item's key as it lies in the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrappedKey {
    pub(super) nonce: [u8; NONCE_LEN],
    pub(super) sealed: [u8; KEY + TAG],
}

impl DeviceKey {
    /// Reads the key of the vault, or makes it when the vault is new (`fresh`).
    pub(super) fn load_or_make(vault: BorrowedFd<'_>, fresh: bool) -> Result<Self, VaultError> {
        if let Some(key) = Self::load(vault)? {
            return Ok(key);
        }
        if !fresh {
            return Err(VaultError::KeyMissing);
        }
        match write_new(vault) {
            // Somebody else opened the new vault at the same time: theirs is the key.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(VaultError::io("write its key")(error));
            }
            _ => {}
        }
        Self::load(vault)?.ok_or(VaultError::KeyMissing)
    }

    fn load(vault: BorrowedFd<'_>) -> Result<Option<Self>, VaultError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = match rustix::fs::openat(vault, FILE, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(VaultError::io("open its key")(error.into())),
        };
        let stat =
            rustix::fs::fstat(&file).map_err(|e| VaultError::io("examine its key")(e.into()))?;
        let closed = Mode::from_raw_mode(stat.st_mode) & (Mode::RWXG | Mode::RWXO) == Mode::empty();
        let ours = stat.st_uid == rustix::process::geteuid().as_raw();
        let mut bytes = Vec::new();
        File::from(file)
            .take(KEY as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(VaultError::io("read its key"))?;
        match <[u8; KEY]>::try_from(bytes) {
            Ok(key) if closed && ours => Self::new(&key).map(Some).ok_or(VaultError::KeyDamaged),
            _ => Err(VaultError::KeyDamaged),
        }
    }

    fn new(bytes: &[u8; KEY]) -> Option<Self> {
        let wrapping = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).ok()?);
        let mut context = Context::new(&SHA256);
        context.update(b"quell vault key name\0");
        context.update(bytes);
        let digest = context.finish();
        let name = *digest.as_ref().first_chunk()?;
        Some(Self { wrapping, name })
    }

    /// The public name of the key, by which an item says which key opened it.
    pub(super) fn name(&self) -> [u8; KEY_NAME] {
        self.name
    }

    /// Makes the key of a new item, and the form in which it lies in the item bound to `bound`.
    pub(super) fn make_item_key(&self, bound: &[u8]) -> io::Result<(DataKey, WrappedKey)> {
        let mut key = [0; KEY];
        let mut nonce = [0; NONCE_LEN];
        fill(&mut key)?;
        fill(&mut nonce)?;
        let mut buffer = key.to_vec();
        let bound = [bound, &nonce].concat();
        self.wrapping
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(&bound),
                &mut buffer,
            )
            .map_err(|_| io::Error::other("encryption failed"))?;
        let sealed = buffer
            .try_into()
            .map_err(|_| io::Error::other("encryption failed"))?;
        let key = DataKey::new(&key).ok_or_else(|| io::Error::other("encryption failed"))?;
        Ok((key, WrappedKey { nonce, sealed }))
    }

    /// Unwraps an item's key; `None` when it was not wrapped by this key for `bound`.
    pub(super) fn open_item_key(&self, bound: &[u8], wrapped: &WrappedKey) -> Option<DataKey> {
        let mut buffer = wrapped.sealed;
        let nonce = Nonce::assume_unique_for_key(wrapped.nonce);
        let bound = [bound, &wrapped.nonce].concat();
        let key = self
            .wrapping
            .open_in_place(nonce, Aad::from(&bound), &mut buffer)
            .ok()?;
        DataKey::new(key.first_chunk()?)
    }
}

fn write_new(vault: BorrowedFd<'_>) -> io::Result<()> {
    let mut key = [0; KEY];
    fill(&mut key)?;
    let mut whole = WholeFile::create(vault)?;
    whole.file().write_all(&key)?;
    rustix::fs::fchmod(whole.file().as_fd(), Mode::RUSR)?;
    whole.publish(OsStr::new(FILE))
}

fn fill(bytes: &mut [u8]) -> io::Result<()> {
    aws_lc_rs::rand::fill(bytes).map_err(|_| io::Error::other("no random bytes"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_key_is_made_once_and_closed_to_others() {
        let vault = tempfile::tempdir().unwrap();
        let handle = File::open(vault.path()).unwrap();
        let first = DeviceKey::load_or_make(handle.as_fd(), true).unwrap();
        let again = DeviceKey::load_or_make(handle.as_fd(), false).unwrap();
        assert_eq!(first.name(), again.name());
        let mode = fs::metadata(vault.path().join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o7777, 0o400);
    }

    #[test]
    fn a_lost_key_is_never_replaced_while_there_are_items() {
        let vault = tempfile::tempdir().unwrap();
        let handle = File::open(vault.path()).unwrap();
        let error = DeviceKey::load_or_make(handle.as_fd(), false).unwrap_err();
        assert!(matches!(error, VaultError::KeyMissing));
        assert_eq!(fs::read_dir(vault.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_key_of_another_length_or_open_to_others_is_refused() {
        for (length, mode) in [(31, 0o400), (33, 0o400), (32, 0o440), (32, 0o404)] {
            let vault = tempfile::tempdir().unwrap();
            let path = vault.path().join(FILE);
            fs::write(&path, vec![1; length]).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let handle = File::open(vault.path()).unwrap();
            let error = DeviceKey::load_or_make(handle.as_fd(), true).unwrap_err();
            assert!(matches!(error, VaultError::KeyDamaged), "{length} {mode:o}");
        }
    }

    #[test]
    fn an_item_key_opens_only_where_it_was_bound() {
        let device = DeviceKey::new(&[1; KEY]).unwrap();
        let (_, wrapped) = device.make_item_key(b"here").unwrap();
        assert!(device.open_item_key(b"here", &wrapped).is_some());
        assert!(device.open_item_key(b"there", &wrapped).is_none());
        let other = DeviceKey::new(&[2; KEY]).unwrap();
        assert!(other.open_item_key(b"here", &wrapped).is_none());
    }
}
