//! The file of the audit key: made at the first start, and never written again.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::Ed25519KeyPair;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use uuid::Uuid;

use crate::core::audit::SigningKey;

/// The longest key file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024;
const BASE64_LINE: usize = 64;

/// The audit key cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditKeyError {
    /// The file cannot be read or made.
    #[error("the audit key {} cannot be used", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{} holds no Ed25519 key in PEM (PKCS #8)", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// Others may read the file.
    #[error("others may read the audit key {}: close it to all but its owner (chmod 600)", path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
    },
    /// No key could be made.
    #[error("no audit key could be made")]
    Generate,
}

/// Where the key stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditKeyFile(PathBuf);

impl AuditKeyFile {
    /// This file.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The key, if the file is there.
    ///
    /// # Errors
    /// [`AuditKeyError`].
    pub fn find(&self) -> Result<Option<SigningKey>, AuditKeyError> {
        let mut file = match File::open(&self.0) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(error)),
        };
        self.refuse_if_open_to_others(&file)?;
        let mut pem = Vec::new();
        Read::by_ref(&mut file)
            .take(MAX_FILE)
            .read_to_end(&mut pem)
            .map_err(|error| self.failed(error))?;
        let no_key = || AuditKeyError::NoKey {
            path: self.0.clone(),
        };
        let der = PrivatePkcs8KeyDer::from_pem_slice(&pem).map_err(|_| no_key())?;
        SigningKey::from_pkcs8(der.secret_pkcs8_der())
            .map(Some)
            .map_err(|_| no_key())
    }

    /// The key; made, for its owner alone to read, when the file is not there.
    ///
    /// # Errors
    /// [`AuditKeyError`].
    pub fn find_or_make(&self) -> Result<SigningKey, AuditKeyError> {
        if let Some(key) = self.find()? {
            return Ok(key);
        }
        self.make()?;
        self.find()?.ok_or(AuditKeyError::Generate)
    }

    /// Of two servers that start at once, one makes the key and both read it.
    fn make(&self) -> Result<(), AuditKeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| AuditKeyError::Generate)?;
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| AuditKeyError::Generate)?;
        let draft = self.0.with_extension(format!("{}.new", Uuid::new_v4()));
        let made =
            write_new(&draft, pem(der.as_ref()).as_bytes()).and_then(
                |()| match std::fs::hard_link(&draft, &self.0) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
                    Err(_) | Ok(()) => Ok(()),
                },
            );
        let removed = std::fs::remove_file(&draft);
        made.and(removed).map_err(|error| self.failed(error))
    }

    fn failed(&self, source: io::Error) -> AuditKeyError {
        AuditKeyError::Io {
            path: self.0.clone(),
            source,
        }
    }

    fn refuse_if_open_to_others(&self, file: &File) -> Result<(), AuditKeyError> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = file.metadata().map_err(|error| self.failed(error))?;
            if mode.permissions().mode() & 0o077 != 0 {
                return Err(AuditKeyError::OpenToOthers {
                    path: self.0.clone(),
                });
            }
        }
        #[cfg(not(unix))]
        let _ = file;
        Ok(())
    }
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let digits = base64::engine::general_purpose::STANDARD.encode(der);
    let mut text = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    for line in digits.as_bytes().chunks(BASE64_LINE) {
        text.extend(line.iter().map(|digit| char::from(*digit)));
        text.push('\n');
    }
    text + "-----END PRIVATE KEY-----\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_made_once_and_is_its_owner_s_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("audit.key");
        let file = AuditKeyFile::at(&path);
        assert!(file.find().unwrap().is_none());
        let made = file.find_or_make().unwrap().public();
        assert_eq!(file.find_or_make().unwrap().public(), made);
        assert_eq!(dir.path().read_dir().unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let open = |mode| {
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
                file.find()
            };
            assert!(open(0o600).is_ok());
            assert!(matches!(
                open(0o640),
                Err(AuditKeyError::OpenToOthers { .. })
            ));
        }
    }

    #[test]
    fn what_is_no_key_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("audit.key");
        write_new(&path, b"not a key").unwrap();
        let file = AuditKeyFile::at(&path);
        assert!(matches!(
            file.find_or_make(),
            Err(AuditKeyError::NoKey { .. })
        ));
        assert_eq!(std::fs::read(&path).unwrap(), b"not a key");
    }
}
