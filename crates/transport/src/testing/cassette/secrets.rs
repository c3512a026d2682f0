//! Secrets that are known, and whether a text holds one in any disguise.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::escapes::unescaped;

/// Shorter values are found everywhere by chance, and are no secrets.
const SHORTEST: usize = 6;
/// Disguises within disguises.
const DEPTH: usize = 3;
/// Shorter runs of base64 or hexadecimal digits are words.
const RUN: usize = 8;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Values that were removed somewhere, to be found everywhere else.
#[derive(Clone, Default)]
pub(super) struct Secrets(BTreeSet<Vec<u8>>);

impl Secrets {
    pub(super) fn learn(&mut self, value: &[u8]) {
        let value = value.trim_ascii();
        if value.len() >= SHORTEST {
            self.0.insert(value.to_vec());
        }
    }

    /// Whether the bytes hold a secret, as they are or decoded.
    pub(super) fn are_in(&self, bytes: &[u8]) -> bool {
        !self.0.is_empty() && self.are_within(bytes, DEPTH)
    }

    fn are_within(&self, bytes: &[u8], depth: usize) -> bool {
        if self.0.iter().any(|secret| contains(bytes, secret)) {
            return true;
        }
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        let base64 = runs(bytes, is_base64).flat_map(from_base64);
        let hex = runs(bytes, |byte| byte.is_ascii_hexdigit()).flat_map(from_hex);
        from_percent(bytes)
            .chain(from_escapes(bytes))
            .chain(base64)
            .chain(hex)
            .any(|decoded| self.are_within(&decoded, depth))
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Decoded as in a path, and as in a form, where a plus sign is a space.
fn from_percent(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let encoded = bytes.iter().any(|byte| matches!(byte, b'%' | b'+'));
    let decoded = encoded.then(|| [percent_decoded(bytes, b'+'), percent_decoded(bytes, b' ')]);
    decoded.into_iter().flatten()
}

pub(super) fn percent_decoded(bytes: &[u8], plus: u8) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        let encoded = after.first_chunk::<2>().and_then(|digits| {
            let byte = hex_byte(*digits)?;
            (*first == b'%').then_some(byte)
        });
        let (byte, length) = match (encoded, *first) {
            (Some(byte), _) => (byte, 2),
            (None, b'+') => (plus, 0),
            (None, other) => (other, 0),
        };
        decoded.push(byte);
        rest = after.get(length..).unwrap_or_default();
    }
    decoded
}

fn from_escapes(bytes: &[u8]) -> Option<Vec<u8>> {
    let escaped = bytes.iter().any(|byte| matches!(byte, b'\\' | b'&'));
    escaped.then(|| unescaped(bytes))
}

fn runs(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(move |byte| !belongs(*byte))
        .filter(|run| run.len() >= RUN)
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// From each of the four digits at which a group may begin: what stands before the
/// encoded text may look like a part of it, as a path's slash does.
fn from_base64(run: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let standard: Vec<u8> = run
        .iter()
        .map(|digit| match digit {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    (0..4).filter_map(move |offset| {
        let from_here = standard.get(offset..)?;
        // A single digit at the end cannot be a part of it.
        let surplus = usize::from(from_here.len() % 4 == 1);
        BASE64
            .decode(from_here.get(..from_here.len() - surplus)?)
            .ok()
    })
}

fn from_hex(run: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..2).filter_map(move |offset| {
        run.get(offset..)?
            .chunks_exact(2)
            .map(|pair| hex_byte(*pair.first_chunk()?))
            .collect()
    })
}

fn hex_byte(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    const SECRET: &[u8] = b"c4n/ry+S3cret~\xc3\xa9";

    fn knowing() -> Secrets {
        let mut secrets = Secrets::default();
        secrets.learn(SECRET);
        secrets
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    #[test]
    fn disguises_are_seen_through() {
        let secrets = knowing();
        let percent =
            |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("%{byte:02x}")).collect() };
        let basic = STANDARD.encode([b"client:".as_slice(), SECRET].concat());
        for disguise in [
            String::from_utf8(SECRET.to_vec()).unwrap(),
            percent(SECRET),
            percent(percent(SECRET).as_bytes()),
            basic.clone(),
            percent(basic.as_bytes()),
            URL_SAFE_NO_PAD.encode(SECRET),
            STANDARD.encode(STANDARD.encode(SECRET)),
            hex(SECRET),
            hex(SECRET).to_lowercase(),
        ] {
            for text in [
                format!("before: {disguise}, after"),
                format!("/path/{disguise}/after"),
                format!("x=a+{disguise}&y"),
            ] {
                assert!(secrets.are_in(text.as_bytes()), "{text}");
            }
        }
        assert!(!secrets.are_in(b"c4n/ry S3cret and other words, 0123456789abcdef"));
    }

    #[test]
    fn words_are_no_secrets() {
        let mut secrets = Secrets::default();
        secrets.learn(b" abc ");
        assert!(!secrets.are_in(b"abc"));
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_searched(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            knowing().are_in(&bytes);
        }
    }
}
