//! Signing the proof that goes with every request. What it claims is `quell-protocol`'s business.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use quell_model::MachineId;
use quell_protocol::assertion::ALGORITHM;
use quell_protocol::{AssertionClaims, Binding};
use uuid::Uuid;

/// The machine's own key. It is made here and never leaves the machine.
pub(super) struct MachineKey {
    pair: Ed25519KeyPair,
    pkcs8: Vec<u8>,
}

impl fmt::Debug for MachineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MachineKey")
    }
}

impl MachineKey {
    /// Makes a new key; `None` when the machine has no random bytes.
    pub(super) fn make() -> Option<Self> {
        let pair = Ed25519KeyPair::generate().ok()?;
        let pkcs8 = pair.to_pkcs8().ok()?.as_ref().to_vec();
        Some(Self { pair, pkcs8 })
    }

    /// Reads a key in PKCS #8.
    pub(super) fn from_pkcs8(pkcs8: Vec<u8>) -> Option<Self> {
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).ok()?;
        Some(Self { pair, pkcs8 })
    }

    /// The secret, for the identity file alone.
    pub(super) fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The public half: 32 bytes, base64url.
    pub(super) fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.public_bytes())
    }

    /// The public half: 32 bytes.
    pub(super) fn public_bytes(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// The assertion of `machine` for one `POST` of `body` to `path` at `now` (Unix seconds).
    pub(super) fn assert(
        &self,
        machine: &MachineId,
        audience: &str,
        path: &str,
        body: &[u8],
        now: u64,
    ) -> Result<String, serde_json::Error> {
        let binding = Binding::post(path, digest(&SHA256, body).as_ref());
        let jti = Uuid::new_v4().simple().to_string();
        let claims = AssertionClaims::new(machine.clone(), audience.to_owned(), jti, now, binding);
        let header = format!(r#"{{"alg":"{ALGORITHM}","typ":"JWT"}}"#);
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims)?)
        );
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(signed.as_bytes()));
        Ok(format!("{signed}.{signature}"))
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};

    use super::*;

    const NOW: u64 = 1_700_000_000;

    fn machine() -> MachineId {
        MachineId::new("m1").unwrap()
    }

    /// Verifies with another implementation than the one that signed.
    fn verified(token: &str, public: &str) -> Option<AssertionClaims> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.validate_exp = false;
        validation.validate_aud = false;
        let key = DecodingKey::from_ed_components(public).unwrap();
        Some(decode(token, &key, &validation).ok()?.claims)
    }

    #[test]
    fn an_assertion_verifies_with_the_public_key_and_is_bound_to_its_request() {
        let key = MachineKey::make().unwrap();
        let token = key
            .assert(&machine(), "srv", "/quell/v1/device/hold", b"{}", NOW)
            .unwrap();
        let claims = verified(&token, &key.public()).unwrap();
        let binding = Binding::post("/quell/v1/device/hold", digest(&SHA256, b"{}").as_ref());
        assert_eq!(claims.check("srv", NOW, &binding), Ok(()));
        assert_eq!(claims.iss, machine());
    }

    #[test]
    fn an_assertion_of_another_key_does_not_verify() {
        let (key, other) = (MachineKey::make().unwrap(), MachineKey::make().unwrap());
        let token = key.assert(&machine(), "srv", "/p", b"", NOW).unwrap();
        assert!(verified(&token, &other.public()).is_none());
    }

    #[test]
    fn no_two_assertions_have_the_same_identifier() {
        let key = MachineKey::make().unwrap();
        let claims = || {
            let token = key.assert(&machine(), "srv", "/p", b"", NOW).unwrap();
            verified(&token, &key.public()).unwrap()
        };
        assert_ne!(claims().jti, claims().jti);
    }

    #[test]
    fn a_key_is_read_back_and_never_shown() {
        let key = MachineKey::make().unwrap();
        let back = MachineKey::from_pkcs8(key.pkcs8().to_vec()).unwrap();
        assert_eq!(back.public(), key.public());
        assert_eq!(format!("{key:?}"), "MachineKey");
        assert!(MachineKey::from_pkcs8(b"no key".to_vec()).is_none());
    }
}
