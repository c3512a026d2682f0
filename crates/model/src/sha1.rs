//! The SHA-1 of a file: the one name by which the API knows it.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// Length of a SHA-1 digest in bytes.
const LENGTH: usize = 20;
/// Hexadecimal digits of a SHA-1, an MD5 and a SHA-256.
const SHA1_DIGITS: usize = 2 * LENGTH;
const MD5_DIGITS: usize = 32;
const SHA256_DIGITS: usize = 64;

/// The SHA-1 digest of a file's content.
///
/// Parsed from exactly 40 hexadecimal digits of either case, shown in lower case.
///
/// ```
/// use quell_model::Sha1;
///
/// let sha1: Sha1 = "87662BC3D60E4200CEAF7AAE249D1C343F4B83C9".parse()?;
/// assert_eq!(sha1.to_string(), "87662bc3d60e4200ceaf7aae249d1c343f4b83c9");
/// # Ok::<(), quell_model::ParseSha1Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha1([u8; LENGTH]);

impl Sha1 {
    /// The digest of no bytes at all: every empty file of every device has it.
    pub const OF_NOTHING: Self = Self([
        0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55, 0xbf, 0xef, 0x95, 0x60, 0x18,
        0x90, 0xaf, 0xd8, 0x07, 0x09,
    ]);

    /// The digest with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; LENGTH]) -> Self {
        Self(bytes)
    }

    /// The digest's 20 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }
}

impl FromStr for Sha1 {
    type Err = ParseSha1Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != SHA1_DIGITS || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(fault_of(text));
        }
        let mut bytes = [0; LENGTH];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = pair
                .iter()
                .fold(0, |value, digit| value << 4 | nibble(*digit));
        }
        Ok(Self(bytes))
    }
}

/// The most telling fault: a wrong digit only matters where the length is right.
fn fault_of(text: &str) -> ParseSha1Error {
    if text.is_empty() {
        return ParseSha1Error::Absent;
    }
    if let Some(position) = text.chars().position(char::is_whitespace) {
        return ParseSha1Error::Whitespace {
            position: position + 1,
        };
    }
    let stray = text
        .chars()
        .enumerate()
        .find(|(_, digit)| !digit.is_ascii_hexdigit());
    match (text.chars().count(), stray) {
        (MD5_DIGITS, None) => ParseSha1Error::Md5,
        (SHA256_DIGITS, None) => ParseSha1Error::Sha256,
        (SHA1_DIGITS, Some((index, found))) => ParseSha1Error::NotADigit {
            found,
            position: index + 1,
        },
        (digits, _) => ParseSha1Error::Length { digits },
    }
}

impl TryFrom<&str> for Sha1 {
    type Error = ParseSha1Error;

    fn try_from(text: &str) -> Result<Self, ParseSha1Error> {
        text.parse()
    }
}

impl TryFrom<String> for Sha1 {
    type Error = ParseSha1Error;

    fn try_from(text: String) -> Result<Self, ParseSha1Error> {
        text.parse()
    }
}

impl From<[u8; LENGTH]> for Sha1 {
    fn from(bytes: [u8; LENGTH]) -> Self {
        Self(bytes)
    }
}

impl From<Sha1> for [u8; LENGTH] {
    fn from(sha1: Sha1) -> Self {
        sha1.0
    }
}

impl From<Sha1> for String {
    fn from(sha1: Sha1) -> Self {
        sha1.to_string()
    }
}

impl AsRef<[u8]> for Sha1 {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The value of a hexadecimal digit; the caller has checked that it is one.
const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        letter => (letter | 0x20).wrapping_sub(b'a').wrapping_add(10),
    }
}

/// The hexadecimal digit of a value below 16.
const fn digit(value: u8) -> u8 {
    match value {
        0..=9 => b'0' + value,
        _ => b'a' + value.saturating_sub(10),
    }
}

/// The digits of a digest, as they are shown.
struct Digits([u8; SHA1_DIGITS]);

impl Digits {
    fn of(sha1: &Sha1) -> Self {
        let mut digits = [0; SHA1_DIGITS];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(sha1.0) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0xf)]);
        }
        Self(digits)
    }

    fn as_str(&self) -> &str {
        // Digits, all of them ASCII.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Sha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Digits::of(self).as_str())
    }
}

impl fmt::Debug for Sha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha1({self})")
    }
}

impl Serialize for Sha1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Digits::of(self).as_str())
    }
}

impl<'de> Deserialize<'de> for Sha1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Sha1;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the 40 hexadecimal digits of a SHA-1")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Sha1, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Why a text is no SHA-1, and what it looks like instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParseSha1Error {
    /// There is no text at all.
    #[error("no hash is given, expected the 40 hexadecimal digits of a SHA-1")]
    Absent,
    /// 32 hexadecimal digits.
    #[error("this is an MD5 hash (32 digits), the API takes only a SHA-1 (40 digits)")]
    Md5,
    /// 64 hexadecimal digits.
    #[error("this is a SHA-256 hash (64 digits), the API takes only a SHA-1 (40 digits)")]
    Sha256,
    /// A blank, a tab or a line end, before, after or inside.
    #[error("there is white space at position {position}, a SHA-1 is 40 hexadecimal digits in one")]
    Whitespace {
        /// The character's place, counted from one.
        position: usize,
    },
    /// The length is right, but not every character is a hexadecimal digit.
    #[error("{found:?} at position {position} is no hexadecimal digit")]
    NotADigit {
        /// The first character that is no digit.
        found: char,
        /// Its place, counted from one.
        position: usize,
    },
    /// Neither the length of a SHA-1 nor that of another known hash.
    #[error("a SHA-1 has 40 hexadecimal digits, this has {digits} characters")]
    Length {
        /// Characters found.
        digits: usize,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DOCUMENTED: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";

    fn fault(text: &str) -> ParseSha1Error {
        text.parse::<Sha1>().expect_err("no SHA-1")
    }

    #[test]
    fn either_case_is_the_same_hash_shown_in_lower_case() {
        let lower: Sha1 = DOCUMENTED.parse().expect("lower case");
        let upper: Sha1 = DOCUMENTED.to_uppercase().parse().expect("upper case");
        assert_eq!(lower, upper);
        assert_eq!(upper.to_string(), DOCUMENTED);
        assert_eq!(lower.as_bytes()[..3], [0x87, 0x66, 0x2b]);
    }

    #[test]
    fn error_says_what_it_looks_like_instead() {
        assert_eq!(fault(""), ParseSha1Error::Absent);
        assert_eq!(fault(&"a".repeat(32)), ParseSha1Error::Md5);
        assert_eq!(fault(&"A".repeat(64)), ParseSha1Error::Sha256);
        assert_eq!(
            fault(&"a".repeat(39)),
            ParseSha1Error::Length { digits: 39 }
        );
        assert_eq!(
            fault(&"g".repeat(32)),
            ParseSha1Error::Length { digits: 32 }
        );
    }

    #[test]
    fn error_points_at_the_first_stray_character() {
        let hash = DOCUMENTED.replacen('b', "x", 1);
        assert_eq!(
            fault(&hash),
            ParseSha1Error::NotADigit {
                found: 'x',
                position: 6
            }
        );
        let padded = format!("{DOCUMENTED}\n");
        assert_eq!(fault(&padded), ParseSha1Error::Whitespace { position: 41 });
    }

    #[test]
    fn error_counts_characters_not_bytes() {
        assert_eq!(
            fault(&"é".repeat(40)),
            ParseSha1Error::NotADigit {
                found: 'é',
                position: 1
            }
        );
    }

    #[test]
    fn error_sentences() {
        let sentences: Vec<String> = [
            "",
            &"a".repeat(32),
            &"a".repeat(64),
            " a",
            &"z".repeat(40),
            "abc",
        ]
        .iter()
        .map(|text| fault(text).to_string())
        .collect();
        insta::assert_snapshot!(sentences.join("\n"), @r"
        no hash is given, expected the 40 hexadecimal digits of a SHA-1
        this is an MD5 hash (32 digits), the API takes only a SHA-1 (40 digits)
        this is a SHA-256 hash (64 digits), the API takes only a SHA-1 (40 digits)
        there is white space at position 1, a SHA-1 is 40 hexadecimal digits in one
        'z' at position 1 is no hexadecimal digit
        a SHA-1 has 40 hexadecimal digits, this has 3 characters
        ");
    }

    #[test]
    fn digest_of_nothing_is_the_well_known_one() {
        assert_eq!(
            Sha1::OF_NOTHING.to_string(),
            "da39a3ee5e6b4b0d3255bfef95601890afd80709"
        );
    }

    #[test]
    fn conversions_agree_with_parsing() {
        let sha1: Sha1 = DOCUMENTED.parse().expect("documented");
        assert_eq!(Sha1::try_from(DOCUMENTED), Ok(sha1));
        assert_eq!(Sha1::try_from(DOCUMENTED.to_owned()), Ok(sha1));
        assert_eq!(Sha1::try_from("short"), Err(fault("short")));
        assert_eq!(String::from(sha1), DOCUMENTED);
        assert_eq!(Sha1::from(<[u8; LENGTH]>::from(sha1)), sha1);
        assert_eq!(sha1.as_ref(), sha1.as_bytes().as_slice());
    }

    #[test]
    fn serde_is_a_string() {
        let json = format!("\"{DOCUMENTED}\"");
        let sha1: Sha1 = serde_json::from_str(&json).expect("a string");
        assert_eq!(serde_json::to_string(&sha1).expect("json"), json);
        assert!(serde_json::from_str::<Sha1>("7").is_err());
    }

    proptest! {
        #[test]
        fn any_digest_is_read_back(bytes: [u8; 20], upper: bool) {
            let sha1 = Sha1::from_bytes(bytes);
            let text = if upper { sha1.to_string().to_uppercase() } else { sha1.to_string() };
            prop_assert_eq!(text.parse::<Sha1>(), Ok(sha1));
        }

        #[test]
        fn any_text_is_refused_or_forty_digits(text in "\\PC{0,70}") {
            let plain = text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
            prop_assert_eq!(text.parse::<Sha1>().is_ok(), plain);
        }
    }
}
