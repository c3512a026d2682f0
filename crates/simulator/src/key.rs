//! A machine's key, and the proof that it makes of every request.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use quell_model::MachineId;
use quell_protocol::assertion::ALGORITHM;
use quell_protocol::{AssertionClaims, Binding};

/// A key that everyone who knows the seed can make: good for nothing but simulated machines.
pub(crate) struct Key(Ed25519KeyPair);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// The key of these bytes; every 32 bytes are one.
    pub(crate) fn of(bytes: &[u8; 32]) -> Option<Self> {
        Ed25519KeyPair::from_seed_unchecked(bytes).ok().map(Self)
    }

    /// The public half: 32 bytes, base64url.
    pub(crate) fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key())
    }

    /// The assertion of `machine` for one `POST` of `body` to `path` at `now` (Unix seconds).
    pub(crate) fn assert(
        &self,
        machine: &MachineId,
        audience: &str,
        path: &str,
        body: &[u8],
        (jti, now): (String, u64),
    ) -> Result<String, serde_json::Error> {
        let binding = Binding::post(path, digest(&SHA256, body).as_ref());
        let claims = AssertionClaims::new(machine.clone(), audience.to_owned(), jti, now, binding);
        let header = format!(r#"{{"alg":"{ALGORITHM}","typ":"JWT"}}"#);
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims)?)
        );
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(signed.as_bytes()));
        Ok(format!("{signed}.{signature}"))
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};

    use super::*;
    use crate::Seed;

    #[test]
    fn assertion_verifies_with_the_public_key_and_is_bound_to_its_request() {
        let key = Key::of(&Seed::default().bytes("key", 0)).unwrap();
        let machine = MachineId::new("m1").unwrap();
        let token = key
            .assert(
                &machine,
                "srv",
                "/p",
                b"{}",
                ("j".to_owned(), 1_700_000_000),
            )
            .unwrap();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.validate_exp = false;
        validation.validate_aud = false;
        let public = DecodingKey::from_ed_components(&key.public()).unwrap();
        let claims = decode::<AssertionClaims>(&token, &public, &validation)
            .unwrap()
            .claims;
        let binding = Binding::post("/p", digest(&SHA256, b"{}").as_ref());
        assert_eq!(claims.check("srv", 1_700_000_000, &binding), Ok(()));
    }
}
