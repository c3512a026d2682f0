//! Hybrid public key encryption: RFC 9180, base mode, one message a context, with
//! DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20Poly1305.
//!
//! Of the suites of the RFC it is the one whose vectors the RFC prints, and any library that knows
//! the RFC opens what is sealed here.

use std::io;

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};

/// The length of a public key, and of the encapsulated key before the ciphertext.
pub(super) const PUBLIC: usize = 32;
/// The length of what HMAC-SHA-256 yields, which is that of all keys here.
const HASH: usize = 32;

const KEM_SUITE: &[u8] = b"KEM\x00\x20";
const SUITE: &[u8] = b"HPKE\x00\x20\x00\x01\x00\x03";
const BASE_MODE: u8 = 0;

/// Encrypts `plain` to whoever holds the private key of `recipient`: the encapsulated key, then the
/// ciphertext.
pub(super) fn seal(
    recipient: &[u8; PUBLIC],
    info: &[u8],
    bound: &[u8],
    plain: &[u8],
) -> io::Result<Vec<u8>> {
    let ephemeral = PrivateKey::generate(&X25519).map_err(|_| failed())?;
    seal_from(&ephemeral, recipient, info, bound, plain).ok_or_else(failed)
}

/// Opens what [`seal`] made for the public key of `secret`; `None` for anything else.
pub(super) fn open(
    secret: &PrivateKey,
    info: &[u8],
    bound: &[u8],
    sealed: &[u8],
) -> Option<Vec<u8>> {
    let (encapsulated, ciphertext) = sealed.split_first_chunk::<PUBLIC>()?;
    let own = public_of(secret)?;
    let shared = shared_secret(secret, encapsulated, encapsulated, &own)?;
    let (key, nonce) = schedule(&shared, info)?;
    let mut buffer = ciphertext.to_vec();
    let plain = key
        .open_in_place(nonce, Aad::from(bound), &mut buffer)
        .ok()?;
    Some(plain.to_vec())
}

/// The public half of a private key.
pub(super) fn public_of(secret: &PrivateKey) -> Option<[u8; PUBLIC]> {
    let public = secret.compute_public_key().ok()?;
    public.as_ref().try_into().ok()
}

fn seal_from(
    ephemeral: &PrivateKey,
    recipient: &[u8; PUBLIC],
    info: &[u8],
    bound: &[u8],
    plain: &[u8],
) -> Option<Vec<u8>> {
    let encapsulated = public_of(ephemeral)?;
    let shared = shared_secret(ephemeral, recipient, &encapsulated, recipient)?;
    let (key, nonce) = schedule(&shared, info)?;
    let mut buffer = plain.to_vec();
    key.seal_in_place_append_tag(nonce, Aad::from(bound), &mut buffer)
        .ok()?;
    Some([&encapsulated[..], &buffer].concat())
}

/// `ExtractAndExpand` of RFC 9180, section 4.1. The agreement refuses a result of zeros itself.
fn shared_secret(
    own: &PrivateKey,
    peer: &[u8; PUBLIC],
    encapsulated: &[u8; PUBLIC],
    recipient: &[u8; PUBLIC],
) -> Option<[u8; HASH]> {
    let peer = UnparsedPublicKey::new(&X25519, peer);
    agree(own, peer, (), |agreed| {
        let extracted = labeled_extract(KEM_SUITE, &[0; HASH], b"eae_prk", agreed);
        let context = [&encapsulated[..], recipient].concat();
        labeled_expand(KEM_SUITE, &extracted, b"shared_secret", &context).ok_or(())
    })
    .ok()
}

/// `KeySchedule` of RFC 9180, section 5.1, without a pre-shared key; the nonce is that of the
/// context's first and only message.
fn schedule(shared: &[u8; HASH], info: &[u8]) -> Option<(LessSafeKey, Nonce)> {
    let psk_id = labeled_extract(SUITE, &[0; HASH], b"psk_id_hash", b"");
    let info = labeled_extract(SUITE, &[0; HASH], b"info_hash", info);
    let context = [&[BASE_MODE], &psk_id[..], &info[..]].concat();
    let secret = labeled_extract(SUITE, shared, b"secret", b"");
    let key: [u8; HASH] = labeled_expand(SUITE, &secret, b"key", &context)?;
    let nonce: [u8; NONCE_LEN] = labeled_expand(SUITE, &secret, b"base_nonce", &context)?;
    let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key).ok()?);
    Some((key, Nonce::assume_unique_for_key(nonce)))
}

fn labeled_extract(suite: &[u8], salt: &[u8], label: &[u8], material: &[u8]) -> [u8; HASH] {
    hmac(salt, &[b"HPKE-v1", suite, label, material].concat())
}

/// For results of at most one block, which all of ours are.
fn labeled_expand<const LENGTH: usize>(
    suite: &[u8],
    key: &[u8],
    label: &[u8],
    info: &[u8],
) -> Option<[u8; LENGTH]> {
    let length = u16::try_from(LENGTH).ok()?.to_be_bytes();
    expand(key, &[&length[..], b"HPKE-v1", suite, label, info].concat())
}

/// `HKDF-Expand` of RFC 5869 with SHA-256, for at most one block.
pub(super) fn expand<const LENGTH: usize>(key: &[u8], info: &[u8]) -> Option<[u8; LENGTH]> {
    let block = hmac(key, &[info, &[1]].concat());
    block.first_chunk().copied()
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; HASH] {
    let tag = sign(&Key::new(HMAC_SHA256, key), message);
    let mut bytes = [0; HASH];
    bytes.copy_from_slice(tag.as_ref());
    bytes
}

fn failed() -> io::Error {
    io::Error::other("encryption to the recovery key failed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        let all: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
        all.try_into().unwrap()
    }

    fn key(hex: &str) -> PrivateKey {
        PrivateKey::from_private_key(&X25519, &bytes::<32>(hex)).unwrap()
    }

    // RFC 9180, appendix A.2.1 and A.2.1.1, sequence number 0.
    const EPHEMERAL: &str = "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600";
    const RECIPIENT: &str = "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb";
    const PUBLIC_OF_RECIPIENT: &str =
        "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a";
    const SEALED: &str = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a\
                          1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db\
                          21993c62ce81883d2dd1b51a28";
    const INFO: &[u8] = b"Ode on a Grecian Urn";
    const BOUND: &[u8] = b"Count-0";
    const PLAIN: &[u8] = b"Beauty is truth, truth beauty";

    #[test]
    fn the_vector_of_the_rfc_is_sealed_and_opened() {
        let sealed = bytes::<77>(SEALED);
        let public = bytes(PUBLIC_OF_RECIPIENT);
        assert_eq!(public_of(&key(RECIPIENT)), Some(public));
        let made = seal_from(&key(EPHEMERAL), &public, INFO, BOUND, PLAIN);
        assert_eq!(made.as_deref(), Some(&sealed[..]));
        let opened = open(&key(RECIPIENT), INFO, BOUND, &sealed);
        assert_eq!(opened.as_deref(), Some(PLAIN));
    }

    #[test]
    fn only_the_recipient_opens_and_only_what_was_sealed() {
        let public = bytes(PUBLIC_OF_RECIPIENT);
        let sealed = seal(&public, INFO, BOUND, PLAIN).unwrap();
        let recipient = key(RECIPIENT);
        assert_eq!(
            open(&recipient, INFO, BOUND, &sealed).as_deref(),
            Some(PLAIN)
        );
        assert_eq!(open(&recipient, b"other", BOUND, &sealed), None);
        assert_eq!(open(&recipient, INFO, b"other", &sealed), None);
        assert_eq!(open(&key(EPHEMERAL), INFO, BOUND, &sealed), None);
        for position in 0..sealed.len() {
            let mut forged = sealed.clone();
            forged[position] ^= 1;
            assert_eq!(open(&recipient, INFO, BOUND, &forged), None, "{position}");
        }
        assert_eq!(open(&recipient, INFO, BOUND, &sealed[..31]), None);
    }

    #[test]
    fn a_point_that_agrees_to_zeros_is_refused() {
        assert!(seal(&[0; PUBLIC], INFO, BOUND, PLAIN).is_err());
    }
}
