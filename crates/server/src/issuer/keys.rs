//! The keys that tokens are signed with.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use quell_model::Timestamp;
use serde::Serialize;

use super::claims::Claims;
use super::verified::{Token, Verified};
use crate::secret::sha256;
use crate::store::record::SigningKey;

/// A key cannot be made, read or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No RSA key could be made.
    #[error("no rsa key could be made")]
    Generate,
    /// The stored key is no RSA key in PKCS #8.
    #[error("the stored key is damaged")]
    Damaged,
    /// The key does not sign.
    #[error("the key does not sign")]
    Sign,
}

/// A key ready for use.
pub(super) struct SigningPair {
    pub(super) id: String,
    pair: RsaKeyPair,
    verifier: DecodingKey,
    verified: Verified<Claims>,
}

/// The public half as a JSON web key.
#[derive(Debug, Serialize)]
pub(super) struct PublicJwk {
    kty: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
    kid: String,
    n: String,
    e: String,
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'static str,
    alg: &'static str,
    kid: &'a str,
}

impl SigningPair {
    pub(super) fn read(key: &SigningKey) -> Result<Self, KeyError> {
        let pair = RsaKeyPair::from_pkcs8(&key.pkcs8).map_err(|_| KeyError::Damaged)?;
        let verifier = DecodingKey::from_rsa_der(pair.public_key().as_ref());
        Ok(Self {
            id: key.id.clone(),
            pair,
            verifier,
            verified: Verified::default(),
        })
    }

    /// The claims as a signed token.
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, KeyError> {
        let header = Header {
            typ: "JWT",
            alg: "RS256",
            kid: &self.id,
        };
        let message = format!("{}.{}", part(&header)?, part(claims)?);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .map_err(|_| KeyError::Sign)?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The claims of a token that this key signed. The algorithm is pinned: what the token's header
    /// says can only agree.
    pub(super) fn claims(&self, token: &Token<'_>) -> Option<Arc<Claims>> {
        let verify = || decode(token.text(), &self.verifier, &signature_alone()).ok();
        self.verified
            .claims(token, || verify().map(|token| token.claims))
    }

    pub(super) fn public_jwk(&self) -> PublicJwk {
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(self.pair.public_key());
        PublicJwk {
            kty: "RSA",
            usage: "sig",
            alg: "RS256",
            kid: self.id.clone(),
            n: URL_SAFE_NO_PAD.encode(public.n),
            e: URL_SAFE_NO_PAD.encode(public.e),
        }
    }
}

/// The library checks the signature; the claims are judged by our own clock.
fn signature_alone() -> Validation {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}

impl fmt::Debug for SigningPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningPair")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

fn part(value: &impl Serialize) -> Result<String, KeyError> {
    let json = serde_json::to_vec(value).map_err(|_| KeyError::Sign)?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

/// A new key, whose turn begins at `begins`.
pub(crate) async fn make(now: Timestamp, begins: Timestamp) -> Result<SigningKey, KeyError> {
    tokio::task::spawn_blocking(move || {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate)?;
        let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| KeyError::Generate)?;
        Ok(SigningKey {
            id: URL_SAFE_NO_PAD.encode(sha256(pair.public_key().as_ref())),
            pkcs8: private.as_ref().to_vec(),
            created: now,
            begins,
        })
    })
    .await
    .unwrap_or(Err(KeyError::Generate))
}
