//! What the machine is to its server: one file, written whole when the machine is enrolled.

use std::fs::File;
use std::io::{self, Read as _};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quell_model::{MachineId, Timestamp};
use quell_transport::Endpoint;
use serde::{Deserialize, Serialize};

use super::assertion::MachineKey;
use crate::bridge::Begin;
use crate::config::StateDir;

const FORMAT: u32 = 1;
/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024;

/// An enrolled machine: its id, its key, its server, and the one authority that it trusts there.
#[derive(Debug, Clone)]
pub struct Identity {
    pub(super) machine_id: MachineId,
    pub(super) tenant_id: String,
    pub(super) endpoint: Endpoint,
    pub(super) audience: String,
    /// DER; none for a server on loopback without TLS.
    pub(super) authority: Option<Vec<u8>>,
    pub(super) key: Arc<MachineKey>,
    /// When the key was made; not known of the first keys.
    pub(super) key_made: Option<Timestamp>,
    /// The key that takes the other's place, while the server may know either.
    pub(super) next_key: Option<Arc<MachineKey>>,
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The machine is not enrolled.
    #[error("this machine is not enrolled: run `quell-agent enrol` with a token from the server")]
    NotEnrolled,
    /// The file was changed or damaged.
    #[error("the identity file is damaged: enrol the machine again with a new token")]
    Damaged,
    /// The file is of a newer agent.
    #[error("the identity file has format {0}, which this version of the agent cannot read")]
    UnknownFormat(u32),
    /// The operating system refused.
    #[error("the identity file could not be {doing}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// The file. It holds the machine's secret, so it has no `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OnDisk {
    format: u32,
    machine_id: MachineId,
    tenant_id: String,
    server: String,
    audience: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate_authority: Option<String>,
    private_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_made: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_private_key: Option<String>,
}

impl Identity {
    /// The id by which the API knows the machine.
    #[must_use]
    pub fn machine_id(&self) -> &MachineId {
        &self.machine_id
    }

    /// The tenant that the machine belongs to.
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    /// The server.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Whether the machine's key is as old as `longest`, or is being changed already.
    pub(super) fn must_rotate(&self, longest: Duration, now: Timestamp) -> bool {
        let is_old = |made: Timestamp| now.saturating_duration_since(made) >= longest;
        self.next_key.is_some() || self.key_made.is_some_and(is_old)
    }

    /// Whether it is known whom to trust: only a server on loopback needs no authority.
    pub(super) fn is_pinned(&self) -> bool {
        self.authority.is_some() || self.endpoint.url().scheme() == "http"
    }

    /// What the network half needs to know of the server: never a secret.
    #[must_use]
    pub fn begin(&self) -> Begin {
        Begin {
            server: self.endpoint.to_string(),
            authority: self.authority.clone(),
        }
    }

    /// Reads the machine's identity.
    ///
    /// # Errors
    /// [`IdentityError::NotEnrolled`] when there is none.
    pub fn load(state: &StateDir) -> Result<Self, IdentityError> {
        let mut json = Vec::new();
        let read = File::open(state.identity())
            .and_then(|file| file.take(MAX_FILE).read_to_end(&mut json));
        match read {
            Ok(_) => Self::from_json(&json),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(IdentityError::NotEnrolled)
            }
            Err(source) => Err(IdentityError::Io {
                doing: "read",
                source,
            }),
        }
    }

    /// Writes the machine's identity, in place of an earlier one.
    ///
    /// # Errors
    /// [`IdentityError::Io`]; the earlier one is then still there.
    pub(super) fn store(&self, state: &StateDir) -> Result<(), IdentityError> {
        let failed = |source| IdentityError::Io {
            doing: "written",
            source,
        };
        let file = OnDisk {
            format: FORMAT,
            machine_id: self.machine_id.clone(),
            tenant_id: self.tenant_id.clone(),
            server: self.endpoint.to_string(),
            audience: self.audience.clone(),
            certificate_authority: self.authority.as_ref().map(|der| STANDARD.encode(der)),
            private_key: STANDARD.encode(self.key.pkcs8()),
            key_made: self.key_made,
            next_private_key: self
                .next_key
                .as_ref()
                .map(|key| STANDARD.encode(key.pkcs8())),
        };
        let json = serde_json::to_vec_pretty(&file).map_err(|error| failed(error.into()))?;
        state.write("identity.json", &json).map_err(failed)
    }

    fn from_json(json: &[u8]) -> Result<Self, IdentityError> {
        let file: OnDisk = serde_json::from_slice(json).map_err(|_| IdentityError::Damaged)?;
        if file.format != FORMAT {
            return Err(IdentityError::UnknownFormat(file.format));
        }
        let decoded = |text: String| STANDARD.decode(text).map_err(|_| IdentityError::Damaged);
        let key = |text| {
            let key = MachineKey::from_pkcs8(decoded(text)?).ok_or(IdentityError::Damaged)?;
            Ok(Arc::new(key))
        };
        let identity = Self {
            machine_id: file.machine_id,
            tenant_id: file.tenant_id,
            endpoint: file.server.parse().map_err(|_| IdentityError::Damaged)?,
            audience: file.audience,
            authority: file.certificate_authority.map(decoded).transpose()?,
            key: key(file.private_key)?,
            key_made: file.key_made,
            next_key: file.next_private_key.map(key).transpose()?,
        };
        identity
            .is_pinned()
            .then_some(identity)
            .ok_or(IdentityError::Damaged)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::link) fn identity() -> Identity {
        Identity {
            machine_id: MachineId::new("m1").unwrap(),
            tenant_id: "t1".to_owned(),
            endpoint: "https://quell.example:8443".parse().unwrap(),
            audience: "srv".to_owned(),
            authority: Some(vec![0x30, 1, 2]),
            key: Arc::new(MachineKey::make().unwrap()),
            key_made: None,
            next_key: None,
        }
    }

    #[test]
    fn an_identity_is_read_back_and_trusts_its_authority_alone() {
        let root = tempfile::tempdir().unwrap();
        let state = StateDir::open(&root.path().join("s")).unwrap();
        assert!(matches!(
            Identity::load(&state),
            Err(IdentityError::NotEnrolled)
        ));
        let written = identity();
        written.store(&state).unwrap();
        let read = Identity::load(&state).unwrap();
        assert_eq!(read.key.public(), written.key.public());
        assert_eq!(read.endpoint(), written.endpoint());
        assert_eq!(read.begin(), written.begin());
        assert_eq!(read.begin().authority, Some(vec![0x30, 1, 2]));
    }

    #[test]
    fn a_damaged_or_newer_identity_says_so() {
        let root = tempfile::tempdir().unwrap();
        let state = StateDir::open(&root.path().join("s")).unwrap();
        identity().store(&state).unwrap();
        let json = std::fs::read_to_string(state.identity()).unwrap();
        let newer = json.replace("\"format\": 1", "\"format\": 2");
        assert!(matches!(
            Identity::from_json(newer.as_bytes()),
            Err(IdentityError::UnknownFormat(2))
        ));
        let clear_text = json.replace("https://", "http://");
        let unpinned = json.replace("certificateAuthority", "other");
        for damaged in ["", "{}", &json[..json.len() / 2], &clear_text, &unpinned] {
            let error = Identity::from_json(damaged.as_bytes()).unwrap_err();
            assert!(matches!(error, IdentityError::Damaged), "{damaged}");
        }
    }
}
