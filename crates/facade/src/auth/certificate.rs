//! A certificate and its key, and what is signed with it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaSignatureEncoding};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Uri;
use rustls_pki_types::pem::{PemObject, SectionKind};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::TokenError;

/// How long an assertion may be used; Entra recommends five to ten minutes.
const LIFE: Duration = Duration::from_secs(600);

/// A certificate with its private key, and the certificates that lead to its authority.
///
/// ```
/// use quell::{Certificate, CertificateError};
///
/// let error = Certificate::from_pem("no PEM at all").unwrap_err();
/// assert_eq!(error, CertificateError::NoKey);
/// ```
#[derive(Clone)]
pub struct Certificate {
    key: Arc<KeyPair>,
    /// The one that the key belongs to goes first.
    chain: Arc<[Vec<u8>]>,
    signature: AssertionSignature,
    sends_chain: bool,
}

/// How an assertion is signed, and so how it names its certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AssertionSignature {
    /// PS256, and the certificate's SHA-256: what Entra documents.
    #[default]
    Ps256,
    /// RS256, and the certificate's SHA-1 beside its SHA-256: for authorities that know no better.
    Rs256,
}

/// Why a PEM text is no usable certificate. What is in it is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Begun as PEM and not ended as such.
    #[error("the PEM text is broken")]
    BrokenPem,
    /// No private key.
    #[error("there is no private key in it (`PRIVATE KEY` or `RSA PRIVATE KEY`)")]
    NoKey,
    /// More than one private key.
    #[error("there is more than one private key in it")]
    SeveralKeys,
    /// The private key needs a password.
    #[error("the private key is encrypted: decrypt it first, for instance by `openssl pkey`")]
    EncryptedKey,
    /// Entra takes signatures of RSA keys alone: it answers AADSTS5002738 to those of elliptic curves.
    #[error("the private key is not RSA of 2048 to 8192 bits, and Entra takes no other")]
    UnusableKey,
    /// No certificate.
    #[error("there is no certificate in it (`CERTIFICATE`)")]
    NoCertificate,
    /// The key is of another certificate.
    #[error("the private key belongs to none of the certificates in it")]
    AnothersKey,
}

impl Certificate {
    /// Reads a private key (PKCS #8 or PKCS #1, RSA, not encrypted), its certificate, and the
    /// certificates that lead to its authority if there are any, in any order.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] says what is missing or cannot be used.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, CertificateError> {
        let (key, mut chain) = sections(pem.as_ref())?;
        let its_own = belonging(&key, &chain)?;
        chain.swap(0, its_own);
        Ok(Self {
            key: Arc::new(key),
            chain: chain.into(),
            signature: AssertionSignature::default(),
            sends_chain: false,
        })
    }

    /// Signs assertions in another way; the default is [`AssertionSignature::Ps256`].
    #[must_use]
    pub const fn signature(mut self, signature: AssertionSignature) -> Self {
        self.signature = signature;
        self
    }

    /// Sends the certificates themselves (`x5c`), not their hash alone: for applications that
    /// trust a subject name and an issuer, so that a renewed certificate needs no upload.
    #[must_use]
    pub const fn send_chain(mut self) -> Self {
        self.sends_chain = true;
        self
    }

    /// The statement that we are this application, for this endpoint, signed (RFC 7523 §3).
    pub(crate) fn assertion(
        &self,
        application: &str,
        endpoint: &Uri,
        now: SystemTime,
    ) -> Result<SecretString, TokenError> {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let claims = json!({
            "aud": endpoint.to_string(),
            "iss": application,
            "sub": application,
            "jti": random_id()?,
            "iat": now.as_secs(),
            "nbf": now.as_secs(),
            "exp": (now + LIFE).as_secs(),
        });
        let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encoded(&self.header()), encoded(&claims));
        let signature = self.sign(signed.as_bytes())?;
        let signature = URL_SAFE_NO_PAD.encode(signature);
        Ok(SecretString::from(format!("{signed}.{signature}")))
    }

    fn certificate(&self) -> &[u8] {
        self.chain.first().map(Vec::as_slice).unwrap_or_default()
    }

    fn header(&self) -> Value {
        let thumbprint =
            |algorithm| URL_SAFE_NO_PAD.encode(digest::digest(algorithm, self.certificate()));
        let mut header = Map::new();
        let mut says = |name: &str, value: Value| header.insert(name.to_owned(), value);
        says("typ", "JWT".into());
        says("x5t#S256", thumbprint(&SHA256).into());
        match self.signature {
            AssertionSignature::Ps256 => says("alg", "PS256".into()),
            AssertionSignature::Rs256 => {
                says("x5t", thumbprint(&SHA1_FOR_LEGACY_USE_ONLY).into());
                says("alg", "RS256".into())
            }
        };
        if self.sends_chain {
            // RFC 7515 §4.1.6: standard base64 here, not the one for URLs.
            let chain = self.chain.iter().map(|one| STANDARD.encode(one));
            says("x5c", chain.collect());
        }
        Value::Object(header)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        let padding: &'static RsaSignatureEncoding = match self.signature {
            AssertionSignature::Ps256 => &RSA_PSS_SHA256,
            AssertionSignature::Rs256 => &RSA_PKCS1_SHA256,
        };
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(padding, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| TokenError::permanent("the assertion could not be signed"))?;
        Ok(signature)
    }
}

type Sections = (KeyPair, Vec<Vec<u8>>);

fn sections(pem: &[u8]) -> Result<Sections, CertificateError> {
    let (mut keys, mut chain) = (Vec::new(), Vec::new());
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem) {
        match section.map_err(|_| unreadable(pem))? {
            (SectionKind::Certificate, der) => chain.push(der),
            (SectionKind::PrivateKey, der) => keys.push(KeyPair::from_pkcs8(&der)),
            (SectionKind::RsaPrivateKey, der) => keys.push(KeyPair::from_der(&der)),
            (SectionKind::EcPrivateKey, _) => return Err(CertificateError::UnusableKey),
            _ => {}
        }
    }
    let no_key = || {
        if is_encrypted(pem) {
            CertificateError::EncryptedKey
        } else {
            CertificateError::NoKey
        }
    };
    let key = keys.pop().ok_or_else(no_key)?;
    if !keys.is_empty() {
        return Err(CertificateError::SeveralKeys);
    }
    Ok((key.map_err(|_| CertificateError::UnusableKey)?, chain))
}

fn unreadable(pem: &[u8]) -> CertificateError {
    if is_encrypted(pem) {
        CertificateError::EncryptedKey
    } else {
        CertificateError::BrokenPem
    }
}

/// `BEGIN ENCRYPTED PRIVATE KEY` (PKCS #8), or `Proc-Type: 4,ENCRYPTED` (the older form).
fn is_encrypted(pem: &[u8]) -> bool {
    contains(pem, b"ENCRYPTED")
}

/// Which certificate the key belongs to.
///
/// A certificate holds its public key in the same bytes that the key itself gives for it
/// (RFC 3279 §2.3.1), so that no parser is needed to find them.
fn belonging(key: &KeyPair, chain: &[Vec<u8>]) -> Result<usize, CertificateError> {
    if chain.is_empty() {
        return Err(CertificateError::NoCertificate);
    }
    let public = key.public_key().as_ref();
    let its_own = chain.iter().position(|one| contains(one, public));
    its_own.ok_or(CertificateError::AnothersKey)
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// 128 random bits: no two assertions have the same.
fn random_id() -> Result<String, TokenError> {
    let mut bits = [0; 16];
    SystemRandom::new()
        .fill(&mut bits)
        .map_err(|_| TokenError::permanent("the system has no random numbers"))?;
    Ok(URL_SAFE_NO_PAD.encode(bits))
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thumbprint = digest::digest(&SHA256, self.certificate());
        f.debug_struct("Certificate")
            .field("sha256", &URL_SAFE_NO_PAD.encode(thumbprint))
            .field("signature", &self.signature)
            .field("sends_chain", &self.sends_chain)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
