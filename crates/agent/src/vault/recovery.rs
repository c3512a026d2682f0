//! The recovery key of an organization: a second key to every item, whose private half is never on
//! the device.
//!
//! Local root puts the public half (`recovery.pem`, X25519) into the vault's directory. Whoever
//! holds the private half opens items of machines that are gone. Both are PEM as openssl(1) writes
//! it: `openssl genpkey -algorithm x25519` and `openssl pkey -pubout`.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::BorrowedFd;

use aws_lc_rs::agreement::{PrivateKey, X25519};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

use super::hpke::{self, PUBLIC};
use super::key::{DataKey, KeyName, name_of};
use super::{VaultError, stream};

/// The public key's file in the vault's directory.
pub(super) const FILE: &str = "recovery.pem";
/// The longest PEM file that is read, in bytes.
const MAX_PEM: u64 = 4096;
/// What the encryption says it is for.
const INFO: &[u8] = b"quell vault recovery 1";
/// What stands before the 32 bytes of a key in DER (RFC 8410).
const PUBLIC_PREFIX: [u8; 12] = *b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x6e\x03\x21\x00";
const PRIVATE_PREFIX: [u8; 16] =
    *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x6e\x04\x22\x04\x20";
/// How long an item's key is when a recovery key has wrapped it.
pub(super) const WRAPPED: usize = PUBLIC + stream::KEY + stream::TAG;

/// The public half, which wraps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecoveryKey([u8; PUBLIC]);

impl RecoveryKey {
    /// The key that local root put into the vault's directory, if one is there.
    pub(super) fn load(vault: BorrowedFd<'_>) -> Result<Option<Self>, VaultError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = match rustix::fs::openat(vault, FILE, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(VaultError::io("open the recovery key")(error.into())),
        };
        let failed = VaultError::io("examine the recovery key");
        let stat = rustix::fs::fstat(&file).map_err(|error| failed(error.into()))?;
        // It is public, but whoever could exchange it could read what is sealed from then on.
        let ours = stat.st_uid == rustix::process::geteuid().as_raw();
        let mode = Mode::from_raw_mode(stat.st_mode);
        let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        if !ours || !is_file || mode.intersects(Mode::WGRP | Mode::WOTH) {
            return Err(VaultError::RecoveryKeyDamaged);
        }
        let mut pem = String::new();
        let read = File::from(file).take(MAX_PEM).read_to_string(&mut pem);
        read.map_err(|_| VaultError::RecoveryKeyDamaged)?;
        let key = Self::from_pem(&pem).ok_or(VaultError::RecoveryKeyDamaged)?;
        Ok(Some(key))
    }

    fn from_pem(pem: &str) -> Option<Self> {
        key_in(pem, "PUBLIC KEY", &PUBLIC_PREFIX).map(Self)
    }

    pub(super) fn name(&self) -> KeyName {
        name_of(b"quell vault recovery key name\0", &self.0)
    }

    /// Wraps an item's key so that it opens only where it is bound to `bound`.
    pub(super) fn wrap(&self, bound: &[u8], key: &DataKey) -> io::Result<Vec<u8>> {
        hpke::seal(&self.0, INFO, bound, key.bytes())
    }
}

/// The private half, which opens any item that was sealed while its public half was on the device.
pub struct RecoverySecret {
    secret: PrivateKey,
    public: RecoveryKey,
}

impl fmt::Debug for RecoverySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoverySecret")
    }
}

/// The text is no private recovery key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no X25519 private key in PEM, as `openssl genpkey -algorithm x25519` writes it")]
pub struct ParseRecoverySecretError;

impl RecoverySecret {
    /// Reads a private key in PEM (PKCS #8, RFC 8410), unencrypted.
    ///
    /// # Errors
    /// [`ParseRecoverySecretError`] for anything else.
    pub fn from_pem(pem: &str) -> Result<Self, ParseRecoverySecretError> {
        let bytes: [u8; 32] =
            key_in(pem, "PRIVATE KEY", &PRIVATE_PREFIX).ok_or(ParseRecoverySecretError)?;
        let secret =
            PrivateKey::from_private_key(&X25519, &bytes).map_err(|_| ParseRecoverySecretError)?;
        let public = hpke::public_of(&secret).ok_or(ParseRecoverySecretError)?;
        Ok(Self {
            secret,
            public: RecoveryKey(public),
        })
    }

    pub(super) fn name(&self) -> KeyName {
        self.public.name()
    }

    pub(super) fn unwrap(&self, bound: &[u8], wrapped: &[u8]) -> Option<DataKey> {
        DataKey::from_bytes(&hpke::open(&self.secret, INFO, bound, wrapped)?)
    }
}

/// The key in a PEM text of this label and nothing else.
fn key_in(pem: &str, label: &str, prefix: &[u8]) -> Option<[u8; 32]> {
    let body = pem
        .trim()
        .strip_prefix(&format!("-----BEGIN {label}-----"))?
        .strip_suffix(&format!("-----END {label}-----"))?;
    let text: String = body.split_ascii_whitespace().collect();
    let der = STANDARD.decode(text).ok()?;
    der.strip_prefix(prefix)?.try_into().ok()
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs;
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    pub(in super::super) const PUBLIC_PEM: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VuAyEAQxDul9iMwfCIpVdsd6sM9cOseX89lROcbIS1QpxZZio=
-----END PUBLIC KEY-----
";
    pub(in super::super) const SECRET_PEM: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIIBXmR7vjx8a8Y9KlJHRahzjM/aV1NuOONp1l1xEeOD7
-----END PRIVATE KEY-----
";

    #[test]
    fn the_halves_of_a_key_belong_together() {
        let public = RecoveryKey::from_pem(PUBLIC_PEM).unwrap();
        let secret = RecoverySecret::from_pem(SECRET_PEM).unwrap();
        assert_eq!(secret.name(), public.name());
        let key = DataKey::make().unwrap();
        let wrapped = public.wrap(b"here", &key).unwrap();
        assert_eq!(wrapped.len(), WRAPPED);
        let opened = secret.unwrap(b"here", &wrapped).unwrap();
        assert_eq!(opened.bytes(), key.bytes());
        assert!(secret.unwrap(b"there", &wrapped).is_none());
    }

    #[test]
    fn what_is_no_x25519_key_is_refused() {
        let cut = SECRET_PEM.replace("eOD7", "eOA=");
        for text in ["", PUBLIC_PEM, &cut, "-----BEGIN PRIVATE KEY-----"] {
            assert!(RecoverySecret::from_pem(text).is_err(), "{text}");
        }
        assert_eq!(RecoveryKey::from_pem(SECRET_PEM), None);
    }

    #[test]
    fn a_public_key_that_others_could_exchange_is_not_used() {
        let vault = tempfile::tempdir().unwrap();
        let handle = File::open(vault.path()).unwrap();
        let load = || RecoveryKey::load(handle.as_fd());
        assert_eq!(load().unwrap(), None);
        let path = vault.path().join(FILE);
        fs::write(&path, PUBLIC_PEM).unwrap();
        for (mode, is_used) in [(0o644, true), (0o664, false), (0o646, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(load().is_ok_and(|key| key.is_some()), is_used, "{mode:o}");
        }
        fs::write(&path, "no key").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(load(), Err(VaultError::RecoveryKeyDamaged)));
        fs::remove_file(&path).unwrap();
        symlink("/etc/passwd", &path).unwrap();
        assert!(load().is_err());
    }
}
