//! A client's statement that it is this client, signed with the key of its certificate (RFC 7523,
//! as MSAL makes it).
//!
//! It may be shown again while it is good: MSAL for Python makes one and shows it with every request of the next nine
//! minutes, and Microsoft's issuer takes it. RFC 7523 leaves it to the issuer (section 3, item 7). What keeps it from
//! strangers is TLS, what bounds their use of it is its short life.

use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use quell_model::Timestamp;
use rustls::server::ParsedCertificate;
use rustls_pki_types::CertificateDer;
use serde::Deserialize;
use serde_json::Value;

use super::validity::Validity;

/// The longest that an assertion may still live: as long as those of Microsoft's libraries.
const LONGEST: Duration = Duration::from_secs(10 * 60);
/// How far clocks may differ.
const LEEWAY: Duration = Duration::from_secs(60);

/// What is wrong with an assertion. The client is told only that it is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum AssertionFlaw {
    #[error("it is no signed token")]
    Malformed,
    #[error("its algorithm is neither RS256 nor PS256")]
    Algorithm,
    #[error("it names another certificate")]
    OtherCertificate,
    #[error("the signature is wrong")]
    Signature,
    #[error("it speaks of another client, or for another endpoint")]
    Claims,
    #[error("it is over, not yet good, or good for too long")]
    Time,
    #[error("its certificate is over, or not yet good")]
    CertificateTime,
}

/// Nothing but these is looked at: keys and addresses in a header are a stranger's.
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    x5t: Option<String>,
    #[serde(default, rename = "x5t#S256")]
    x5t_s256: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: NumericDate,
    #[serde(default)]
    nbf: Option<NumericDate>,
}

/// Seconds since the Unix epoch, which need not be whole (RFC 7519, section 2): MSAL's for Python are
/// not.
#[derive(Clone, Copy, Deserialize)]
struct NumericDate(f64);

impl NumericDate {
    fn moment(self) -> Timestamp {
        // What no calendar knows becomes the first or the last moment.
        Timestamp::from_unix_seconds(self.0.floor() as i64)
    }
}

/// Checks everything that an assertion must be, here and now.
pub(super) fn verify(
    text: &str,
    certificate: &[u8],
    client_id: &str,
    audiences: &[String],
    now: Timestamp,
) -> Result<(), AssertionFlaw> {
    let mut parts = text.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(AssertionFlaw::Malformed);
    };
    let signed = format!("{header}.{claims}");
    let header: Header = decoded(header)?;
    if header.crit.is_some() {
        return Err(AssertionFlaw::Malformed);
    }
    header.names(certificate)?;
    if !is_certificate_good_at(certificate, now) {
        return Err(AssertionFlaw::CertificateTime);
    }
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| AssertionFlaw::Malformed)?;
    UnparsedPublicKey::new(header.algorithm()?, public_key(certificate)?)
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| AssertionFlaw::Signature)?;
    decoded::<Claims>(claims)?.check(client_id, audiences, now)
}

impl Header {
    fn algorithm(&self) -> Result<&'static dyn VerificationAlgorithm, AssertionFlaw> {
        match self.alg.as_str() {
            "RS256" => Ok(&RSA_PKCS1_2048_8192_SHA256),
            "PS256" => Ok(&RSA_PSS_2048_8192_SHA256),
            _ => Err(AssertionFlaw::Algorithm),
        }
    }

    /// A client that names its certificate must name the one that is registered.
    fn names(&self, certificate: &[u8]) -> Result<(), AssertionFlaw> {
        let is = |said: &Option<String>, algorithm| {
            let hash = URL_SAFE_NO_PAD.encode(digest(algorithm, certificate));
            said.as_ref()
                .is_none_or(|said| said.trim_end_matches('=') == hash)
        };
        let named = is(&self.x5t, &SHA1_FOR_LEGACY_USE_ONLY) && is(&self.x5t_s256, &SHA256);
        named.then_some(()).ok_or(AssertionFlaw::OtherCertificate)
    }
}

impl Claims {
    fn check(
        self,
        client_id: &str,
        audiences: &[String],
        now: Timestamp,
    ) -> Result<(), AssertionFlaw> {
        let is_client = |said: &str| said.eq_ignore_ascii_case(client_id);
        let is_ours = audiences
            .iter()
            .any(|ours| ours.eq_ignore_ascii_case(&self.aud));
        if !is_client(&self.iss) || !is_client(&self.sub) || !is_ours {
            return Err(AssertionFlaw::Claims);
        }
        let expires = self.exp.moment();
        let begins = self.nbf.map(NumericDate::moment);
        let over = expires.saturating_add(LEEWAY) <= now;
        let early = begins.is_some_and(|begins| begins > now.saturating_add(LEEWAY));
        let long = expires > now.saturating_add(LONGEST + LEEWAY);
        if over || early || long {
            return Err(AssertionFlaw::Time);
        }
        Ok(())
    }
}

fn decoded<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, AssertionFlaw> {
    let bytes = URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| AssertionFlaw::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| AssertionFlaw::Malformed)
}

fn public_key(certificate: &[u8]) -> Result<Vec<u8>, AssertionFlaw> {
    let der = CertificateDer::from(certificate);
    let parsed = ParsedCertificate::try_from(&der).map_err(|_| AssertionFlaw::Signature)?;
    Ok(parsed.subject_public_key_info().as_ref().to_vec())
}

/// Whether a certificate's own dates let it count, by a clock that may differ from its maker's.
fn is_certificate_good_at(certificate: &[u8], now: Timestamp) -> bool {
    Validity::of(certificate).is_some_and(|validity| {
        validity.not_before <= now.saturating_add(LEEWAY)
            && now <= validity.not_after.saturating_add(LEEWAY)
    })
}

/// Whether a certificate was good once and is no more.
pub(crate) fn is_certificate_over(certificate: &[u8], now: Timestamp) -> bool {
    Validity::of(certificate).is_some_and(|validity| validity.not_after < now)
}

/// Whether a certificate can be registered: it is one, and its key is RSA of a usable size.
pub(crate) fn is_usable_certificate(certificate: &[u8]) -> bool {
    public_key(certificate).is_ok_and(|key| {
        aws_lc_rs::signature::ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).is_ok()
    })
}
